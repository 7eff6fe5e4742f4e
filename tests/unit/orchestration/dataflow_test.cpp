// SPDX-License-Identifier: Apache-2.0
// Steps, instances, failures and the end of a run, as values.
#include "tests/unit/orchestration/driven_run.hpp"

using namespace agents;
using agents::testing::driven_run;
using agents::testing::step;
using names = std::vector<std::string>;

namespace {

plan of(std::vector<step_spec> steps, value answer = object{}) {
  plan p;
  p.steps = std::move(steps);
  p.answer = std::move(answer);
  return p;
}

step_spec once(step_spec s) {
  s.reflect = {"partial"};
  return s;
}

step_spec over(std::string id, std::string list) {
  auto s = once(step(std::move(id), "do@1", object{{"x", "{item}"}}));
  s.each = std::move(list);
  return s;
}

task_spec with_input(value input) {
  task_spec t;
  t.input = std::move(input);
  return t;
}

}  // namespace

TEST_CASE("a step starts when its own inputs are there, while a slow sibling still runs") {
  driven_run r;
  r.begin(of({step("fast"), step("slow"), step("next", "do@1", object{{"x", "{fast.n}"}})}));
  CHECK(r.open() == names{"fast", "slow"});
  r.answer("fast", object{{"n", 3}});
  CHECK(r.open() == names{"slow", "next"});
  CHECK(*r.call("next").input == value{object{{"x", 3}}});
}

TEST_CASE("a step waits for all of its inputs, and for `after` without data") {
  driven_run r;
  auto c = step("c", "do@1", object{{"x", "{a}"}});
  c.after = {"b"};
  r.begin(of({step("a"), step("b"), c}));
  r.answer("a", 1);
  CHECK(r.open() == names{"b"});
  r.answer("b", 2);
  CHECK(*r.call("c").input == value{object{{"x", 1}}});
}

TEST_CASE("a run completes with the answer that the plan declares") {
  driven_run r;
  r.begin(of({step("a")}, object{{"answer", "{a.text}"}, {"q", "{input.q}"}, {"g", "{goal}"}}),
          with_input(object{{"q", 1}}));
  CHECK_FALSE(r.finished);
  r.answer("a", object{{"text", "yes"}});
  CHECK(r.finished);
  CHECK(r.state.status == run_status::completed);
  CHECK(r.answer_of_run() == value{object{{"answer", "yes"}, {"q", 1}, {"g", ""}}});
  CHECK(r.journal.back().kind == event_kind::run_finished);
  CHECK(r.journal.back().text == "completed");
}

TEST_CASE(
    "a step with `each` asks once per item and collects in the order of the items, whatever the order of the answers") {
  driven_run r;
  r.begin(of({over("all", "{input.list}")}, object{{"answer", "{all}"}}), with_input(object{{"list", array{5, 6, 7}}}));
  CHECK(r.open() == names{"all[0]", "all[1]", "all[2]"});
  CHECK(*r.call("all[1]").input == value{object{{"x", 6}}});
  r.answer("all[2]", "c");
  r.answer("all[0]", "a");
  r.answer("all[1]", "b");
  CHECK(r.answer_of_run("answer") == value{array{"a", "b", "c"}});
}

TEST_CASE("`each` over nothing is done at once, with an empty list") {
  driven_run r;
  r.begin(of({over("all", "{input.list}"), step("next", "do@1", object{{"x", "{all}"}})}),
          with_input(object{{"list", array{}}}));
  CHECK(*r.call("next").input == value{object{{"x", array{}}}});
}

TEST_CASE("`each` over what is no list fails that step with bad_input") {
  driven_run r;
  r.begin(of({over("all", "{input.list}"), once(step("b"))}), with_input(object{{"list", "text"}}));
  r.answer("b", 1);
  CHECK(r.state.status == run_status::partial);
  CHECK(r.state.outcome == errc::bad_input);
  CHECK(r.state.problem.find("is no list but string") != std::string::npos);
}

TEST_CASE("no more attempts are open at once than `parallel` allows") {
  driven_run r;
  auto p = of({over("all", "{input.list}"), step("other")});
  p.parallel = 2;
  r.begin(p, with_input(object{{"list", array{1, 2, 3, 4}}}));
  CHECK(r.open() == names{"all[0]", "all[1]"});
  r.answer("all[1]", 0);
  CHECK(r.open() == names{"all[0]", "all[2]"});
  r.answer("all[0]", 0);
  r.answer("all[2]", 0);
  r.answer("all[3]", 0);
  CHECK(r.open() == names{"other"});
}

