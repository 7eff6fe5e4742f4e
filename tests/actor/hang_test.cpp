// SPDX-License-Identifier: Apache-2.0
// Handlers that do not return, in real threads: the test holds them with a latch and lets them go at the end.
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "tests/actor/node_fixture.hpp"
#include "tests/event_watch.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

/// Handlers wait here until the test opens it.
class gate {
 public:
  void wait() {
    std::unique_lock lock{mutex_};
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --waiting_;
    changed_.notify_all();
  }
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  int waiting() {
    const std::lock_guard lock{mutex_};
    return waiting_;
  }
  void until_waiting(int n) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this, n] { return waiting_ == n; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

/// Negative numbers hang, others are answered.
module hanging(execution_mode mode, const std::shared_ptr<gate>& g) {
  return module("hanging", "1.0.0")
      .offers("number.do@1",
              [g](const number& x) {
                if (x.n < 0) g->wait();
                return x;
              })
      .runs(mode);
}

struct real_node {
  std::shared_ptr<gate> hold = std::make_shared<gate>();
  std::shared_ptr<event_watch> events = std::make_shared<event_watch>();
  std::unique_ptr<node> n;

  real_node(execution_mode mode, module_options o) {
    node_config config;
    config.observers.push_back(events);
    n = std::make_unique<node>(std::move(config));
    REQUIRE(n->add([mode, g = hold] { return hanging(mode, g); }, o));
  }
  ~real_node() { hold->open(); }

  errc ask(int x, duration timeout) {
    const auto r = n->ask("number.do@1", object{{"n", x}}, timeout);
    return r ? errc::none : r.error().code;
  }
  /// Asks until a handler hangs: on a busy machine the time may be over before it has begun.
  errc ask_until_it_hangs() {
    auto told = ask(-1, 20ms);
    while (hold->waiting() == 0) told = ask(-1, 20ms);
    return told;
  }
};

}  // namespace

TEST_CASE("a dedicated handler past its deadline: its thread is left behind, the next life answers") {
  module_options o;
  o.hang.grace = 1ms;
  real_node r{execution_mode::dedicated, o};
  const auto told = r.ask_until_it_hangs();  // by its own clock, or by the supervisor a moment later
  CHECK((told == errc::deadline || told == errc::crashed));
  const auto exited = r.events->wait_for(event_kind::replica_exited, "hang: ");
  CHECK(exited.text.find("number.do@1") != std::string::npos);
  CHECK(r.ask(1, 10s) == errc::none);
}

TEST_CASE("beyond a few threads left behind the module is quarantined, with the advice to run it as `process`") {
  module_options o;
  o.hang = {.grace = 1ms, .abandoned_threads = 2};
  o.supervision.first_backoff = {};
  real_node r{execution_mode::dedicated, o};
  while (r.hold->waiting() < 2) (void)r.ask(-1, 20ms);  // one life after the other
  const auto alert = r.events->wait_for(event_kind::alert, "quarantined");
  CHECK(alert.text.find("run it as `process`") != std::string::npos);
  auto refused = r.ask(1, 1s);
  while (refused == errc::crashed) refused = r.ask(1, 1s);  // until the supervisor has ended its turn
  CHECK(refused == errc::no_route);
}

TEST_CASE("a cooperative handler that does not yield is reported with its name, gets no requests, and comes back") {
  module_options o;
  o.hang.yield = 5ms;
  real_node r{execution_mode::cooperative, o};
  const auto told = r.ask_until_it_hangs();
  CHECK((told == errc::deadline || told == errc::no_route));
  const auto alert = r.events->wait_for(event_kind::alert, "hang: ");
  CHECK(alert.module == "hanging");
  CHECK(alert.text.find("number.do@1") != std::string::npos);
  CHECK(r.ask(1, 1s) == errc::no_route);
  r.hold->open();
  while (r.ask(1, 1s) != errc::none) {  // as soon as the handler has returned
  }
}

namespace {

class counting_caller final : public reply_port {
 public:
  void deliver(reply r) override {
    ++replies;
    last = r.outcome;
  }
  void deliver_chunk(const shared_call&, value) override {}
  std::atomic<int> replies{0};
  std::atomic<errc> last{errc::none};
};

std::int64_t stuck_threads(const value& tree) {
  std::int64_t sum = 0;
  if (const auto* what = tree.find("what")) sum += what->get_integer("stuck_threads");
  if (const auto* children = tree.find("children"))
    for (const auto& c : children->as_array()) sum += stuck_threads(c);
  return sum;
}

}  // namespace

TEST_CASE("the late answer of a thread left behind is discarded: its caller was told once") {
  module_options o;
  o.hang.grace = 1ms;
  real_node r{execution_mode::dedicated, o};
  const auto dice = system_random();
  event_log nobody;
  services s{r.n->time(), *dice, r.n->registry(), r.n->timers(), nobody};
  s.last_call = std::uint64_t{1} << 40;
  const auto caller = std::make_shared<counting_caller>();
  const auto route = route_call(s, {.capability = "number.do@1"});
  REQUIRE(route.chosen);
  request what;
  what.capability = "number.do@1";
  what.input = share(object{{"n", -1}});
  what.deadline = s.clock.now() + 20ms;
  REQUIRE(send_call(route, make_call(s, std::move(what), route, caller)));
  r.events->wait_for(event_kind::replica_exited, "hang: ");
  CHECK(caller->replies == 1);
  CHECK(caller->last == errc::crashed);
  CHECK(stuck_threads(r.n->tree()) == 1);
  r.hold->open();
  while (stuck_threads(r.n->tree()) != 0) {  // until the thread has come back and ended
  }
  CHECK(caller->replies == 1);
  CHECK(r.ask(2, 10s) == errc::none);
}
