// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libagents/orchestration/run_state.hpp"

namespace agents {

/// A run as one object for people's tools: `run_id`, `job`, `status`, `outcome`, `started`, `seconds`, `steps` (`id`,
/// `capability`, `module`, `version`, `attempts`, `seconds`, `outcome`), `reflections`, `cost` (`money`, `tokens`,
/// `seconds`), and what the plan's [answer] declares (`answer`, `citations`, …) beside them.
[[nodiscard]] value report(const run_state& s);

}  // namespace agents
