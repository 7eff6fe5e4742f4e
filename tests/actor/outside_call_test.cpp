// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

/// Sleeps as many seconds as it is told.
module_factory sleeper() {
  return [] {
    return module("sleeper", "1.0.0")
        .offers("number.sleep@1",
                [](number x, call& c) -> task<number> {
                  co_await c.sleep(std::chrono::seconds{x.n});
                  co_return x;
                })
        .concurrency(100);
  };
}

module_options two_replicas() {
  module_options o;
  o.replicas = 2;  // so that requests are watched for hedging
  return o;
}

}  // namespace

TEST_CASE("a call that has ended keeps nothing of the node, however long its caller keeps it") {
  std::shared_ptr<outside_call> answered;
  std::shared_ptr<outside_call> late;
  std::weak_ptr<replica_handle> place;
  {
    simulated_node n;
    n.add(sleeper(), two_replicas());
    place = n.get().registry().of("sleeper", "1.0.0").front()->replicas.front();
    answered = n.get().begin_ask("number.sleep@1", object{{"n", 1}}, 10s, [](const expected<shared_value>&) {});
    late = n.get().begin_ask("number.sleep@1", object{{"n", 10}}, 2s, [](const expected<shared_value>&) {});
    n.settle();
    REQUIRE_FALSE(place.expired());
  }
  CHECK(place.expired());
  answered->cancel();  // too late, and harmless
  late->cancel();
}

TEST_CASE("a call ends once: answered, late, or cancelled") {
  simulated_node n;
  n.add(sleeper(), two_replicas());
  std::vector<errc> ends;
  const auto ask = [&](int for_seconds) {
    return n.get().begin_ask("number.sleep@1", object{{"n", for_seconds}}, 2s,
                             [&](expected<shared_value> r) { ends.push_back(r ? errc::none : r.error().code); });
  };
  SECTION("answered") {
    const auto c = ask(1);
    n.settle();
    c->cancel();
    CHECK(ends == std::vector{errc::none});
  }
  SECTION("late") {
    const auto c = ask(3);
    n.settle();
    c->cancel();
    CHECK(ends == std::vector{errc::deadline});
  }
  SECTION("cancelled, without a function to call too") {
    n.get().begin_ask("number.sleep@1", object{{"n", 1}}, 2s, {})->cancel();
    const auto c = ask(1);
    c->cancel();
    n.settle();
    CHECK(ends == std::vector{errc::cancelled});
  }
}

TEST_CASE("calls whose time is over as soon as they begin end once each, in real threads") {
  std::atomic<int> ends{0};
  {
    node n{node_config{}};
    REQUIRE(n.add(sleeper(), two_replicas()));
    for (int i = 0; i < 2000; ++i)
      n.begin_ask("number.sleep@1", object{{"n", 100}}, std::chrono::nanoseconds{1},
                  [&](const expected<shared_value>&) { ++ends; });
  }
  CHECK(ends == 2000);
}
