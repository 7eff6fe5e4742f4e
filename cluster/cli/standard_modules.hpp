// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "actors/code/runner.hpp"
#include "cluster/config/supervision_settings.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/runtime/node.hpp"

namespace agents::cli {

/// The modules that `program` was given beside the shipped ones. Set before the first session.
[[nodiscard]] std::vector<module_factory>& own_modules();

/// Adds the modules that ship with libagents, and `own_modules`, to a node that has the supervisors of `settings`.
/// Errors: those of `supervision_settings::check` and of `node::add`.
[[nodiscard]] expected<void> add_standard_modules(node& n, const supervision_settings& settings,
                                                  const code::runner_settings& code);

/// Would these settings do for `add_standard_modules`?
[[nodiscard]] expected<void> check_standard_modules(const supervision_settings& settings);

}  // namespace agents::cli
