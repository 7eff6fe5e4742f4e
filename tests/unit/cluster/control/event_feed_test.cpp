// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/event_feed.hpp"

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::control;

namespace {

/// A client that takes so many items, and then none.
class fake_reader final : public exchange {
 public:
  explicit fake_reader(value arguments) : arguments_(std::move(arguments)) {}
  const value& arguments() const override { return arguments_; }
  void end(expected<value> r) override {
    ended = true;
    if (!r) problem = r.error();
  }
  bool send_item(const value& item) override {
    if (room == 0) return false;
    --room;
    items.push_back(item);
    return true;
  }
  void on_abandoned(std::function<void()>) override {}
  bool is_over() const override { return ended; }

  std::size_t room = 10'000;
  array items;
  bool ended = false;
  error problem;

 private:
  value arguments_;
};

event alert(const std::string& module, const std::string& text = {}) {
  event e;
  e.kind = event_kind::alert;
  e.module = module;
  e.text = text;
  e.data = share(value{"a payload"});
  return e;
}

std::shared_ptr<fake_reader> subscribed(event_feed& feed, value arguments = object{}) {
  auto r = std::make_shared<fake_reader>(std::move(arguments));
  feed.subscribe(r);
  return r;
}

}  // namespace

TEST_CASE("a reader gets what it asked for, without payloads") {
  event_feed feed;
  const auto all = subscribed(feed);
  const auto mine = subscribed(feed, object{{"module", "a"}});
  const auto exits = subscribed(feed, object{{"kinds", array{"replica_exited"}}});
  feed.on_event(alert("a", "one"));
  feed.on_event(alert("b", "two"));
  feed.flush();
  CHECK(all->items.size() == 2);
  REQUIRE(mine->items.size() == 1);
  CHECK(mine->items[0].get_string("text") == "one");
  CHECK(mine->items[0].find("data") == nullptr);
  CHECK(exits->items.empty());
}

TEST_CASE("an unknown kind ends the subscription with the remedy") {
  event_feed feed;
  for (const auto* kind : {"nonsense", "unknown", ""}) {
    const auto r = subscribed(feed, object{{"kinds", array{kind}}});
    CHECK(r->ended);
    CHECK(r->problem.code == errc::bad_input);
  }
}

TEST_CASE("a reader that does not read loses events and is told how many; others lose none") {
  event_feed feed;
  const auto slow = subscribed(feed);
  const auto quick = subscribed(feed);
  slow->room = 1;
  for (int i = 0; i < 5; ++i) feed.on_event(alert("a"));
  feed.flush();
  CHECK(slow->items.size() == 1);
  CHECK(quick->items.size() == 5);
  slow->room = 10;
  feed.on_event(alert("a"));
  feed.flush();
  REQUIRE(slow->items.size() == 2);
  CHECK(slow->items[1].get_integer("lost") == 4);
  feed.on_event(alert("a"));
  feed.flush();
  CHECK(slow->items[2].find("lost") == nullptr);
}

TEST_CASE("what waits for a reader is bounded") {
  event_feed feed;
  const auto r = subscribed(feed);
  for (int i = 0; i < 1500; ++i) feed.on_event(alert("a"));
  feed.flush();
  CHECK(r->items.size() == 1000);
  CHECK(r->items[0].get_integer("lost") == 500);
}

TEST_CASE("a reader that has ended gets nothing more") {
  event_feed feed;
  const auto r = subscribed(feed);
  r->ended = true;
  feed.flush();
  feed.on_event(alert("a"));
  feed.flush();
  CHECK(r->items.empty());
}
