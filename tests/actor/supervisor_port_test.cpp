// SPDX-License-Identifier: Apache-2.0
// Children that are added, deleted and added again while the supervisor runs: who is started is always who was asked
// for.
#include "tests/actor/supervised_double.hpp"

using namespace agents;
using namespace agents::testing;
using outcome = supervision::answer;

namespace {

struct fixture : supervisor_fixture {
  std::shared_ptr<supervised_group> team = group("team", {.intensity = 5}, {child("first", make("first"))});
  std::vector<std::pair<std::string, outcome>> answers;

  fixture() {
    start(team);
    take();
  }
  void add(const std::string& id, std::shared_ptr<supervised> who, const std::string& question) {
    team->below()->start_child(child(id, std::move(who)),
                               [this, question](outcome a, const std::string&) { answers.emplace_back(question, a); });
  }
  void tell(supervision::request::kind what, const std::string& id) {
    team->below()->ask(what, id, [this, id](outcome a, const std::string&) { answers.emplace_back(id, a); });
  }
  outcome answer_to(const std::string& question) {
    for (const auto& [asked, a] : answers)
      if (asked == question) return a;
    FAIL("no answer to " << question);
    return outcome::refused;
  }
};

using kind = supervision::request::kind;

}  // namespace

TEST_CASE("a child that was deleted can be added again with the same id: the new one is started") {
  fixture f;
  f.add("x", f.make("old"), "add old");
  const bool together = GENERATE(false, true);  // in one turn of the supervisor, or in several
  const auto turn = [&] {
    if (!together) f.host->run();
  };
  turn();
  f.tell(kind::terminate_child, "x");
  turn();
  f.tell(kind::delete_child, "x");
  turn();
  f.add("x", f.make("new"), "add new");
  f.host->run();
  CHECK(f.answer_to("add old") == outcome::ok);
  CHECK(f.answer_to("add new") == outcome::ok);
  CHECK(f.take() == diary{"start old", "stop old", "down old", "start new"});
}

TEST_CASE("of two that are added at once with the same id the first is started, and the second is refused") {
  fixture f;
  f.add("x", f.make("one"), "one");
  f.add("x", f.make("two"), "two");
  f.host->run();
  CHECK(f.take() == diary{"start one"});
  CHECK(f.answer_to("one") == outcome::ok);
  CHECK(f.answer_to("two") == outcome::already_started);
}

TEST_CASE("when the first of two with the same id cannot be started, the second is started instead") {
  fixture f;
  const auto one = f.make("one");
  one->fails = true;
  f.add("x", one, "one");
  f.add("x", f.make("two"), "two");
  f.host->run();
  CHECK(f.answer_to("one") == outcome::start_failed);
  CHECK(f.answer_to("two") == outcome::ok);
  const auto happened = f.take();
  CHECK(happened.front() == "start one");
  CHECK(happened.back() == "start two");
  f.team->below()->ask(kind::terminate_child, "x", {});
  f.host->run();
  CHECK(f.take() == diary{"stop two", "down two"});
}

TEST_CASE("a restart starts the child that was added last under its id") {
  fixture f;
  f.add("x", f.make("old"), "old");
  f.tell(kind::terminate_child, "x");
  f.tell(kind::delete_child, "x");
  const auto latest = f.make("new");
  f.add("x", latest, "new");
  f.host->run();
  f.take();
  latest->crash();
  f.host->run();
  CHECK(f.take() == diary{"start new"});
}
