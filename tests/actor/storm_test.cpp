// SPDX-License-Identifier: Apache-2.0
// Thousands of random requests under crashes, hangs, overload and cancellation: each ends in exactly one reply.
#include <map>

#include "libagents/runtime/replica.hpp"
#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

/// What a module does with a request.
enum class mood : int { answer, fail, crash, nap, crash_after_nap, hang, ask, ask_twice, last = ask_twice };

task<number> behave(number x, call& c) {
  switch (static_cast<mood>(x.n)) {
    case mood::answer: break;
    case mood::fail: co_return unexpected{errc::internal, "no"};
    case mood::crash: throw std::runtime_error("crash");
    case mood::nap: co_await c.sleep(50ms); break;
    case mood::crash_after_nap: co_await c.sleep(20ms); throw std::runtime_error("late crash");
    case mood::hang: co_await c.sleep(1h); break;
    case mood::ask:
      co_return co_await c.ask<number>("storm.leaf@1", number{static_cast<std::int64_t>(c.randomness().below(6))},
                                       200ms);
    case mood::ask_twice: {
      const auto first = co_await c.ask<number>("storm.leaf@1", number{0}, 100ms);
      if (!first) co_return first.propagate();
      co_return co_await c.ask<number>("storm.leaf@1", number{static_cast<std::int64_t>(c.randomness().below(6))},
                                       100ms);
    }
  }
  co_return x;
}

/// A caller that counts its replies.
class counting_caller final : public reply_port {
 public:
  void deliver(reply r) override { ++replies[r.to->what.id.value]; }
  void deliver_chunk(const shared_call&, value) override {}
  std::map<std::uint64_t, int> replies;
};

class storm {
 public:
  explicit storm(std::uint64_t seed)
      : node_(seed), dice_(seed), services_{node_.clock(), dice_, node_.get().registry(), node_.get().timers(), log_} {
    services_.last_call = std::uint64_t{1} << 40;  // apart from the node's own
    const module_options restless{.replicas = 2,
                                  .supervision = {.intensity = 8,
                                                  .period = 1s,
                                                  .give_up = supervision::give_up::quarantine,
                                                  .quarantine = 2s,
                                                  .retry_first_start = true,
                                                  .first_backoff = 10ms}};
    node_.add([] { return module("front", "1.0.0").offers("storm.do@1", behave).mailbox(40).concurrency(8); },
              restless);
    node_.add([] { return module("leaf", "1.0.0").offers("storm.leaf@1", behave).mailbox(20).concurrency(4); },
              restless);
    node_.turns();
  }

  void send_one() {
    auto d = route_call(services_, {.capability = "storm.do@1", .policy = services_.policy});
    if (!d.chosen) {
      ++refused;
      return;
    }
    request r;
    r.capability = "storm.do@1";
    r.input = share(object{{"n", static_cast<int>(dice_.below(static_cast<int>(mood::last) + 1))}});
    r.deadline = node_.clock().now() + 500ms;
    const auto c = make_call(services_, std::move(r), d, caller_);
    if (!send_call(d, c)) {
      ++refused;
      return;
    }
    accepted_.push_back({c, std::static_pointer_cast<replica>(d.replica)});
  }
  /// As every caller does at its deadline, or before.
  void cancel_one() {
    if (accepted_.empty()) return;
    const auto& a = accepted_[dice_.below(accepted_.size())];
    a.at->cancel(a.call);
  }
  void cancel_overdue() {
    for (const auto& a : accepted_)
      if (a.call->what.deadline <= node_.clock().now()) a.at->cancel(a.call);
  }
  void step_of_weather() {
    switch (dice_.below(8)) {
      case 0: return node_.turns();
      case 1: return node_.advance(std::chrono::milliseconds{dice_.below(60)});
      case 2: return cancel_one();
      default: return send_one();
    }
  }
  void calm_down() {
    for (int i = 0; i < 100; ++i) {
      node_.advance(100ms);
      cancel_overdue();
      node_.turns();
    }
  }

  [[nodiscard]] std::size_t accepted() const { return accepted_.size(); }
  [[nodiscard]] const std::map<std::uint64_t, int>& replies() const { return caller_->replies; }
  [[nodiscard]] simulated_node& node() { return node_; }
  int refused = 0;

 private:
  struct accepted_call {
    shared_call call;
    std::shared_ptr<replica> at;
  };
  simulated_node node_;
  seeded_random dice_;
  event_log log_;
  services services_;
  std::shared_ptr<counting_caller> caller_ = std::make_shared<counting_caller>();
  std::vector<accepted_call> accepted_;
};

}  // namespace

TEST_CASE(
    "100,000 requests: each that is accepted ends in exactly one reply, whatever crashes, hangs or is cancelled") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    storm s{seed};
    while (s.accepted() + static_cast<std::size_t>(s.refused) < 2'500) s.step_of_weather();
    s.calm_down();
    CHECK(s.accepted() > 500);
    CHECK(s.node().count(event_kind::replica_restarted) > 20);
    CHECK(s.replies().size() == s.accepted());
    int doubled = 0;
    for (const auto& [call, replies] : s.replies()) doubled += replies != 1 ? 1 : 0;
    CHECK(doubled == 0);
    for (const auto& o : s.node().get().registry().all())
      for (const auto& r : o->replicas) {
        CHECK(r->waiting == 0);
        CHECK(r->in_flight == 0);
      }
  }
}

TEST_CASE("every run ends, and every attempt that started ends once, under the same weather") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    simulated_node node{seed};
    const module_options restless{.replicas = 2,
                                  .supervision = {.intensity = 20,
                                                  .period = 1s,
                                                  .give_up = supervision::give_up::quarantine,
                                                  .quarantine = 1s,
                                                  .retry_first_start = true,
                                                  .first_backoff = 5ms}};
    node.add(
        [] {
          return module("front", "1.0.0").offers("storm.do@1", behave, {.timeout = 300ms}).mailbox(64).concurrency(8);
        },
        restless);
    node.add([] { return module("spare", "1.0.0").offers("storm.do@1", behave, {.timeout = 300ms}).mailbox(64); },
             restless);
    node.add([] { return module("leaf", "1.0.0").offers("storm.leaf@1", behave, {.timeout = 300ms}).concurrency(4); },
             restless);
    array list;
    for (int i = 0; i < 250; ++i) list.emplace_back(static_cast<int>(dice.below(static_cast<int>(mood::last) + 1)));
    plan p;
    auto s = step("a", "storm.do@1", object{{"n", "{item}"}});
    s.each = "{input.list}";
    s.reflect = {"retry", "other", "partial"};
    s.optional = true;
    p.steps = {s};
    p.parallel = 40;
    p.answer = object{{"answer", "{a}"}};
    const auto r = node.run(p, object{{"list", list}});
    CHECK(r.status == run_status::completed);
    std::map<std::string, int> started;
    std::map<std::string, int> ended;
    for (const auto& e : node.events()) {
      const auto attempt = e.step + "#" + std::to_string(e.attempt);
      if (e.kind == event_kind::attempt_started) ++started[attempt];
      if (e.kind == event_kind::attempt_finished) ++ended[attempt];
    }
    CHECK(started.size() >= 250);
    for (const auto& [attempt, times] : started) {
      CAPTURE(attempt);
      CHECK(times == 1);
      CHECK(ended[attempt] == 1);
    }
  }
}
