// SPDX-License-Identifier: Apache-2.0
// State that outlives the crashes of its module.
#include <stdexcept>

#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

struct counter_options {
  save_time when = save_time::after_each_call;
  std::int64_t poison = INT64_MAX;  ///< a sum with which it cannot be restored
};

/// Sums up what it is told. 13 throws; a negative number is refused after it has been added; 1000 saves and throws.
module_factory counter(counter_options o = {}) {
  return [o] {
    const auto sum = std::make_shared<std::int64_t>(0);
    return module("counter", "1.0.0")
        .offers("number.add@1",
                [sum](const number& x, call& c) -> expected<number> {
                  *sum += x.n;
                  if (x.n == 1000) c.save_state();
                  if (x.n == 13 || x.n == 1000) throw std::runtime_error("unlucky");
                  if (x.n < 0) return unexpected{errc::rejected, "negative"};
                  return number{*sum};
                })
        .keeps_state(
            1, [sum] { return number{*sum}; },
            [sum, o](const number& saved) -> expected<void> {
              if (saved.n >= o.poison) return unexpected{errc::corrupt, "poisoned"};
              *sum = saved.n;
              return {};
            },
            o.when);
  };
}

expected<shared_value> try_add(simulated_node& n, std::int64_t x) {
  auto r = n.get().ask("number.add@1", object{{"n", x}}, 1s);
  n.turns();
  return r;
}

std::int64_t add(simulated_node& n, std::int64_t x) {
  const auto r = try_add(n, x);
  INFO((r ? std::string{} : r.error().message));
  REQUIRE(r);
  return from_value<number>(**r)->n;
}

/// Crashes it, and lets it come back.
void crash(simulated_node& n, std::int64_t with = 13) {
  CHECK(try_add(n, with).error().code == errc::crashed);
  n.advance(1s);
}

/// May crash more often than State may.
module_options patient() {
  module_options o;
  o.supervision.intensity = 10;
  return o;
}

bool was_dropped(const simulated_node& n) {
  for (const auto& e : n.events())
    if (e.kind == event_kind::alert && e.text.find("its saved state was dropped") == 0) return true;
  return false;
}

}  // namespace

TEST_CASE("what was answered is not forgotten, what crashed is") {
  simulated_node n;
  n.add(counter());
  CHECK(add(n, 1) == 1);
  CHECK(add(n, 2) == 3);
  crash(n);
  CHECK(add(n, 4) == 7);
  CHECK(try_add(n, -2).error().code == errc::rejected);
  crash(n);
  CHECK(add(n, 0) == 5);
}

TEST_CASE("a module may say itself when its state is saved") {
  simulated_node n;
  n.add(counter({.when = save_time::on_request}));
  CHECK(add(n, 1) == 1);
  crash(n);
  CHECK(add(n, 2) == 2);  // never saved
  crash(n, 1000);
  CHECK(add(n, 0) == 1002);
}

TEST_CASE("state with which the start fails is dropped after three tries") {
  simulated_node n;
  n.add(counter({.poison = 5}), patient());
  CHECK(add(n, 5) == 5);
  crash(n);
  n.settle();
  CHECK(was_dropped(n));
  CHECK(add(n, 1) == 1);
}

TEST_CASE("state is kept however often the module crashes, as long as it gives results in between") {
  simulated_node n;
  n.add(counter());
  CHECK(add(n, 1) == 1);
  for (int i = 0; i < 10; ++i) {
    crash(n);
    n.advance(10s);
    for (int good = 0; good < 3; ++good) CHECK(add(n, 0) == 1);  // enough for the circuit to stay closed
  }
  CHECK_FALSE(was_dropped(n));
}

TEST_CASE("orderly restarts without a request are no reason to drop the state") {
  group_options team;
  team.name = "team";
  team.flags.strategy = supervision::strategy::one_for_all;
  team.flags.intensity = 100;
  simulated_node n{1, nullptr, {team}};
  n.add(counter(), {.supervisor = "team"});
  n.add(numbers("other", "number.other@1", [](const number&) -> number { throw std::runtime_error("no"); }),
        {.supervisor = "team"});
  CHECK(add(n, 3) == 3);
  for (int i = 0; i < 6; ++i) {
    CHECK_FALSE(n.get().ask("number.other@1", object{{"n", 1}}, 1s));
    n.advance(10s);
  }
  CHECK(add(n, 0) == 3);
  CHECK_FALSE(was_dropped(n));
}
