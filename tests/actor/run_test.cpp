// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/memory_store.hpp"
#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

const auto increment = [](const number& x) { return number{x.n + 1}; };

plan chain(int length) {
  plan p;
  for (int i = 0; i < length; ++i) {
    const auto from = i == 0 ? std::string{"{input.n}"} : "{s" + std::to_string(i - 1) + ".n}";
    p.steps.push_back(step("s" + std::to_string(i), "number.increment@1", object{{"n", from}}));
  }
  p.answer = object{{"answer", "{s" + std::to_string(length - 1) + ".n}"}};
  return p;
}

}  // namespace

TEST_CASE("a chain of steps passes values from step to step") {
  simulated_node node;
  node.add(numbers("incrementer", "number.increment@1", increment));
  const auto r = node.run(chain(5), object{{"n", 1}});
  CHECK(r.status == run_status::completed);
  CHECK(*r.report().find("answer") == value{6});
}

TEST_CASE("a step with `each` runs once per item and collects the outputs in order") {
  simulated_node node;
  node.add(numbers("incrementer", "number.increment@1", increment));
  plan p;
  auto s = step("all", "number.increment@1", object{{"n", "{item}"}});
  s.each = "{input.list}";
  p.steps = {s};
  p.answer = object{{"answer", "{all}"}};
  const auto r = node.run(p, object{{"list", array{1, 2, 3}}});
  CHECK(r.status == run_status::completed);
  CHECK(*r.report().find("answer") == value{array{object{{"n", 2}}, object{{"n", 3}}, object{{"n", 4}}}});
}

TEST_CASE("a crash loses that attempt only: the step is retried and the module restarted") {
  simulated_node node;
  auto crashes = std::make_shared<int>(1);
  node.add(numbers("shaky", "number.increment@1", [crashes](const number& x) {
    if ((*crashes)-- > 0) throw std::runtime_error("boom");
    return number{x.n + 1};
  }));
  const auto r = node.run(chain(1), object{{"n", 1}});
  CHECK(r.status == run_status::completed);
  CHECK(node.count(event_kind::replica_restarted) == 1);
  CHECK(r.report().find("steps")->as_array()[0].get_integer("attempts") == 2);
}

TEST_CASE("a silent module ends the wait at its deadline, and the next module is tried") {
  simulated_node node;
  auto silent = [](number x, call& c) -> task<number> {
    co_await c.sleep(1h);
    co_return x;
  };
  node.add([=] { return module("silent", "1.0.0").offers("number.increment@1", silent, {.timeout = 1s}); });
  node.add(numbers("incrementer", "number.increment@1", increment));
  auto p = chain(1);
  p.steps[0].policy = "priority";
  p.steps[0].reflect = {"other"};
  const auto begin = node.clock().now();
  const auto r = node.run(p, object{{"n", 1}});
  CHECK(r.status == run_status::completed);
  CHECK(node.clock().now() - begin == 1s);
}

TEST_CASE("modules ask each other by capability, and the answer comes back into the coroutine") {
  simulated_node node;
  node.add(numbers("incrementer", "number.increment@1", increment));
  auto twice = [](number x, call& c) -> task<number> {
    auto once = co_await c.ask<number>("number.increment@1", x);
    if (!once) co_return once.propagate();
    co_return co_await c.ask<number>("number.increment@1", *once);
  };
  node.add([=] { return module("twice", "1.0.0").offers("number.twice@1", twice); });
  const auto r = node.get().ask("number.twice@1", object{{"n", 1}}, 1s);
  REQUIRE(r);
  CHECK((*r)->get_integer("n") == 3);
}

TEST_CASE("a plan with a wrong edge is refused before the first call, and the error names the edge") {
  simulated_node node;
  node.add(numbers("incrementer", "number.increment@1", increment));
  plan p;
  p.steps = {step("a", "number.increment@1", object{{"n", 1}}),
             step("b", "number.increment@1", object{{"n", "{a.m}"}})};
  task_spec task;
  task.job = "test";
  const auto r = node.get().submit(task, share(to_value(p)), {});
  REQUIRE_FALSE(r);
  CHECK(r.error().message.find("b.with.n") != std::string::npos);
  CHECK(node.count(event_kind::attempt_started) == 0);
}

TEST_CASE("no module for a capability is an error that names it") {
  simulated_node node;
  plan p;
  p.steps = {step("a", "nobody.offers@1")};
  task_spec task;
  task.job = "test";
  const auto r = node.get().submit(task, share(to_value(p)), {});
  REQUIRE_FALSE(r);
  CHECK(r.error().message.find("nobody.offers@1") != std::string::npos);
}

TEST_CASE("the same seed gives the same run, event by event") {
  const auto once = [](std::uint64_t seed) {
    simulated_node node{seed};
    node.add(numbers("one", "number.increment@1", increment));
    node.add(numbers("two", "number.increment@1", increment));
    auto p = chain(6);
    for (auto& s : p.steps) s.policy = "weighted";
    (void)node.run(p, object{{"n", 1}});
    return node.events();
  };
  CHECK(once(7) == once(7));
  CHECK_FALSE(once(7) == once(8));
}

TEST_CASE("the journal of a long run is compacted, and the run resumes from it to the same answer") {
  auto clock = std::make_shared<manual_clock>();
  auto store = std::make_shared<journal::memory_store>(*clock);
  constexpr int items = 3000;
  plan p;
  auto all = step("all", "number.increment@1", object{{"n", "{item}"}});
  all.each = "{input.list}";
  auto hold = step("hold", "number.increment@1", object{{"n", 1}});
  hold.after = {"all"};
  hold.approve = true;
  p.steps = {all, hold};
  p.answer = object{{"answer", "{all}"}};
  array list;
  for (int i = 0; i < items; ++i) list.emplace_back(i);
  run_id id;
  {
    simulated_node node{1, store};
    node.add(numbers("incrementer", "number.increment@1", increment));
    id = node.begin(p, object{{"list", list}});
    node.settle();
    CHECK(node.result().status == run_status::waiting);
  }
  const auto history = store->read(id);
  REQUIRE(history);
  CHECK(history->snapshot_events > 0);
  CHECK(history->events.size() < std::size_t{3} * items);
  auto executed = std::make_shared<int>(0);
  simulated_node node{2, store};
  node.add(numbers("incrementer", "number.increment@1", [executed](const number& x) {
    ++*executed;
    return number{x.n + 1};
  }));
  event approval;
  approval.kind = event_kind::approval_given;
  approval.step = "hold";
  approval.data = share(object{{"approved", true}});
  const auto r = node.resume(id, {approval});
  CHECK(r.status == run_status::completed);
  CHECK(*executed == 1);
  CHECK(r.report().find("answer")->as_array().size() == items);
}
