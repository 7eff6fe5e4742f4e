// SPDX-License-Identifier: Apache-2.0
// The storm of storm_test.cpp, once in real threads and real time.
#include <atomic>
#include <thread>

#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

constexpr int callers = 16;
constexpr int requests_each = 6'250;  // 100,000 together
constexpr duration patience = 50ms;
/// A promise of the runtime, not of the machine that runs the test: threads must get their turn first.
constexpr duration tolerance = 5s;

/// What a request asks for is in its number.
task<number> behave(number x, call& c) {
  if (x.n % 1000 == 1) throw std::runtime_error("crash on request");
  if (x.n % 1000 == 2) co_await c.sleep(10s);  // waits beyond its deadline
  if (x.n % 100 == 3) co_await c.sleep(1ms);
  if (x.n % 10 == 4) co_return co_await c.ask<number>("storm.leaf@1", x, 20ms);
  co_return x;
}

number leaf(const number& x) {
  if (x.n % 500 == 4) throw std::runtime_error("leaf crashes");
  return x;
}

/// Counts how requests ended, as their replicas say.
class tally final : public event_sink {
 public:
  void on_event(const event& e) override {
    if (e.kind == event_kind::request_finished && e.capability == "storm.do@1") ++finished;
    if (e.kind == event_kind::replica_restarted) ++restarts;
  }
  std::atomic<int> finished{0};
  std::atomic<int> restarts{0};
};

}  // namespace

TEST_CASE(
    "100,000 requests from many threads: each ends in time, in one reply or one typed error, and nothing is left") {
  const auto seen = std::make_shared<tally>();
  node_config config;
  config.observers.push_back(seen);
  node n{std::move(config)};
  module_options restless{.replicas = 2};
  restless.supervision.intensity = 1'000'000;
  restless.supervision.first_backoff = {};
  // A machine that stutters would open it, and callers who are refused at once are through in a moment. The storm under
  // virtual time has it.
  restless.circuit.enabled = false;
  REQUIRE(
      n.add([] { return module("front", "1.0.0").offers("storm.do@1", behave).mailbox(12).concurrency(8); }, restless));
  REQUIRE(n.add([] { return module("leaf", "1.0.0").offers("storm.leaf@1", leaf).mailbox(64); }, restless));

  std::atomic<int> late{0};
  std::map<errc, std::atomic<int>> ends;
  for (int e = 0; e <= static_cast<int>(last_errc); ++e) ends[static_cast<errc>(e)] = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < callers; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < requests_each; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        const auto r = n.ask("storm.do@1", object{{"n", t * requests_each + i}}, patience);
        if (std::chrono::steady_clock::now() - begun > patience + tolerance) ++late;
        ++ends[r ? errc::none : r.error().code];
      }
    });
  for (auto& t : threads) t.join();

  CHECK(late == 0);
  int all = 0;
  for (const auto& [code, count] : ends) {
    INFO(to_string(code));
    all += count;
    const bool possible = code == errc::none || code == errc::deadline || code == errc::crashed ||
                          code == errc::overloaded || code == errc::cancelled || code == errc::no_route;
    CHECK((possible || count == 0));
  }
  CHECK(all == callers * requests_each);
  CHECK(ends[errc::none] > all / 2);
  CHECK(ends[errc::crashed] > 0);
  CHECK(ends[errc::deadline] > 0);
  CHECK(seen->restarts > 10);

  // Whoever gave up at his deadline cancelled: the replicas end what they had begun.
  const auto accepted = all - ends[errc::overloaded] - ends[errc::no_route];
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (seen->finished < accepted && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  CHECK(seen->finished == accepted);
  for (const auto& o : n.registry().all())
    for (const auto& r : o->replicas) {
      CHECK(r->waiting == 0);
      CHECK(r->in_flight == 0);
    }
}
