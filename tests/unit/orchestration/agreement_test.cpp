// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/orchestration/driven_run.hpp"

using namespace agents;
using agents::testing::driven_run;
using agents::testing::step;
using names = std::vector<std::string>;

namespace {

plan agreed(std::int64_t of, std::int64_t need, std::string on = {}, std::vector<std::string> ladder = {"partial"}) {
  auto s = step("a");
  s.agree = {.of = of, .need = need, .on = std::move(on)};
  s.reflect = std::move(ladder);
  plan p;
  p.steps = {s};
  p.answer = object{{"answer", "{a}"}};
  return p;
}

/// Modules m1, m2, … take the calls, as the router would hand them out.
std::vector<std::uint32_t> take_all(driven_run& r, int modules) {
  std::vector<std::uint32_t> attempts;
  for (int i = 1; i <= modules; ++i) {
    const auto c = r.calls.back();
    const auto name = "m" + std::to_string(i);
    auto e = r.of_kind(event_kind::attempt_started, c.step, c.attempt);
    e.module = name;
    r.feed(e);
    attempts.push_back(c.attempt);
  }
  return attempts;
}

}  // namespace

TEST_CASE("n different modules are asked: each call excludes the modules that have one already") {
  driven_run r;
  r.begin(agreed(3, 2));
  CHECK(r.calls.size() == 1);
  r.take("a", {.name = "m1"});
  REQUIRE(r.calls.size() == 2);
  CHECK(r.calls[1].exclude == names{"m1"});
  auto e = r.of_kind(event_kind::attempt_started, "a", 2);
  e.module = "m2";
  r.feed(e);
  REQUIRE(r.calls.size() == 3);
  CHECK(r.calls[2].exclude == names{"m1", "m2"});
  e.attempt = 3;
  e.module = "m3";
  r.feed(e);
  CHECK(r.calls.size() == 3);
}

TEST_CASE("k equal answers decide at once and cancel the rest") {
  driven_run r;
  r.begin(agreed(3, 2));
  const auto at = take_all(r, 3);
  r.end("a", at[0], "x", {.name = "m1"});
  CHECK_FALSE(r.finished);
  r.end("a", at[2], "x", {.name = "m3"});
  CHECK(r.state.status == run_status::completed);
  CHECK(r.answer_of_run("answer") == value{"x"});
  REQUIRE(r.cancelled.size() == 1);
  CHECK(r.cancelled[0].attempt == at[1]);
  CHECK(r.state.in_flight == 0);
}

TEST_CASE("the majority's answer counts, and the minority's module learns from it") {
  driven_run r;
  r.begin(agreed(3, 2));
  const auto at = take_all(r, 3);
  r.end("a", at[0], "wrong", {.name = "m1"});
  r.end("a", at[1], "right", {.name = "m2"});
  r.end("a", at[2], "right", {.name = "m3"});
  CHECK(r.answer_of_run("answer") == value{"right"});
  CHECK(r.row("a").get_string("module") != "m1");
  CHECK(r.row("a").get_integer("attempts") == 3);
  std::vector<std::string> bad;
  for (const auto& l : r.lessons)
    if (!l.good) bad.push_back(l.module);
  CHECK(bad == names{"m1"});
}

TEST_CASE("only the part that the pointer names is compared") {
  driven_run r;
  r.begin(agreed(2, 2, "/judgement/a~1b"));
  const auto at = take_all(r, 2);
  r.end("a", at[0], object{{"judgement", object{{"a/b", "yes"}}}, {"why", "because"}}, {.name = "m1"});
  r.end("a", at[1], object{{"judgement", object{{"a/b", "yes"}}}, {"why", "therefore"}}, {.name = "m2"});
  CHECK(r.state.status == run_status::completed);
}

TEST_CASE("an answer without the part, and a failure, are no votes") {
  driven_run r;
  r.begin(agreed(3, 2, "/label"));
  const auto at = take_all(r, 3);
  r.end("a", at[0], object{{"other", 1}}, {.name = "m1"});
  r.end("a", at[1], object{{"label", 1}}, {.name = "m2"});
  CHECK_FALSE(r.finished);
  r.fail_attempt("a", at[2], errc::crashed, "boom", {.name = "m3"});
  CHECK(r.state.status == run_status::failed);
  CHECK(r.state.problem.find("1 of 3 modules agreed, 2 are needed") != std::string::npos);
}

TEST_CASE("disagreement is known as soon as agreement is out of reach") {
  driven_run r;
  r.begin(agreed(3, 3));
  const auto at = take_all(r, 3);
  r.end("a", at[0], "x", {.name = "m1"});
  r.end("a", at[1], "y", {.name = "m2"});
  CHECK(r.state.status == run_status::failed);
  CHECK(r.cancelled.size() == 1);
}

TEST_CASE("disagreement climbs the ladder: another module may tip the balance") {
  driven_run r;
  r.begin(agreed(2, 2, "", {"other", "partial"}));
  const auto at = take_all(r, 2);
  r.end("a", at[0], "x", {.name = "m1"});
  r.end("a", at[1], "y", {.name = "m2"});
  CHECK(r.rungs() == names{"other"});
  CHECK(r.call("a").exclude == names{"m1", "m2"});
  r.answer("a", "y", {.name = "m3"});
  CHECK(r.state.status == run_status::completed);
  CHECK(r.answer_of_run("answer") == value{"y"});
}

TEST_CASE("one module has one vote: asked again, its new answer replaces the old one") {
  driven_run r;
  r.begin(agreed(2, 2, "", {"retry", "partial"}));
  const auto at = take_all(r, 2);
  r.end("a", at[0], "x", {.name = "m1"});
  r.end("a", at[1], "y", {.name = "m2"});
  r.answer("a", "y", {.name = "m2"});
  CHECK(r.state.status == run_status::failed);
}

TEST_CASE("fewer modules than wanted are enough when enough of them agree") {
  driven_run r;
  r.begin(agreed(3, 2));
  const auto first = r.take("a", {.name = "m1"});
  auto e = r.of_kind(event_kind::attempt_started, "a", 2);
  e.module = "m2";
  r.feed(e);
  r.fail_attempt("a", 3, errc::no_route, "no third module", {.name = ""});
  CHECK_FALSE(r.finished);
  r.end("a", first, "x", {.name = "m1"});
  r.end("a", 2, "x", {.name = "m2"});
  CHECK(r.state.status == run_status::completed);
}

TEST_CASE("when no other module is left the ladder goes on instead of asking for one for ever") {
  const auto code = GENERATE(errc::no_route, errc::budget);
  driven_run r;
  r.begin(agreed(2, 2, "", {"other", "partial"}));
  const auto at = take_all(r, 2);
  r.end("a", at[0], "x", {.name = "m1"});
  r.end("a", at[1], "y", {.name = "m2"});
  r.fail_attempt("a", 3, code, "nobody else", {.name = ""});
  CHECK(r.finished);
  CHECK(r.state.outcome == (code == errc::budget ? code : errc::rejected));
}

TEST_CASE("what was agreed on is verified like any answer") {
  driven_run r;
  auto p = agreed(3, 2, "", {"other", "partial"});
  p.steps[0].verify = {"v@1"};
  r.begin(p);
  const auto at = take_all(r, 3);
  r.end("a", at[0], "x", {.name = "m1"});
  r.end("a", at[1], "x", {.name = "m2"});
  REQUIRE(r.verifications.size() == 1);
  CHECK(r.verifications[0].input->get_string("output") == "x");
  r.judge("a", "v@1", false, 0, "wrong");
  CHECK(r.call("a").attempt == 4);
  CHECK(r.call("a").critique == "wrong");
}
