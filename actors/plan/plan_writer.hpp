// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/plan/goal_solver.hpp"
#include "libagents/orchestration/plan.hpp"

namespace agents::composing {

/// What the writer puts into the plan beside the steps that were found.
struct plan_wishes {
  std::string name;
  std::vector<std::string> verify;   ///< verifiers of the step that gives the answer
  std::vector<std::string> reflect;  ///< the plan's ladder
  std::vector<std::string> avoid;    ///< modules that new steps must not use
  value answer;                      ///< template with "{want.…}"; null: the wanted value itself
  shared_plan previous;              ///< when replanning: where finished steps are copied from; may be null
};

struct written_plan {
  plan out;
  std::vector<std::string> notes;  ///< assumptions a person should know of
};

/// Writes the derivation of the first goal as a plan: its steps in the order of the data, ids from the capabilities'
/// names. Optional members of an input are filled when exactly one earlier step gives a member of that name and type.
/// `bad_input` when the answer's template asks for what is not there.
[[nodiscard]] expected<written_plan> write_plan(const goal_graph& g, const std::vector<derivation>& solved,
                                                const option_table& options, fit_checker& fits,
                                                const plan_wishes& wishes);

}  // namespace agents::composing
