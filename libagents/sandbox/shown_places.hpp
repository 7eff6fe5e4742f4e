// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/sandbox/bubblewrap.hpp"
#include "libagents/sandbox/process_image.hpp"

namespace agents::sandbox {

/// Does the sandbox of this image show, or let it write, what belongs to the node or to other modules? `rejected` names
/// place, owner and remedy. Looks at the links of this moment.
[[nodiscard]] expected<void> check_shown_places(const process_image& image, const system_view& view);

/// The node's folders that the sandbox would show, by their names inside: to be covered. Those that do not exist are
/// left out, because nothing can be put over them.
[[nodiscard]] std::vector<std::filesystem::path> covered_folders(const process_image& image, const system_view& view);

}  // namespace agents::sandbox
