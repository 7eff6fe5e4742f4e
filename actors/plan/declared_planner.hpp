// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libagents/module.hpp"

namespace agents {

/// `plan.declared@1`: the planner that reads its plan from a job file. `planner_input`: {file}.
[[nodiscard]] module declared_planner();

}  // namespace agents
