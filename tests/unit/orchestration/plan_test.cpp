// SPDX-License-Identifier: Apache-2.0
#include "libagents/orchestration/plan.hpp"

#include "tests/catch.hpp"
#include "tests/unit/orchestration/driven_run.hpp"

using namespace agents;
using testing::step;

namespace {

plan of(std::vector<step_spec> steps) {
  plan p;
  p.steps = std::move(steps);
  return p;
}

void refused(plan p, std::string_view step, std::string_view excerpt) {
  const auto r = compile(std::move(p));
  REQUIRE_FALSE(r);
  INFO(r.error().message);
  CHECK(r.error().code == errc::bad_input);
  CHECK(r.error().message.find(excerpt) != std::string::npos);
  CHECK(r.error().message.find(step) != std::string::npos);
}

template <class Change>
plan changed(Change change) {
  auto s = step("a");
  change(s);
  return of({s});
}

}  // namespace

TEST_CASE("a plan without steps is refused") { refused(plan{}, "", "no steps"); }

TEST_CASE("the id of a step consists of letters, digits, _ and -, is not reserved, and unique") {
  refused(of({step("")}), "", "letters, digits");
  refused(of({step("a.b")}), "a.b", "letters, digits");
  refused(of({step("a b")}), "a b", "letters, digits");
  for (const auto* reserved : {"input", "item", "goal"}) refused(of({step(reserved)}), reserved, "reserved");
  refused(of({step("a"), step("b"), step("a")}), "\"a\"", "used twice");
  CHECK(compile(of({step("Step_1-b")})));
}

TEST_CASE("every reference must lead to a step, or to input, item or goal") {
  refused(of({step("a", "do@1", object{{"x", "{nobody.n}"}})}), "\"a\"", "{nobody.n} refers to no step");
  refused(of({step("a", "do@1", object{{"x", array{object{{"y", "{nobody}"}}}}})}), "\"a\"", "{nobody}");
  refused(changed([](auto& s) { s.each = "{nobody.list}"; }), "\"a\"", "{nobody.list}");
  refused(changed([](auto& s) { s.after = {"nobody"}; }), "\"a\"", "`after` names the unknown step \"nobody\"");
  auto p = of({step("a")});
  p.answer = object{{"x", "{nobody}"}};
  refused(p, "[answer]", "{nobody}");
  p.answer = object{{"x", "{item}"}};
  refused(p, "[answer]", "{item}");
}

TEST_CASE("{item} is known in a step with `each`, but not in its `each`") {
  refused(of({step("a", "do@1", object{{"x", "{item.n}"}})}), "\"a\"", "only known in a step with `each`");
  refused(changed([](auto& s) { s.each = "{item}"; }), "\"a\"", "only known in a step with `each`");
  CHECK(compile(changed([](auto& s) {
    s.each = "{input.list}";
    s.with = object{{"x", "{item.n}"}};
  })));
}

TEST_CASE("`each` is one reference") {
  refused(changed([](auto& s) { s.each = "list"; }), "\"a\"", "`each` must be one reference");
  refused(changed([](auto& s) { s.each = "{a b}"; }), "\"a\"", "`each` must be one reference");
}

TEST_CASE("`with` is a table or one reference") {
  refused(changed([](auto& s) { s.with = 3; }), "\"a\"", "`with` must be a table");
  refused(changed([](auto& s) { s.with = array{1}; }), "\"a\"", "`with` must be a table");
  CHECK(compile(changed([](auto& s) { s.with = "{input}"; })));
}

TEST_CASE("a step must say what it asks") { refused(of({step("a", "")}), "\"a\"", "`ask` is missing"); }

TEST_CASE("an agreement that cannot be reached, or would never be asked for, is refused") {
  refused(changed([](auto& s) { s.agree = {.of = 2, .need = 3, .on = ""}; }), "\"a\"", "at most `of`");
  refused(changed([](auto& s) { s.agree = {.of = 0, .need = 0, .on = ""}; }), "\"a\"", "`need` to 1 or more");
  refused(changed([](auto& s) { s.agree = {.of = 2, .need = 2, .on = "label"}; }), "\"a\"", "write \"/label\"");
}

TEST_CASE("numbers that would let a run stand still are refused") {
  refused(changed([](auto& s) { s.attempts = 0; }), "\"a\"", "`attempts`");
  auto p = of({step("a")});
  p.parallel = 0;
  refused(p, "", "`parallel`");
}

TEST_CASE("an unknown routing policy is refused, not ignored") {
  refused(changed([](auto& s) { s.policy = "cheapest"; }), "\"a\"", "\"cheapest\"");
  for (const auto* known : {"reliability", "priority", "latency", "cost", "weighted"})
    CHECK(compile(changed([&](auto& s) { s.policy = known; })));
}

TEST_CASE("an unknown rung of the ladder is refused, in a step and in the plan") {
  refused(changed([](auto& s) { s.reflect = {"retry", "pray"}; }), "\"a\"", "\"pray\"");
  auto p = of({step("a")});
  p.reflect = {"hope"};
  refused(p, "\"a\"", "\"hope\"");
}

TEST_CASE("a step has its own ladder, else the plan's, else retry, other, partial") {
  auto own = step("own");
  own.reflect = {"ask"};
  auto p = of({own, step("plans")});
  p.reflect = {"replan", "partial"};
  const auto compiled = *compile(p);
  CHECK(compiled->steps[0].ladder == std::vector{rung::ask});
  CHECK(compiled->steps[1].ladder == std::vector{rung::replan, rung::partial});
  p.reflect.clear();
  CHECK((*compile(p))->steps[1].ladder == std::vector{rung::retry, rung::other, rung::partial});
}

TEST_CASE("steps that wait for each other are refused, by data and by `after`") {
  refused(of({step("a", "do@1", object{{"x", "{b}"}}), step("b", "do@1", object{{"x", "{a}"}})}), "\"a\"",
          "break the cycle");
  refused(of({step("a", "do@1", object{{"x", "{a}"}})}), "\"a\"", "break the cycle");
  auto b = step("b", "do@1", object{{"x", "{a.n}"}});
  auto c = step("c", "do@1", object{{"x", "{b.n}"}});
  b.after = {"c"};
  refused(of({step("a"), b, c}), "\"b\"", "break the cycle");
}

TEST_CASE("the needs of a step are its references and `after`, each once") {
  auto c = step("c", "do@1", object{{"x", "{a.n}"}, {"y", array{"{b}", "{a}"}}, {"z", "{input.q}"}, {"g", "{goal}"}});
  c.after = {"b", "a"};
  const auto p = *compile(of({step("a"), step("b"), c}));
  CHECK(p->steps[2].needs == std::vector<std::uint32_t>{0, 1});
  CHECK(p->steps[0].feeds == std::vector<std::uint32_t>{2});
}

TEST_CASE("a plan as a value names the field that is wrong") {
  const auto r = compile(value{object{{"steps", array{object{{"id", 3}, {"ask", "x@1"}}}}}});
  REQUIRE_FALSE(r);
  CHECK(r.error().message.find("/steps/0/id") != std::string::npos);
}