TEST_CASE("a retry after a verdict waits for room, and goes on before what was not begun") {
  driven_run r;
  auto judged = step("a");
  judged.verify = {"v@1"};
  judged.reflect = {"retry", "partial"};
  auto p = of({judged, step("b"), step("c")}, object{{"answer", "{a}"}});
  p.parallel = 1;
  r.begin(p);
  r.answer("a", "draft", {.name = "writer"});
  CHECK(r.open() == names{"b"});
  r.judge("a", "v@1", false, 0, "no source");
  CHECK(r.open() == names{"b"});
  r.answer("b", 1);
  CHECK(r.open() == names{"a"});
  CHECK(r.call("a").prefer == "writer");
  CHECK(r.call("a").critique == "no source");
  REQUIRE(r.call("a").previous);
  CHECK(*r.call("a").previous == value{"draft"});
  r.answer("a", "better", {.name = "writer"});
  r.judge("a", "v@1", true);
  r.answer("c", 1);
  CHECK(r.answer_of_run("answer") == value{"better"});
}

TEST_CASE("the modules of an agreement are asked one after the other when `parallel` leaves no more room") {
  driven_run r;
  auto s = step("a");
  s.agree = {.of = 3, .need = 2, .on = ""};
  auto p = of({s, step("b")}, object{{"answer", "{a}"}});
  p.parallel = 1;
  r.begin(p);
  r.answer("a", "x", {.name = "m1"});
  REQUIRE(r.open() == names{"a"});
  CHECK(r.call("a").exclude == names{"m1"});
  r.state = testing::fold(snapshot(r.state));  // survives the compaction of the journal
  r.answer("a", "y", {.name = "m2"});
  CHECK(r.call("a").exclude == names{"m1", "m2"});
  r.answer("a", "x", {.name = "m3"});
  CHECK(r.open() == names{"b"});
  r.answer("b", 1);
  CHECK(r.answer_of_run("answer") == value{"x"});
}

TEST_CASE("an agreement that waits for room goes on after a snapshot") {
  driven_run r;
  auto s = step("a");
  s.agree = {.of = 2, .need = 2, .on = ""};
  auto p = of({s, step("b")}, object{{"answer", "{a}"}});
  p.parallel = 1;
  r.begin(p);
  const auto first = r.take("a", {.name = "m1"});
  CHECK(r.calls.size() == 1);
  r.state = testing::fold(snapshot(r.state));
  r.end("a", first, "x", {.name = "m1"});
  REQUIRE(r.open() == names{"a"});
  CHECK(r.call("a").exclude == names{"m1"});
  r.answer("a", "x", {.name = "m2"});
  r.answer("b", 1);
  CHECK(r.state.status == run_status::completed);
}

TEST_CASE(
    "what depends on a failed step is skipped, transitively; the rest goes on, and the answer says what is missing") {
  driven_run r;
  r.begin(of({once(step("bad")), step("b", "do@1", object{{"x", "{bad}"}}), step("c", "do@1", object{{"x", "{b}"}}),
              step("good")},
             object{{"answer", "{c}"}, {"part", "{good}"}}));
  r.fail("bad", errc::crashed, "segfault");
  CHECK(r.open() == names{"good"});
  r.answer("good", 42);
  CHECK(r.state.status == run_status::partial);
  CHECK(r.state.outcome == errc::crashed);
  CHECK(r.answer_of_run() == value{object{{"part", 42}, {"incomplete_because", "step \"bad\": segfault"}}});
  CHECK(r.row("bad").get_string("outcome") == "crashed");
  CHECK(r.row("b").get_string("outcome") == "skipped");
  CHECK(r.row("c").get_string("outcome") == "skipped");
}

TEST_CASE("a run in which nothing was done is failed, not partial") {
  driven_run r;
  r.begin(of({once(step("a")), step("b", "do@1", object{{"x", "{a}"}})}));
  r.fail("a", errc::internal);
  CHECK(r.state.status == run_status::failed);
}

TEST_CASE("an optional step may fail: its references are left out, and the run is complete") {
  driven_run r;
  auto extra = once(step("extra"));
  extra.optional = true;
  r.begin(of({extra, step("main", "do@1", object{{"hint", "{extra.x}"}, {"n", 1}})}, object{{"answer", "{main}"}}));
  r.fail("extra", errc::deadline);
  CHECK(*r.call("main").input == value{object{{"n", 1}}});
  r.answer("main", 5);
  CHECK(r.state.status == run_status::completed);
  CHECK(r.answer_of_run() == value{object{{"answer", 5}}});
}

