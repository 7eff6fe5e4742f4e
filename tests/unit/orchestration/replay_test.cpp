// SPDX-License-Identifier: Apache-2.0
// The state of a run is the fold of its journal; a snapshot stands for what came before it.
#include "libagents/contract/json.hpp"
#include "tests/unit/orchestration/simulated_modules.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

constexpr std::uint64_t seeds = 400;

value text_of(const shared_value& v) { return v ? *v : value{"none"}; }

/// What is still to be done, as a value that can be compared; the order of independent commands does not count.
value open_of(run_state s) {
  array out;
  for (const auto& c : open_commands(s, {1})) {
    if (const auto* call = std::get_if<call_command>(&c))
      out.emplace_back(object{{"call", call->step},
                              {"attempt", call->attempt},
                              {"ask", call->capability},
                              {"prefer", call->prefer},
                              {"exclude", to_json(to_value(call->exclude))},
                              {"critique", call->critique},
                              {"previous", text_of(call->previous)},
                              {"input", text_of(call->input)}});
    if (const auto* verify = std::get_if<verify_command>(&c))
      out.emplace_back(object{{"verify", verify->step},
                              {"attempt", verify->attempt},
                              {"by", verify->capability},
                              {"input", text_of(verify->input)}});
    if (std::holds_alternative<check_plan_command>(c)) out.emplace_back("check");
    if (std::holds_alternative<pause_command>(c)) out.emplace_back("pause");
    if (std::holds_alternative<finish_command>(c)) out.emplace_back("finish");
  }
  std::sort(out.begin(), out.end(), [](const value& x, const value& y) { return to_json(x) < to_json(y); });
  return out;
}

void require_equal(const run_state& a, const run_state& b) {
  REQUIRE(to_json(report(a)) == to_json(report(b)));
  REQUIRE(to_json(open_of(a)) == to_json(open_of(b)));
  REQUIRE(a.attempts_made == b.attempts_made);
  REQUIRE(a.in_flight == b.in_flight);
  REQUIRE(a.micro_money_reserved == b.micro_money_reserved);
  REQUIRE(a.tokens_reserved == b.tokens_reserved);
  REQUIRE(a.replans == b.replans);
}

}  // namespace

TEST_CASE("the fold of the journal is the state, at every moment of random runs") {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    driven_run r;
    r.begin(random_plan(dice), random_task(dice));
    simulated_modules modules{r, dice, {}};
    for (int i = 0; !r.finished; ++i) {
      if (i % 7 == 0) require_equal(fold(through_the_codec(r.journal)), r.state);
      modules.play_one();
    }
    require_equal(fold(through_the_codec(r.journal)), r.state);
  }
}

TEST_CASE("the same holds for runs whose node dies again and again, and they end all the same") {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    driven_run r;
    r.begin(random_plan(dice), random_task(dice));
    simulated_modules modules{r, dice, {.crashing = 10}};
    REQUIRE(modules.play_to_the_end());
    require_equal(fold(through_the_codec(r.journal)), r.state);
    for (const auto& [attempt, times] : modules.finished_executions()) {
      CAPTURE(attempt);
      if (r.state.replans == 0) CHECK(times == 1);  // a new plan numbers its attempts anew
    }
  }
}

TEST_CASE("a snapshot and the rest of the journal give the same state as the whole journal") {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    driven_run r;
    r.begin(random_plan(dice), random_task(dice));
    simulated_modules modules{r, dice, {}};
    for (auto n = dice.below(40); n > 0; --n) modules.play_one();
    if (r.finished) continue;
    auto shorter = snapshot(fold(through_the_codec(r.journal)));
    require_equal(fold(through_the_codec(shorter)), r.state);
    const auto cut = r.journal.size();
    REQUIRE(modules.play_to_the_end());
    shorter.insert(shorter.end(), r.journal.begin() + static_cast<std::ptrdiff_t>(cut), r.journal.end());
    require_equal(fold(through_the_codec(shorter)), r.state);
  }
}

TEST_CASE("a snapshot of a snapshot is as good as the first") {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    driven_run r;
    r.begin(random_plan(dice), random_task(dice));
    simulated_modules modules{r, dice, {}};
    for (int i = 0; i < 6; ++i) modules.play_one();
    if (r.finished) continue;
    const auto once = fold(snapshot(r.state));
    require_equal(once, fold(snapshot(once)));
    ++compared;
  }
  CHECK(compared > 20);
}

TEST_CASE("after a resume a retry still has its critique, the refused answer and the module's name") {
  driven_run r;
  auto s = step("a");
  s.verify = {"v@1"};
  s.reflect = {"retry", "other"};
  plan p;
  p.steps = {s};
  r.begin(p);
  r.answer("a", "draft", {.name = "one"});
  r.judge("a", "v@1", false, 0, "cite");
  const auto reopened = [&r] {
    auto state = fold(through_the_codec(r.journal));
    return std::get<call_command>(open_commands(state, r.now).at(0));
  };
  CHECK(reopened().critique == "cite");
  CHECK(reopened().prefer == "one");
  CHECK(text_of(reopened().previous) == value{"draft"});
  r.answer("a", "draft 2", {.name = "one"});
  r.judge("a", "v@1", false, 0, "cite better");
  CHECK(reopened().exclude == std::vector<std::string>{"one"});
  CHECK(reopened().critique == "cite better");
}

TEST_CASE("a step that is begun because a lost effectful step was given up is sent once") {
  driven_run r;
  auto act = step("act");
  act.reflect = {"partial"};
  act.optional = true;
  plan p;
  p.steps = {act, step("next", "do@1", object{{"x", "{act}"}})};
  r.begin(p);
  r.take("act", {.effect = "effectful"});
  auto state = fold(through_the_codec(r.journal));
  int sent = 0;
  for (const auto& c : open_commands(state, r.now))
    if (const auto* call = std::get_if<call_command>(&c)) sent += call->step == "next" ? 1 : 0;
  CHECK(sent == 1);
}

TEST_CASE("a journal that ends with the planner's answer goes on with the check of that plan") {
  driven_run r;
  task_spec t;
  t.planner = "plan@1";
  r.start(t);
  r.answer("(plan)", object{{"steps", array{}}});
  auto state = fold(through_the_codec(r.journal));
  const auto open = open_commands(state, r.now);
  REQUIRE(open.size() == 1);
  CHECK(std::holds_alternative<check_plan_command>(open[0]));
}

TEST_CASE("a journal that ends before the plan it was given fails the run instead of waiting for ever") {
  driven_run r;
  task_spec t;
  t.plan_given = true;
  r.start(t);
  auto state = fold(through_the_codec(r.journal));
  (void)open_commands(state, r.now);
  CHECK(state.status == run_status::failed);
  CHECK(state.problem.find("start the job again") != std::string::npos);
}
