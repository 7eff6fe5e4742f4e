// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libagents/contract/fields.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/orchestration/binding.hpp"

namespace agents {

/// "k of n independent modules must agree."
struct agreement {
  std::int64_t of = 1;    ///< how many different modules are asked
  std::int64_t need = 1;  ///< how many must give the same answer
  std::string on;         ///< JSON Pointer of the part that is compared; "" = everything

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("of", s.of, {.minimum = 1, .maximum = 99});
    v("need", s.need, {.minimum = 1, .maximum = 99});
    v("on", s.on, {.optional = true});
  }
};

/// One step of a plan: asks one capability once, or once per item of a list.
struct step_spec {
  std::string id;
  std::string ask;                  ///< "text.retrieve@1"
  value with = object{};            ///< the input; strings "{step.path}" are references
  std::string each;                 ///< reference to a list: one instance per item, `{item}` is the item
  std::vector<std::string> after;   ///< steps that must have ended first, without data flowing
  std::vector<std::string> verify;  ///< capabilities of verifiers; all must pass
  std::optional<agreement> agree;
  std::vector<std::string> reflect;  ///< rungs of the ladder: retry, other, replan, ask, partial; empty: the plan's
  std::int64_t attempts = 2;         ///< attempts on one module before the next rung
  double timeout_seconds = 0;        ///< of one attempt; 0: the module's own
  std::vector<std::string> only;     ///< modules allowed; empty: all
  std::vector<std::string> avoid;    ///< modules refused
  std::string policy;                ///< routing policy; empty: the node's
  bool approve = false;              ///< a person must approve before the step runs
  bool optional = false;             ///< its failure does not end the run; references to it are left out

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("id", s.id, {.max_length = 200});
    v("ask", s.ask);
    v("with", s.with, {.optional = true});
    v("each", s.each, {.optional = true});
    v("after", s.after, {.optional = true});
    v("verify", s.verify, {.optional = true});
    v("agree", s.agree);
    v("reflect", s.reflect, {.optional = true});
    v("attempts", s.attempts, {.optional = true, .minimum = 1, .maximum = 100});
    v("timeout_seconds", s.timeout_seconds, {.optional = true, .minimum = 0});
    v("only", s.only, {.optional = true});
    v("avoid", s.avoid, {.optional = true});
    v("policy", s.policy, {.optional = true});
    v("approve", s.approve, {.optional = true});
    v("optional", s.optional, {.optional = true});
  }
};

/// A DAG of steps: what a planner answers. Also the contract of planner modules' output.
struct plan {
  std::string name;
  std::vector<step_spec> steps;
  value answer = object{};           ///< template of the run's answer
  std::vector<std::string> reflect;  ///< default ladder; empty: retry, other, partial
  /// Attempts of the run in flight at once; verifications do not count. What was begun goes on before what was not.
  std::int64_t parallel = 256;

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("name", s.name, {.optional = true});
    v("steps", s.steps, {.max_length = 10'000});
    v("answer", s.answer, {.optional = true});
    v("reflect", s.reflect, {.optional = true});
    v("parallel", s.parallel, {.optional = true, .minimum = 1, .maximum = 100'000});
  }
};

/// A rung of the reflection ladder.
enum class rung : std::uint8_t { retry, other, replan, ask, partial };
[[nodiscard]] std::string_view to_string(rung r) noexcept;
[[nodiscard]] std::optional<rung> rung_from_string(std::string_view name) noexcept;

/// A step with its references resolved to step numbers.
struct compiled_step {
  step_spec spec;
  binding with;
  std::optional<binding> each;
  std::vector<std::uint32_t> needs;  ///< steps that must end before, by data or by `after`; sorted, unique
  std::vector<std::uint32_t> feeds;  ///< the reverse
  std::vector<rung> ladder;
};

/// A plan whose structure has been checked. Immutable; shared by runs.
struct compiled_plan {
  plan source;
  std::vector<compiled_step> steps;
  binding answer;
  std::unordered_map<std::string, std::uint32_t> index;  ///< step id → number
};

using shared_plan = std::shared_ptr<const compiled_plan>;

/// Checks ids, references, cycles and ladders. `bad_input` names the step, what is wrong and the remedy.
[[nodiscard]] expected<shared_plan> compile(plan p);

/// `compile(from_value<plan>(v))`.
[[nodiscard]] expected<shared_plan> compile(const value& v);

}  // namespace agents
