// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cluster/config/node_settings.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/runtime/node.hpp"

namespace agents::cli {

/// Adds the modules that ship with libagents to a node.
[[nodiscard]] expected<void> add_standard_modules(node& n, const node_settings& settings);

}  // namespace agents::cli
