// SPDX-License-Identifier: Apache-2.0
// The reflection ladder: retry, other, replan, ask, partial.
#include "tests/unit/orchestration/driven_run.hpp"

using namespace agents;
using agents::testing::driven_run;
using agents::testing::step;
using names = std::vector<std::string>;

namespace {

step_spec climbing(std::vector<std::string> ladder, std::int64_t attempts = 2) {
  auto s = step("a");
  s.reflect = std::move(ladder);
  s.attempts = attempts;
  return s;
}

plan of(std::vector<step_spec> steps) {
  plan p;
  p.steps = std::move(steps);
  p.answer = object{{"answer", "{a}"}, {"other", "{b}"}};
  bool has_b = false;
  for (const auto& s : p.steps) has_b |= s.id == "b";
  if (!has_b) p.answer = object{{"answer", "{a}"}};
  return p;
}

task_spec planned_by(std::string planner) {
  task_spec t;
  t.goal = "g";
  t.planner = std::move(planner);
  return t;
}

}  // namespace

TEST_CASE("a retry asks the same module again, with the critique and the refused answer, at once") {
  driven_run r;
  auto s = climbing({"retry", "partial"});
  s.verify = {"v@1"};
  r.begin(of({s}));
  r.answer("a", "draft", {.name = "writer"});
  r.judge("a", "v@1", false, 0.1, "cite the source");
  const auto again = r.call("a");
  CHECK(again.attempt == 2);
  CHECK(again.prefer == "writer");
  CHECK(again.exclude.empty());
  CHECK(again.critique == "cite the source");
  REQUIRE(again.previous);
  CHECK(*again.previous == value{"draft"});
  CHECK(again.delay == duration{});
}

TEST_CASE("a retry after a failure of the machine waits, longer each time, and not for ever") {
  driven_run r;
  r.begin(of({climbing({"retry", "partial"}, 13)}));
  std::vector<duration> delays;
  for (int i = 0; i < 12; ++i) {
    r.fail("a", errc::crashed);
    delays.push_back(r.call("a").delay);
  }
  CHECK(delays[0] == std::chrono::milliseconds{20});
  CHECK(delays[1] == std::chrono::milliseconds{40});
  CHECK(delays.back() == delays[10]);
  CHECK(delays.back() <= std::chrono::seconds{6});
}

TEST_CASE("`attempts` bounds the retries on one module") {
  driven_run r;
  r.begin(of({climbing({"retry", "partial"}, 3)}));
  for (int i = 0; i < 3; ++i) r.fail("a", errc::crashed);
  CHECK(r.finished);
  CHECK(r.rungs() == names{"retry", "retry", "partial"});
  CHECK(r.row("a").get_integer("attempts") == 3);
}

TEST_CASE("another module is one that has not been tried, as long as there is one") {
  driven_run r;
  auto s = climbing({"other", "partial"});
  s.avoid = {"never"};
  r.begin(of({s}));
  r.fail("a", errc::crashed, "broken", {.name = "one"});
  CHECK(r.call("a").exclude == names{"never", "one"});
  CHECK(r.call("a").critique == "broken");
  r.fail("a", errc::deadline, "slow", {.name = "two"});
  CHECK(r.call("a").exclude == names{"never", "one", "two"});
  r.answer("a", 1, {.name = "three"});
  CHECK(r.state.status == run_status::completed);
}

TEST_CASE("while all other modules are overloaded the rung waits longer each time, and not for ever") {
  driven_run r;
  r.begin(of({climbing({"other", "partial"})}));
  r.fail("a", errc::crashed, "broken", {.name = "one"});
  CHECK(r.call("a").delay == duration{});
  std::vector<duration> delays;
  while (!r.finished && delays.size() < 100) {
    r.fail_attempt("a", r.call("a").attempt, errc::overloaded, "full", {.name = ""});
    if (!r.finished) delays.push_back(r.call("a").delay);
  }
  REQUIRE(r.finished);
  CHECK(r.state.outcome == errc::overloaded);
  CHECK(delays.front() > duration{});
  CHECK(delays.front() < delays.back());
}

TEST_CASE("when there is no other module, the failure that counts is the module's, not the router's") {
  driven_run r;
  r.begin(of({climbing({"other", "partial"})}));
  r.fail("a", errc::crashed, "division by zero", {.name = "one"});
  r.no_route("a", "nobody else offers it");
  CHECK(r.finished);
  CHECK(r.state.outcome == errc::crashed);
  CHECK(r.state.problem == "step \"a\": division by zero");
}

