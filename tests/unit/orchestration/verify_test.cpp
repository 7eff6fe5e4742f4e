// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/orchestration/driven_run.hpp"

using namespace agents;
using agents::testing::driven_run;
using agents::testing::step;

namespace {

plan verified(std::vector<std::string> verifiers, std::vector<std::string> ladder = {"partial"}) {
  auto s = step("a", "do@1", object{{"q", 1}});
  s.verify = std::move(verifiers);
  s.reflect = std::move(ladder);
  plan p;
  p.steps = {s};
  p.answer = object{{"answer", "{a}"}};
  return p;
}

}  // namespace

TEST_CASE("verifiers get input and output, and the step is done when all have passed it") {
  driven_run r;
  r.begin(verified({"v@1", "w@1"}));
  r.answer("a", 5);
  REQUIRE(r.verifications.size() == 2);
  CHECK(*r.verifications[0].input == value{object{{"input", object{{"q", 1}}}, {"output", 5}}});
  r.judge("a", "w@1", true, 0.7);
  CHECK_FALSE(r.finished);
  r.judge("a", "v@1", true, 0.9);
  CHECK(r.state.status == run_status::completed);
  CHECK(r.answer_of_run("answer") == value{5});
  CHECK(r.state.units[0].score == 0.7);
}

TEST_CASE("one refusal is enough, and all critiques are kept") {
  driven_run r;
  r.begin(verified({"v@1", "w@1", "x@1"}));
  r.answer("a", 5);
  r.judge("a", "v@1", false, 0.2, "no citation");
  r.judge("a", "w@1", true);
  CHECK_FALSE(r.finished);
  r.judge("a", "x@1", false, 0.4, "too long");
  CHECK(r.state.status == run_status::failed);
  CHECK(r.state.outcome == errc::rejected);
  CHECK(r.state.problem == "step \"a\": no citation\ntoo long");
  CHECK(r.answer_of_run("answer") == value{});
}

TEST_CASE("a verifier that fails counts as a refusal, with its reason") {
  driven_run r;
  r.begin(verified({"v@1"}));
  r.answer("a", 5);
  auto e = r.of_kind(event_kind::verdict, "a", 1);
  e.capability = "v@1";
  e.outcome = errc::crashed;
  e.text = "the verifier v@1 failed: it threw";
  r.feed(e);
  CHECK(r.state.outcome == errc::rejected);
  CHECK(r.state.problem.find("it threw") != std::string::npos);
}

TEST_CASE("one verifier's verdict does not stand for another's, however often it comes") {
  driven_run r;
  r.begin(verified({"v@1", "w@1"}));
  r.answer("a", 5);
  r.judge("a", "v@1", true);
  auto again = r.journal.back();
  r.feed(again);
  CHECK_FALSE(r.finished);
  r.judge("a", "w@1", false, 0, "wrong");
  CHECK(r.state.status == run_status::failed);
}

TEST_CASE("a verdict on an earlier attempt does not judge the present one") {
  driven_run r;
  r.begin(verified({"v@1"}, {"retry", "partial"}));
  r.answer("a", 5);
  r.judge("a", "v@1", false, 0, "wrong");
  const auto old = r.journal;
  r.answer("a", 6);
  for (const auto& e : old)
    if (e.kind == event_kind::verdict) r.feed(e);
  CHECK_FALSE(r.finished);
  r.judge("a", "v@1", true);
  CHECK(r.answer_of_run("answer") == value{6});
}

TEST_CASE("after a resume only the verifiers that have not judged are asked again") {
  driven_run r;
  r.begin(verified({"v@1", "w@1"}));
  r.answer("a", 5);
  r.judge("a", "v@1", false, 0.3, "wrong");
  auto resumed = testing::fold(r.journal);
  std::vector<std::string> asked;
  for (const auto& c : open_commands(resumed, r.now))
    if (const auto* v = std::get_if<verify_command>(&c)) asked.push_back(v->capability);
  CHECK(asked == std::vector<std::string>{"w@1"});
  auto e = r.of_kind(event_kind::verdict, "a", 1);
  e.capability = "w@1";
  e.score = 1;
  (void)apply(resumed, e);
  CHECK(resumed.status == run_status::failed);
  CHECK(resumed.problem == "step \"a\": wrong");
}

TEST_CASE("a verdict teaches about the module that was judged") {
  driven_run r;
  r.begin(verified({"v@1"}, {"retry", "partial"}));
  r.answer("a", 5, {.name = "first"});
  r.judge("a", "v@1", false);
  r.answer("a", 6, {.name = "second"});
  r.judge("a", "v@1", true);
  REQUIRE(r.lessons.size() == 2);
  CHECK((r.lessons[0].module == "first" && !r.lessons[0].good));
  CHECK((r.lessons[1].module == "second" && r.lessons[1].good));
}

TEST_CASE("a verifier that fails teaches about itself only; one that judges is reliable, whatever its verdict") {
  driven_run r;
  r.begin(verified({"v@1", "w@1"}, {"retry", "partial"}));
  const auto verdict = [&r](std::string capability, std::string module, errc outcome, std::uint32_t attempt) {
    auto e = r.of_kind(event_kind::verdict, "a", attempt);
    e.capability = std::move(capability);
    e.module = std::move(module);
    e.outcome = outcome;
    r.feed(e);
  };
  const auto lesson = [&r](std::size_t i, std::string_view module, std::string_view capability, bool good) {
    REQUIRE(i < r.lessons.size());
    CHECK(r.lessons[i].module == module);
    CHECK(r.lessons[i].capability == capability);
    CHECK(r.lessons[i].good == good);
  };
  r.answer("a", 5, {.name = "writer"});
  verdict("v@1", "careful", errc::none, 1);
  verdict("w@1", "weak", errc::crashed, 1);
  REQUIRE(r.lessons.size() == 2);  // none about the writer
  lesson(0, "careful", "v@1", true);
  lesson(1, "weak", "w@1", false);
  r.answer("a", 6, {.name = "writer"});
  verdict("v@1", "careful", errc::rejected, 2);
  r.state = testing::fold(snapshot(r.state));
  verdict("w@1", "weak", errc::bad_input, 2);  // its contract does not fit: no fault of its own
  REQUIRE(r.lessons.size() == 4);
  lesson(2, "careful", "v@1", true);
  lesson(3, "writer", "do@1", false);
}
