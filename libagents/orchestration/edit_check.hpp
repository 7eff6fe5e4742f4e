// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "libagents/orchestration/run_state.hpp"
#include "libagents/registry/registry.hpp"

namespace agents {

/// Checks what a person wants to put in the place of a waiting step's output ("draft", "label[2]"): it must satisfy the
/// output schema of a module that the step may use, as a module's own output must. `bad_input` names the step, the
/// place in the edit and the broken rule; also when the step does not wait, or nobody offers its capability any more.
[[nodiscard]] expected<void> check_edit(const run_state& s, const registry& r, std::string_view unit,
                                        const value& edit);

}  // namespace agents
