// SPDX-License-Identifier: Apache-2.0
// A person's answer in the place of a module's.
#include "libagents/orchestration/edit_check.hpp"

#include "libagents/module.hpp"
#include "tests/unit/orchestration/driven_run.hpp"

using namespace agents;
using agents::testing::driven_run;
using agents::testing::step;

namespace {

struct text {
  std::string words;
  AGENTS_FIELDS(words)
};
struct number {
  std::int64_t n = 0;
  AGENTS_FIELDS(n)
};

/// A run that waits for a person at both instances of its only step, whose capability has two contracts.
struct waiting_run {
  registry modules;
  driven_run r;

  explicit waiting_run(std::vector<std::string> only = {}) {
    const auto add = [this](const agents::module& m) {
      REQUIRE(modules.add(std::make_shared<const agents::manifest>(m.manifest()), {}));
    };
    add(module("wordy", "1.0.0").offers("write@1", [](const value&) { return text{}; }));
    add(module("numeric", "1.0.0").offers("write@1", [](const value&) { return number{}; }));
    auto s = step("w", "write@1");
    s.each = "{input.list}";
    s.approve = true;
    s.only = std::move(only);
    plan p;
    p.steps = {s};
    task_spec t;
    t.input = object{{"list", array{1, 2}}};
    r.begin(p, t);
    REQUIRE(r.paused);
  }
  [[nodiscard]] std::string problem(std::string_view unit, const value& edit) const {
    const auto ok = check_edit(r.state, modules, unit, edit);
    if (ok) return {};
    CHECK(ok.error().code == errc::bad_input);
    return ok.error().message;
  }
};

}  // namespace

TEST_CASE("an edit must satisfy the output schema of a module that the step may use") {
  const waiting_run w{{"wordy"}};
  CHECK(w.problem("w[1]", object{{"words", "mine"}}).empty());
  const auto why = w.problem("w[1]", object{{"words", 3}});
  CHECK(why.find("step \"w[1]\": at /words: ") != std::string::npos);
  CHECK(why.find("(rule #/properties/words/type)") != std::string::npos);
  CHECK_FALSE(w.problem("w[0]", object{{"n", 3}}).empty());
  CHECK_FALSE(w.problem("w[0]", "mine").empty());
}

TEST_CASE("where several modules may answer, the contract of any of them will do") {
  const waiting_run w;
  CHECK(w.problem("w[0]", object{{"n", 3}}).empty());
  CHECK(w.problem("w[0]", object{{"words", "mine"}}).empty());
  CHECK_FALSE(w.problem("w[0]", object{}).empty());
}

TEST_CASE("what cannot be checked is refused: a step that does not wait, a capability that nobody offers any more") {
  waiting_run w{{"wordy"}};
  CHECK(w.problem("w", object{{"words", "mine"}}).find("does not wait") != std::string::npos);
  CHECK(w.problem("w[7]", object{{"words", "mine"}}).find("does not wait") != std::string::npos);
  w.modules.remove("wordy", "1.0.0");
  CHECK(w.problem("w[0]", object{{"words", "mine"}}).find("cannot be checked") != std::string::npos);
}
