// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/journal/store.hpp"

namespace agents::cli {

/// Opens the store of runs in `home_folder()`, creating the folder when needed; nobody else may read it.
[[nodiscard]] expected<std::shared_ptr<journal::store>> open_home_store(journal::durability level, const clock& c);

}  // namespace agents::cli
