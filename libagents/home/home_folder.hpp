// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "libagents/core/expected.hpp"

namespace agents {

/// What to do when there is no home, or no good one; ends the text of an error.
inline constexpr auto home_remedy = "set AGENTS_HOME to a folder that is yours alone";

/// Where a node keeps its data: $AGENTS_HOME, else $XDG_DATA_HOME/agents, else .local/share/agents in $HOME, or in the
/// home folder of the user's account. Absolute; need not exist. `not_found` when there is none of all.
[[nodiscard]] expected<std::filesystem::path> home_folder();

/// That folder, made when it was missing: for this user alone. Errors: those of `make_owned_folder`, too.
[[nodiscard]] expected<std::filesystem::path> make_home_folder();

/// The folder of keys in it. Neither need exist; a home that others could change is refused as above.
[[nodiscard]] expected<std::filesystem::path> home_keys_folder();

}  // namespace agents
