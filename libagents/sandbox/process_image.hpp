// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libagents/sandbox/permissions.hpp"
#include "libagents/sandbox/protections.hpp"

namespace agents {

namespace sandbox {

/// The sandbox of one process.
struct confinement {
  permissions may;
  std::vector<std::filesystem::path> sockets;  ///< of the node, that the process may connect to
  protections by;
};

}  // namespace sandbox

/// What a process is started with, in full.
struct process_image {
  std::string program;  ///< path of the file
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::string folder = {};                            ///< "": the node's; in a sandbox "/"
  std::map<std::string, std::string> secrets = {};    ///< variable → content
  std::optional<sandbox::confinement> confined = {};  ///< none: no sandbox
  bool with_input = false;                            ///< standard input is a pipe; else there is nothing to read
  bool apart_errors = false;  ///< standard error has a pipe of its own; else it goes with the output
};

}  // namespace agents
