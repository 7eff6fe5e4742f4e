// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "libagents/contract/fields.hpp"

namespace agents {

/// What every planner is asked; its answer is a `plan`. Written by the orchestrator.
struct planning_request {
  std::string goal;
  value given;                         ///< the task's inputs
  value planner_input;                 ///< what this planner needs beside
  std::optional<value> previous_plan;  ///< when replanning
  std::optional<value> done;           ///< step id → output, when replanning
  AGENTS_FIELDS(goal, given, planner_input, previous_plan, done)
};

}  // namespace agents