TEST_CASE("the ladder is climbed rung by rung: retry, then another module, then partial") {
  driven_run r;
  r.begin(of({climbing({"retry", "other", "partial"})}));
  r.fail("a", errc::crashed, "1", {.name = "one"});
  CHECK(r.call("a").prefer == "one");
  r.fail("a", errc::crashed, "2", {.name = "one"});
  CHECK(r.call("a").exclude == names{"one"});
  r.fail("a", errc::crashed, "3", {.name = "two"});
  r.no_route("a");
  CHECK(r.rungs() == names{"retry", "other", "other", "partial"});
}

TEST_CASE("the same refused answer again is a loop: the next rung is taken though attempts are left") {
  driven_run r;
  auto s = climbing({"retry", "other", "partial"}, 50);
  s.verify = {"v@1"};
  r.begin(of({s}));
  r.answer("a", "same", {.name = "stubborn"});
  r.judge("a", "v@1", false, 0, "wrong");
  r.answer("a", "same", {.name = "stubborn"});
  r.judge("a", "v@1", false, 0, "wrong");
  CHECK(r.rungs() == names{"retry", "other"});
  CHECK(r.call("a").exclude == names{"stubborn"});
}

TEST_CASE("a different answer, or a different critique, is no loop") {
  driven_run r;
  auto s = climbing({"retry", "partial"}, 50);
  s.verify = {"v@1"};
  r.begin(of({s}));
  for (const auto* draft : {"one", "two", "three"}) {
    r.answer("a", draft);
    r.judge("a", "v@1", false, 0, "wrong");
  }
  r.answer("a", "three");
  r.judge("a", "v@1", false, 0, "wrong in another way");
  CHECK(r.rungs() == names{"retry", "retry", "retry", "retry"});
}

TEST_CASE("errors of the task itself are not tried again") {
  const auto code = GENERATE(errc::bad_input, errc::budget);
  driven_run r;
  r.begin(of({climbing({"retry", "other", "partial"})}));
  r.fail("a", code);
  CHECK(r.finished);
  CHECK(r.rungs() == names{"partial"});
}

TEST_CASE("a replan tells the planner what is done and what failed; finished, unchanged steps are kept") {
  driven_run r;
  auto p = of({step("b", "do@1", object{{"n", 1}}), climbing({"replan", "partial"})});
  r.begin(p, planned_by("plan@1"));
  r.answer("b", "kept");
  r.fail("a", errc::crashed, "cannot");
  CHECK(r.state.status == run_status::planning);
  const auto c = r.call("(plan)");
  CHECK(c.capability == "plan@1");
  CHECK(c.critique == "step \"a\" failed: cannot");
  CHECK(*c.input->find("done") == value{object{{"b", "kept"}}});
  CHECK(*c.input->find("previous_plan") == to_value(p));
  CHECK(c.input->get_string("goal") == "g");
  auto better = p;
  better.steps[1] = step("a", "another@1", object{{"x", "{b}"}});
  r.answer("(plan)", to_value(better));
  REQUIRE(r.plans_to_check.size() == 1);
  CHECK(*r.plans_to_check[0] == to_value(better));
  r.accept(better);
  CHECK(r.open() == names{"a"});
  CHECK(*r.call("a").input == value{object{{"x", "kept"}}});
  r.answer("a", 1);
  CHECK(r.state.status == run_status::completed);
  CHECK(r.state.problem.empty());
}

TEST_CASE(
    "a replanning request names the step, the modules that had it, the error and the critique, also when repeated") {
  driven_run r;
  auto p = of({climbing({"other", "replan", "partial"})});
  p.steps[0].verify = {"v@1"};
  r.begin(p, planned_by("plan@1"));
  CHECK_FALSE(r.state.planning.input);
  r.fail("a", errc::crashed, "broken", {.name = "one"});
  r.answer("a", "draft", {.name = "two"});
  r.judge("a", "v@1", false, 0, "no source");
  r.no_route("a");
  const value failed = object{{"step", "a"},
                              {"module", "two"},
                              {"tried", array{"one", "two"}},
                              {"error", "rejected"},
                              {"critique", "no source"}};
  REQUIRE(r.call("(plan)").input->find("failed"));
  CHECK(*r.call("(plan)").input->find("failed") == failed);
  r.answer("(plan)", object{});
  r.feed(r.of_kind(event_kind::plan_rejected));
  REQUIRE(r.call("(plan)").input->find("failed"));
  CHECK(*r.call("(plan)").input->find("failed") == failed);
}

TEST_CASE("a finished step that the new plan changes is done again") {
  driven_run r;
  auto p = of({step("b", "do@1", object{{"n", 1}}), climbing({"replan", "partial"})});
  r.begin(p, planned_by("plan@1"));
  r.answer("b", "old");
  r.fail("a", errc::crashed);
  p.steps[0].with = object{{"n", 2}};
  r.answer("(plan)", to_value(p));
  r.accept(p);
  CHECK(r.open() == names{"b", "a"});
}

