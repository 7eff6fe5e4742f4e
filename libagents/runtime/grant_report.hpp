// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libagents/contract/manifest.hpp"
#include "libagents/core/event.hpp"
#include "libagents/runtime/worker_launcher.hpp"
#include "libagents/sandbox/answer.hpp"

namespace agents {

/// What a module asked for and can do without is an alert, not an error.
[[nodiscard]] std::vector<event> refusal_alerts(const manifest& m, const std::vector<sandbox::grant_answer>& answers);

/// What a process module may do, as `node::grants` shows it. Errors: those of `worker_launcher::limits_of`.
[[nodiscard]] expected<value> grant_row(const std::string& module, const sandbox::permissions& may,
                                        const std::vector<sandbox::grant_answer>& answers, const worker_launcher& by);

}  // namespace agents
