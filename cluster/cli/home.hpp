// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/journal/store.hpp"

namespace agents::cli {

/// Where the program keeps its data: $AGENTS_HOME, else $XDG_DATA_HOME/agents, else ~/.local/share/agents.
[[nodiscard]] std::filesystem::path home_folder();

/// Opens the store of runs in `home_folder()`, creating the folder when needed (mode 0700).
[[nodiscard]] expected<std::shared_ptr<journal::store>> open_home_store(journal::durability level, const clock& c);

}  // namespace agents::cli
