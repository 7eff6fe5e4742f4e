// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libagents/contract/fields.hpp"

namespace agents {

/// The step that ended the plan before.
struct failed_step {
  std::string step;                ///< "label", or "label[2]" for one instance
  std::string module;              ///< that had the last attempt; "" when nobody could be asked
  std::vector<std::string> tried;  ///< every module that had an attempt, `module` included
  std::string error;               ///< name of the typed error, "rejected" after a verifier's refusal
  std::string critique;            ///< why, in words
  AGENTS_FIELDS(step, module, tried, error, critique)
};

/// What every planner is asked; its answer is a `plan`. Written by the orchestrator.
struct planning_request {
  std::string goal;
  value given;                         ///< the task's inputs
  value planner_input;                 ///< what this planner needs beside
  std::optional<value> previous_plan;  ///< when replanning
  std::optional<value> done;           ///< step id → output, when replanning
  std::optional<failed_step> failed;   ///< when replanning
  AGENTS_FIELDS(goal, given, planner_input, previous_plan, done, failed)
};

}  // namespace agents