TEST_CASE("a finished step is done again when anything that it was made from has changed, over any number of steps") {
  driven_run r;
  auto last = step("last", "do@1", object{{"x", "{copies.0}"}});
  auto each = step("copies", "do@1", object{{"x", "{item}"}});
  each.each = "{b.list}";
  auto later = step("later", "do@1", object{{"n", 7}});
  later.after = {"last"};
  auto p = of({climbing({"replan", "partial"}), last, each, step("b", "do@1", object{{"n", 1}}), step("c"), later});
  r.begin(p, planned_by("plan@1"));
  r.answer("b", object{{"list", array{1}}});
  r.answer("c", "kept");
  r.answer("copies[0]", "old copy");
  r.answer("last", "old end");
  r.answer("later", "kept, no data comes from `last`");
  r.fail("a", errc::crashed);
  p.steps[3].with = object{{"n", 2}};
  r.answer("(plan)", to_value(p));
  r.accept(p);
  CHECK(r.open() == names{"a", "b"});
  r.answer("b", object{{"list", array{2}}});
  CHECK(*r.call("copies[0]").input == value{object{{"x", 2}}});
  r.answer("copies[0]", "new copy");
  CHECK(*r.call("last").input == value{object{{"x", "new copy"}}});
  r.answer("last", "new end");
  r.answer("a", 1);
  CHECK(r.state.status == run_status::completed);
}

TEST_CASE("what has acted on the world and must be done again because its input changed needs a person") {
  driven_run r;
  auto p = of({climbing({"replan", "partial"}), step("b", "do@1", object{{"n", 1}}),
               step("send", "do@1", object{{"x", "{b}"}})});
  r.begin(p, planned_by("plan@1"));
  r.answer("b", "old");
  r.answer("send", "sent", {.effect = "effectful"});
  r.fail("a", errc::crashed);
  p.steps[1].with = object{{"n", 2}};
  r.answer("(plan)", to_value(p));
  r.accept(p);
  r.answer("b", "new");
  r.answer("a", 1);
  CHECK(r.paused);
  CHECK(r.calls.empty());
}

TEST_CASE("a replan gives everything up that is on its way: attempts and verifications") {
  driven_run r;
  auto judged = step("c");
  judged.verify = {"v@1"};
  auto p = of({climbing({"replan", "partial"}), step("b"), judged});
  r.begin(p, planned_by("plan@1"));
  r.take("b");
  r.answer("c", "old");
  const auto stale = r.verifications.at(0);
  r.fail("a", errc::crashed);
  CHECK(r.open() == names{"(plan)"});
  CHECK(r.verifications.empty());
  CHECK(r.state.in_flight == 1);
  r.answer("(plan)", to_value(p));
  r.accept(p);
  CHECK(r.open() == names{"a", "b", "c"});
}

TEST_CASE("a rejected plan is asked for again with the reason, twice; then the run ends with what it has") {
  driven_run r;
  r.begin(of({step("b"), climbing({"replan", "partial"})}), planned_by("plan@1"));
  r.answer("b", 1);
  r.fail("a", errc::crashed);
  for (int i = 0; i < 3; ++i) {
    CHECK(r.call("(plan)").critique.find(i == 0 ? "failed" : "type error") != std::string::npos);
    r.answer("(plan)", object{});
    auto e = r.of_kind(event_kind::plan_rejected);
    e.text = "type error at the edge";
    r.feed(e);
  }
  CHECK(r.finished);
  CHECK(r.state.status == run_status::partial);
  CHECK(r.state.problem == "replanning failed: type error at the edge");
}

TEST_CASE("replans are bounded by count") {
  driven_run r;
  const auto p = of({climbing({"replan", "partial"})});
  r.begin(p, planned_by("plan@1"));
  int replans = 0;
  while (!r.finished) {
    r.fail("a", errc::crashed);
    if (r.finished) break;
    ++replans;
    r.answer("(plan)", to_value(p));
    r.accept(p);
  }
  CHECK(replans == 2);
}

TEST_CASE("without a planner the rung replan is passed over") {
  driven_run r;
  r.begin(of({climbing({"replan", "partial"})}));
  r.fail("a", errc::crashed);
  CHECK(r.finished);
  CHECK(r.rungs() == names{"partial"});
}

TEST_CASE("a task with a planner is planned first; a planner that fails three times fails the run") {
  driven_run r;
  r.start(planned_by("plan@1"));
  CHECK(r.call("(plan)").input->get_string("goal") == "g");
  r.fail("(plan)", errc::crashed, "1");
  r.fail("(plan)", errc::crashed, "2");
  CHECK_FALSE(r.finished);
  r.fail("(plan)", errc::crashed, "3");
  CHECK(r.state.status == run_status::failed);
  CHECK(r.state.problem == "no plan: 3");
}

