// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/sandbox/file_handle.hpp"

namespace agents {

/// What a child does between vfork and exec.
struct spawn_order {
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::string folder;  ///< "": the parent's
  file_handle input;
  file_handle output;
  file_handle errors;          ///< not open: as the output
  std::vector<int> inherited;  ///< descriptors that it keeps, beside the standard three
  std::vector<int> entrances;  ///< of cgroups
  std::vector<std::pair<int, rlimit>> limits;
  long group = -1;  ///< the group that it takes on, without others; -1: it stays as it is
};

/// Starts a child in a process group of its own, with default signals; it is killed when the calling thread ends.
/// Whoever calls must reap it. `io` says which step failed.
[[nodiscard]] expected<pid_t> spawn(spawn_order& what);

/// Waits until `fd` can be read, or has ended. False: not in this time.
bool wait_readable(int fd, int timeout_ms);

}  // namespace agents
