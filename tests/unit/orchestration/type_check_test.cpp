// SPDX-License-Identifier: Apache-2.0
// The types of a plan against the modules that its steps may use.
#include "libagents/orchestration/type_check.hpp"

#include "libagents/module.hpp"
#include "tests/unit/orchestration/driven_run.hpp"

using namespace agents;
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

template <class Output>
module writer(const char* name, const char* capability) {
  return module(name, "1.0.0").offers(capability, [](const value&) { return Output{}; });
}

template <class Input>
module reader(const char* name, const char* capability) {
  return module(name, "1.0.0").offers(capability, [](const Input&) { return number{}; });
}

/// Two modules offer each capability, with contracts that differ.
struct two_of_each {
  registry offers;
  two_of_each() {
    for (const auto& m : {writer<text>("wordy", "write@1"), writer<number>("numeric", "write@1"),
                          reader<text>("of_words", "read@1"), reader<number>("of_numbers", "read@1")})
      REQUIRE(offers.add(std::make_shared<const agents::manifest>(m.manifest()), {}));
  }
};

std::string problem(step_spec first, step_spec second) {
  const two_of_each r;
  plan p;
  p.steps = {std::move(first), std::move(second)};
  const auto compiled = compile(p);
  REQUIRE(compiled);
  const auto ok = type_check(**compiled, r.offers);
  if (ok) return {};
  CHECK(ok.error().code == errc::bad_input);
  return ok.error().message;
}

step_spec writing() { return step("w", "write@1"); }
step_spec reading(value with) { return step("r", "read@1", std::move(with)); }

step_spec only(step_spec s, std::vector<std::string> modules) {
  s.only = std::move(modules);
  return s;
}
step_spec avoiding(step_spec s, std::vector<std::string> modules) {
  s.avoid = std::move(modules);
  return s;
}

}  // namespace

TEST_CASE("a step that may use only modules which do not offer its capability is refused by step and key") {
  const auto why = problem(only(writing(), {"of_words", "nobody"}), only(reading(object{{"n", 1}}), {"of_numbers"}));
  CHECK(why ==
        "step \"w\": `only` leaves nobody for write@1: none of these modules offers it; it is offered by wordy, "
        "numeric");
}

TEST_CASE("a step that avoids every module which it could ask is refused by step and key") {
  const auto second = only(reading(object{{"n", 1}}), {"of_numbers"});
  const auto all = problem(avoiding(writing(), {"numeric", "wordy"}), second);
  CHECK(all.find("step \"w\": `avoid` leaves nobody for write@1") == 0);
  const auto both = problem(avoiding(only(writing(), {"wordy"}), {"wordy"}), second);
  CHECK(both.find("step \"w\": `avoid` leaves nobody for write@1") == 0);
}

TEST_CASE("the contracts that count are those of the modules which a step may use") {
  const auto words = object{{"words", "{w.words}"}};
  CHECK(problem(only(writing(), {"wordy"}), only(reading(words), {"of_words"})).empty());
  CHECK(problem(avoiding(writing(), {"numeric"}), avoiding(reading(words), {"of_numbers"})).empty());
  // Without a restriction the other reader could be chosen, which takes no words.
  CHECK(problem(only(writing(), {"wordy"}), reading(words)).find("r.with.n") != std::string::npos);
  // And the other writer gives none.
  CHECK(problem(only(writing(), {"numeric"}), only(reading(words), {"of_words"}))
            .find("the producer declares no member \"words\"") != std::string::npos);
}