TEST_CASE("asking a person pauses the run when nothing else runs, and approval lets the refused answer count") {
  driven_run r;
  auto s = climbing({"ask"});
  s.verify = {"v@1"};
  r.begin(of({s, step("b")}));
  r.answer("a", "draft");
  r.judge("a", "v@1", false, 0, "doubtful");
  CHECK_FALSE(r.paused);
  r.answer("b", 1);
  CHECK(r.paused);
  CHECK(r.state.status == run_status::waiting);
  const auto asked = std::find_if(r.journal.begin(), r.journal.end(),
                                  [](const auto& e) { return e.kind == event_kind::approval_requested; });
  REQUIRE(asked != r.journal.end());
  CHECK(asked->step == "a");
  CHECK(asked->text == "doubtful");
  CHECK(*asked->data->find("output") == value{"draft"});
  r.decide("a", true);
  CHECK(r.state.status == run_status::completed);
  CHECK(r.answer_of_run("answer") == value{"draft"});
}

TEST_CASE("a person can refuse, or give another answer") {
  driven_run r;
  r.begin(of({climbing({"ask"}), step("b")}));
  r.answer("b", 1);
  r.fail("a", errc::crashed, "broken");
  REQUIRE(r.paused);
  SECTION("refuse") {
    r.decide("a", false);
    CHECK(r.state.status == run_status::partial);
    CHECK(r.state.outcome == errc::rejected);
  }
  SECTION("edit") {
    r.decide("a", true, "mine");
    CHECK(r.state.status == run_status::completed);
    CHECK(r.answer_of_run("answer") == value{"mine"});
  }
  SECTION("approve where there is no answer: try again") {
    r.decide("a", true);
    r.answer("a", "second try");
    CHECK(r.answer_of_run("answer") == value{"second try"});
  }
}

TEST_CASE("a step that needs approval is not asked before a person has allowed it") {
  driven_run r;
  auto s = step("a");
  s.approve = true;
  r.begin(of({s}));
  CHECK(r.calls.empty());
  CHECK(r.paused);
  r.decide("a", true);
  CHECK(r.open() == names{"a"});
  r.answer("a", 1);
  CHECK(r.state.status == run_status::completed);
}

TEST_CASE("two questions: the run goes on with the first decision and pauses again for the second") {
  driven_run r;
  auto a = step("a");
  auto b = step("b");
  a.approve = b.approve = true;
  r.begin(of({a, b}));
  REQUIRE(r.paused);
  r.decide("b", true);
  CHECK_FALSE(r.paused);
  r.answer("b", 2);
  CHECK(r.paused);
  r.decide("a", false);
  CHECK(r.state.status == run_status::partial);
}

TEST_CASE("what acts on the world is not repeated: a failure goes past retry and other") {
  const auto code = GENERATE(errc::crashed, errc::deadline, errc::bad_output, errc::internal);
  driven_run r;
  r.begin(of({climbing({"retry", "other", "ask"}, 5)}));
  r.fail("a", code, "unsure", {.effect = "effectful"});
  CHECK(r.calls.empty());
  CHECK(r.paused);
  CHECK(r.rungs() == names{"ask"});
}

TEST_CASE("what certainly did not act may be tried again") {
  const auto code = GENERATE(errc::overloaded, errc::no_route);
  driven_run r;
  r.begin(of({climbing({"retry", "partial"})}));
  r.fail("a", code, "", {.effect = "effectful"});
  CHECK(r.open() == names{"a"});
}

TEST_CASE("a new plan does not repeat an effect silently: a person is asked first") {
  driven_run r;
  auto p = of({climbing({"replan", "partial"}), step("b")});
  r.begin(p, planned_by("plan@1"));
  r.take("b", {.effect = "effectful"});
  r.fail("a", errc::crashed);
  r.answer("(plan)", to_value(p));
  r.accept(p);
  CHECK(r.open() == names{"a"});
  r.answer("a", 1);
  CHECK(r.paused);
  CHECK(r.journal.back().kind != event_kind::run_finished);
  r.decide("b", true);
  CHECK(r.open() == names{"b"});
}

TEST_CASE("an approval that comes while a new plan is awaited does not stop the planning") {
  driven_run r;
  auto asking = climbing({"ask"});
  auto failing = step("b");
  failing.reflect = {"replan", "partial"};
  auto p = of({asking, failing});
  r.begin(p, planned_by("plan@1"));
  r.fail("a", errc::crashed);
  r.fail("b", errc::crashed);
  REQUIRE(r.state.status == run_status::planning);
  r.decide("a", true, "mine");
  CHECK(r.state.status == run_status::planning);
  r.answer("(plan)", to_value(p));
  r.accept(p);
  CHECK(r.open() == names{"b"});
  r.answer("b", 1);
  CHECK(r.answer_of_run("answer") == value{"mine"});
}
