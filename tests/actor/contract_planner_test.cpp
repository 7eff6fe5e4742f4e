// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/contract_planner.hpp"

#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

struct seed {
  std::int64_t size = 0;
  AGENTS_FIELDS(size)
};
struct numbers_out {
  std::vector<std::int64_t> values;
  AGENTS_FIELDS(values)
};
struct one {
  std::int64_t value = 0;
  AGENTS_FIELDS(value)
};
struct square {
  std::int64_t squared = 0;
  AGENTS_FIELDS(squared)
};
struct squares {
  std::vector<square> squares;
  AGENTS_FIELDS(squares)
};
struct total {
  std::int64_t sum = 0;
  AGENTS_FIELDS(sum)
};

module counter() {
  return module("counter", "1.0.0").offers("numbers.count@1", [](const seed& s) {
    numbers_out out;
    for (std::int64_t i = 1; i <= s.size; ++i) out.values.push_back(i);
    return out;
  });
}

module multiplier() {
  return module("multiplier", "1.0.0").offers("number.square@1", [](const one& x) {
    return square{x.value * x.value};
  });
}

module adder() {
  return module("adder", "1.0.0").offers("squares.add@1", [](const squares& all) {
    total t;
    for (const auto& s : all.squares) t.sum += s.squared;
    return t;
  });
}

/// A node with the planner, which sees the node's own registry.
struct planning_node {
  simulated_node node;

  planning_node() {
    node.add([this] { return contract_planner([this] { return catalog(node.get().registry()); }); });
    node.add(counter);
    node.add(adder);
  }

  run_result run(value want, value given, std::vector<std::string> ladder = {"retry", "other", "partial"}) {
    task_spec task;
    task.job = "composed";
    task.planner = "plan.contract@1";
    task.input = std::move(given);
    array rungs(ladder.begin(), ladder.end());
    task.planner_input = object{{"want", std::move(want)}, {"reflect", rungs}};
    std::optional<run_result> done;
    REQUIRE(node.get().submit(task, nullptr, [&done](run_result r) { done = std::move(r); }));
    node.settle();
    REQUIRE(done);
    return *done;
  }
};

const value wants_total = object{{"type", "total"}};

}  // namespace

TEST_CASE("a job without steps is planned from the contracts, and the plan runs to the answer") {
  planning_node n;
  n.node.add(multiplier);
  const auto r = n.run(wants_total, object{{"size", 3}});
  INFO(r.report().get_string("incomplete_because"));
  CHECK(r.status == run_status::completed);
  CHECK(r.report().find("answer")->get_integer("sum") == 14);
}

TEST_CASE("a failing module is planned around: finished steps are kept, another capability takes its place") {
  planning_node n;
  n.node.add([] {
    return module("broken", "1.0.0").offers("number.square@1", [](const one&) -> expected<square> {
      return unexpected{errc::rejected, "out of order"};
    });
  });
  n.node.add([] {
    return module("costly", "1.0.0")
        .offers("number.power@1", [](const one& x) { return square{x.value * x.value}; }, {.micro_money = 1'000'000});
  });
  const auto r = n.run(wants_total, object{{"size", 3}}, {"retry", "replan", "partial"});
  INFO(r.report().get_string("incomplete_because"));
  CHECK(r.status == run_status::completed);
  CHECK(r.report().find("answer")->get_integer("sum") == 14);
  std::size_t counted = 0;
  for (const auto& e : n.node.events())
    counted += e.kind == event_kind::attempt_started && e.capability == "numbers.count@1" ? 1 : 0;
  CHECK(counted == 1);
}

TEST_CASE("when nothing gives the wanted type the run fails with the missing type and its remedy") {
  planning_node n;
  const auto r = n.run(wants_total, object{{"size", 3}});
  CHECK(r.status == run_status::failed);
  const auto why = std::string{r.report().get_string("incomplete_because")};
  INFO(why);
  CHECK(why.find("square") != std::string::npos);
  CHECK(why.find("squares.add@1") != std::string::npos);
  CHECK(n.node.count(event_kind::step_finished) == 0);
}
