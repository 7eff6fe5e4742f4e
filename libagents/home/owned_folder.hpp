// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "libagents/core/expected.hpp"

namespace agents {

/// Makes a folder for this user alone, with those above it that are missing (0700 each), or takes the one that is
/// there.
///
/// `rejected`: the one that is there belongs to another user, or others may write in it: they could replace what is
/// read from it. Root's own folders are fine for everybody, other users' are not, for root neither. That others may
/// read it is no error: what is secret has its own mode. `io`: it cannot be made. `remedy` is added to both.
[[nodiscard]] expected<void> make_owned_folder(const std::filesystem::path& folder, const std::string& remedy);

/// The same look at a folder that may be there; one that is missing is fine.
[[nodiscard]] expected<void> check_owned_folder(const std::filesystem::path& folder, const std::string& remedy);

}  // namespace agents
