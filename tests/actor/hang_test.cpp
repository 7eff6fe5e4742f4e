// SPDX-License-Identifier: Apache-2.0
// Handlers that do not return, in real threads: the test holds them with a latch and lets them go at the end.
#include <condition_variable>
#include <future>
#include <mutex>

#include "tests/actor/node_fixture.hpp"

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

/// Waits for events instead of sleeping.
class watcher final : public event_sink {
 public:
  void on_event(const event& e) override {
    const std::lock_guard lock{mutex_};
    events_.push_back(e);
    changed_.notify_all();
  }
  event wait_for(event_kind kind, const std::string& text) {
    std::unique_lock lock{mutex_};
    event found;
    const bool came = changed_.wait_for(lock, 20s, [&] {
      for (const auto& e : events_)
        if (e.kind == kind && e.text.find(text) != std::string::npos) {
          found = e;
          return true;
        }
      return false;
    });
    INFO("an event with: " << text);
    REQUIRE(came);
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<event> events_;
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
  std::shared_ptr<watcher> events = std::make_shared<watcher>();
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
};

}  // namespace

TEST_CASE("a dedicated handler past its deadline: its thread is left behind, the next life answers") {
  module_options o;
  o.hang.grace = 1ms;
  real_node r{execution_mode::dedicated, o};
  CHECK(r.ask(-1, 20ms) == errc::deadline);
  const auto exited = r.events->wait_for(event_kind::replica_exited, "hang: ");
  CHECK(exited.text.find("number.do@1") != std::string::npos);
  CHECK(r.ask(1, 10s) == errc::none);
}

TEST_CASE("beyond a few threads left behind the module is quarantined, with the advice to run it as `process`") {
  module_options o;
  o.hang = {.grace = 1ms, .abandoned_threads = 2};
  o.supervision.first_backoff = {};
  real_node r{execution_mode::dedicated, o};
  for (int i = 1; i <= 2; ++i) {
    while (r.ask(-1, 20ms) != errc::deadline) {  // not before the next life has begun
    }
    r.hold->until_waiting(i);
  }
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
  CHECK(r.ask(-1, 20ms) == errc::deadline);
  const auto alert = r.events->wait_for(event_kind::alert, "hang: ");
  CHECK(alert.module == "hanging");
  CHECK(alert.text.find("number.do@1") != std::string::npos);
  CHECK(r.ask(1, 1s) == errc::no_route);
  r.hold->open();
  while (r.ask(1, 1s) != errc::none) {  // as soon as the handler has returned
  }
}

TEST_CASE("the late answer of a thread left behind is discarded, and its caller was told once") {
  module_options o;
  o.hang.grace = 1ms;
  real_node r{execution_mode::dedicated, o};
  std::promise<run_result> done;
  plan p;
  p.steps.push_back(step("a", "number.do@1", object{{"n", -1}}));
  p.steps[0].reflect = {"partial"};
  p.steps[0].timeout_seconds = 0.02;
  p.answer = object{{"answer", "{a}"}};
  task_spec task;
  task.job = "test";
  REQUIRE(r.n->submit(task, share(to_value(p)), [&done](run_result result) { done.set_value(std::move(result)); }));
  const auto result = done.get_future().get();
  CHECK(result.status != run_status::completed);
  r.events->wait_for(event_kind::replica_exited, "hang: ");
  r.hold->open();
  r.hold->until_waiting(0);
  CHECK(r.ask(2, 10s) == errc::none);
}
