// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <vector>

#include "cluster/config/node_settings.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/runtime/node.hpp"

namespace agents::cli {

/// The modules that `program` was given beside the shipped ones. Set before the first session.
[[nodiscard]] std::vector<module_factory>& own_modules();

/// Adds the modules that ship with libagents, and `own_modules`, to a node.
[[nodiscard]] expected<void> add_standard_modules(node& n, const node_settings& settings);

}  // namespace agents::cli
