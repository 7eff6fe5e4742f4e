// SPDX-License-Identifier: Apache-2.0
// Budgets are reserved before an attempt starts and are never exceeded.
#include "tests/unit/orchestration/simulated_modules.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

plan two_steps(bool verified = false) {
  plan p;
  p.steps = {step("a"), step("b", "do@1", object{{"x", "{a}"}})};
  for (auto& s : p.steps) {
    s.reflect = {"retry", "partial"};
    if (verified) s.verify = {"v@1"};
  }
  p.answer = object{{"a", "{a}"}, {"b", "{b}"}};
  return p;
}

task_spec limited(budget b) {
  task_spec t;
  t.budget = b;
  return t;
}

}  // namespace

TEST_CASE("what is reserved is not left for others; what was not used of it is") {
  driven_run r;
  r.begin(two_steps(), limited({.money = 0.001, .tokens = 100, .time_seconds = {}, .steps = {}}));
  const auto attempt = r.take("a", {.micro_money = 600, .tokens = 80});
  CHECK(micro_money_left(r.state) == 400);
  CHECK(tokens_left(r.state) == 20);
  r.end("a", attempt, 1, {.micro_money = 100, .tokens = 30});
  CHECK(micro_money_left(r.state) == 900);
  CHECK(tokens_left(r.state) == 70);
}

TEST_CASE("without a limit everything is left") {
  driven_run r;
  r.begin(two_steps());
  r.take("a", {.micro_money = 600, .tokens = 80});
  CHECK(micro_money_left(r.state) == INT64_MAX);
  CHECK(tokens_left(r.state) == INT64_MAX);
}

TEST_CASE("what a cancelled attempt has cost is not known: its reservation counts as spent") {
  driven_run r;
  r.begin(two_steps(), limited({.money = 0.001, .tokens = {}, .time_seconds = {}, .steps = {}}));
  r.take("a", {.micro_money = 600});
  r.feed(r.of_kind(event_kind::run_cancelled));
  CHECK(r.state.micro_money_spent == 600);
  CHECK(r.state.micro_money_reserved == 0);
}

TEST_CASE("the same holds for what was on its way when the node died") {
  driven_run r;
  r.begin(two_steps(), limited({.money = 0.001, .tokens = 100, .time_seconds = {}, .steps = {}}));
  r.take("a", {.micro_money = 600, .tokens = 80});
  r.feed(r.of_kind(event_kind::run_resumed));
  CHECK(r.state.micro_money_spent == 600);
  CHECK(micro_money_left(r.state) == 400);
  CHECK(tokens_left(r.state) == 20);
}

TEST_CASE("verifications are paid from the same budget") {
  driven_run r;
  r.begin(two_steps(true), limited({.money = 0.001, .tokens = 100, .time_seconds = {}, .steps = {}}));
  r.answer("a", 1, {.micro_money = 500, .tokens = 10});
  auto e = r.of_kind(event_kind::verdict, "a", 1);
  e.capability = "v@1";
  e.micro_money = 400;
  e.tokens = 5;
  r.feed(e);
  CHECK(micro_money_left(r.state) == 100);
  CHECK(tokens_left(r.state) == 85);
}

TEST_CASE("a step that the budget does not allow ends the run with its verified part, and the answer says so") {
  driven_run r;
  r.begin(two_steps(true), limited({.money = 0.001, .tokens = {}, .time_seconds = {}, .steps = {}}));
  r.answer("a", "good", {.micro_money = 900});
  r.judge("a", "v@1", true);
  r.fail_attempt("b", r.call("b").attempt, errc::budget, "costs more money than the budget leaves", {.name = ""});
  CHECK(r.state.status == run_status::partial);
  CHECK(r.state.outcome == errc::budget);
  CHECK(r.answer_of_run("a") == value{"good"});
  CHECK(r.answer_of_run().get_string("incomplete_because").find("budget") != std::string::npos);
}

TEST_CASE("an answer that was refused is no part of a partial answer") {
  driven_run r;
  r.begin(two_steps(true), limited({.money = {}, .tokens = {}, .time_seconds = {}, .steps = 1}));
  r.answer("a", "refused");
  r.judge("a", "v@1", false, 0, "no");
  CHECK(r.finished);
  CHECK(r.answer_of_run("a") == value{});
  CHECK(r.state.attempts_made == 1);
}

TEST_CASE("the budget of steps counts attempts, retries included") {
  driven_run r;
  r.begin(two_steps(), limited({.money = {}, .tokens = {}, .time_seconds = {}, .steps = 2}));
  r.fail("a", errc::crashed);
  r.answer("a", 1);
  CHECK(r.finished);
  CHECK(r.state.status == run_status::partial);
  CHECK(r.state.outcome == errc::budget);
  CHECK(r.answer_of_run("a") == value{1});
}

TEST_CASE("when the time is over the run ends with what it has") {
  driven_run r;
  r.begin(two_steps(), limited({.money = {}, .tokens = {}, .time_seconds = 1.5, .steps = {}}));
  CHECK(r.state.deadline - r.state.started == std::chrono::milliseconds{1500});
  r.answer("a", 1);
  r.take("b");
  auto e = r.of_kind(event_kind::run_cancelled);
  e.outcome = errc::budget;
  e.text = "the budget of time is used up";
  r.feed(e);
  CHECK(r.state.status == run_status::partial);
  CHECK(r.answer_of_run("a") == value{1});
  CHECK(r.answer_of_run().get_string("incomplete_because") == "the budget of time is used up");
}

TEST_CASE("no random plan with random modules and random costs ever exceeds its budget, and every run ends") {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    driven_run r;
    auto t = random_task(dice);
    r.begin(random_plan(dice), t);
    REQUIRE(simulated_modules(r, dice, {}).play_to_the_end());
    CHECK(r.calls.empty());
    if (r.state.status != run_status::completed) CHECK_FALSE(r.state.problem.empty());
  }
}

TEST_CASE("no random run has more attempts in flight than `parallel` allows") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    driven_run r;
    r.begin(random_plan(dice), random_task(dice));
    simulated_modules modules{r, dice, {}};
    for (int i = 0; i < 20'000 && !r.finished; ++i) {
      REQUIRE(r.state.in_flight <= static_cast<std::uint32_t>(r.state.plan->source.parallel));
      modules.play_one();
      if (dice.below(40) == 0 && !r.finished) modules.crash();
    }
    REQUIRE(r.finished);
  }
}