TEST_CASE("in an optional `each` the failed instances are null, the others keep their places") {
  driven_run r;
  auto all = over("all", "{input.list}");
  all.optional = true;
  r.begin(of({all}, object{{"answer", "{all}"}}), with_input(object{{"list", array{1, 2, 3}}}));
  r.answer("all[0]", "a");
  r.fail("all[1]", errc::crashed);
  r.answer("all[2]", "c");
  CHECK(r.state.status == run_status::completed);
  CHECK(r.answer_of_run("answer") == value{array{"a", nullptr, "c"}});
}

TEST_CASE("one failed instance fails a step with `each`, after the others have ended") {
  driven_run r;
  r.begin(of({over("all", "{input.list}"), step("next", "do@1", object{{"x", "{all}"}})}),
          with_input(object{{"list", array{1, 2}}}));
  r.fail("all[0]", errc::crashed);
  CHECK_FALSE(r.finished);
  r.answer("all[1]", 1);
  CHECK(r.finished);
  CHECK(r.row("next").get_string("outcome") == "skipped");
}

TEST_CASE("a cancelled run ends at once with what it has, and gives its open attempts up") {
  driven_run r;
  r.begin(of({step("a"), step("b"), step("c")}, object{{"a", "{a}"}, {"b", "{b}"}}));
  r.answer("a", 1);
  r.take("b");
  auto e = r.of_kind(event_kind::run_cancelled);
  e.text = "enough";
  r.feed(e);
  CHECK(r.state.status == run_status::partial);
  CHECK(r.state.outcome == errc::cancelled);
  CHECK(r.calls.empty());
  CHECK(r.cancelled.size() == 2);
  CHECK(r.answer_of_run() == value{object{{"a", 1}, {"incomplete_because", "enough"}}});
}

TEST_CASE("late and duplicate events change nothing") {
  driven_run r;
  auto s = step("a");
  s.verify = {"v@1"};
  r.begin(of({s, step("b", "do@1", object{{"x", "{a}"}})}));
  r.answer("a", 1);
  r.judge("a", "v@1", true);
  const auto before = report(r.state);
  const auto commands = r.calls.size();
  for (const auto& e : std::vector<event>{r.journal}) {
    if (e.kind == event_kind::run_resumed) continue;
    CAPTURE(to_string(e.kind));
    CHECK(apply(r.state, e).empty());
  }
  for (const auto* stranger : {"nobody", "a[0]", "a[9]", "b[x]", "", "(plan)"}) {
    CAPTURE(stranger);
    for (const auto kind : {event_kind::attempt_started, event_kind::attempt_finished, event_kind::verdict,
                            event_kind::step_finished, event_kind::approval_given, event_kind::approval_requested})
      CHECK(apply(r.state, r.of_kind(kind, stranger, 1)).empty());
  }
  CHECK(report(r.state) == before);
  CHECK(r.calls.size() == commands);
}

TEST_CASE("events of unknown kinds are ignored") {
  driven_run r;
  r.begin(of({step("a")}));
  const auto before = report(r.state);
  for (const auto kind : {0, 14, 40, 63, 64, 73, 255})
    CHECK(apply(r.state, r.of_kind(static_cast<event_kind>(kind), "a", 1)).empty());
  CHECK(report(r.state) == before);
}

TEST_CASE("after the end nothing changes any more") {
  driven_run r;
  r.begin(of({step("a"), once(step("b"))}));
  r.answer("a", 1);
  const auto attempt = r.take("b");
  auto e = r.of_kind(event_kind::run_cancelled);
  r.feed(e);
  const auto before = report(r.state);
  r.end("b", attempt, 2);
  r.feed(e);
  CHECK(report(r.state) == before);
}

TEST_CASE(
    "what attempts teach about modules: good answers count for them, failures against, budgets and routes not at all") {
  driven_run r;
  r.begin(of({once(step("a")), once(step("b")), once(step("c"))}));
  r.answer("a", 1, {.name = "good"});
  r.fail("b", errc::crashed, "", {.name = "bad"});
  r.fail("c", errc::budget, "", {.name = "dear"});
  REQUIRE(r.lessons.size() == 2);
  CHECK((r.lessons[0].module == "good" && r.lessons[0].good));
  CHECK((r.lessons[1].module == "bad" && !r.lessons[1].good));
}
