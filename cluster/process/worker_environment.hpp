// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/runtime/worker_launcher.hpp"
#include "libagents/sandbox/process_image.hpp"

namespace agents {

/// Finds the program, the folder and the secrets of a command, makes its environment from the node's and `invitation`
/// ("NAME=value"), and its sandbox, unless it is trusted; `socket` is the file that it connects to, if there is one.
/// `not_found`, `bad_input`, `rejected` name what is wrong and the remedy.
[[nodiscard]] expected<process_image> make_image(const worker_command& c, const std::vector<std::string>& invitation,
                                                 const std::filesystem::path& socket = {});

}  // namespace agents
