// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/runtime/worker_launcher.hpp"

namespace agents {

/// What a process is started with, in full.
struct process_image {
  std::string program;  ///< path of the file
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::string folder;                          ///< "": the node's
  std::map<std::string, std::string> secrets;  ///< variable → content
};

/// Finds the program, the folder and the secrets of a command, and makes its environment from the node's and
/// `invitation` ("NAME=value"). `not_found`, `bad_input` name what is wrong and the remedy.
[[nodiscard]] expected<process_image> make_image(const worker_command& c, const std::vector<std::string>& invitation);

}  // namespace agents
