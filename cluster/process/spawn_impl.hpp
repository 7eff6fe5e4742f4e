// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "cluster/process/file_handle_impl.hpp"
#include "cluster/process/worker_environment.hpp"

namespace agents {

/// A process that was started. Whoever has it must reap it.
struct spawned_process {
  pid_t pid = 0;       ///< also the number of its group
  file_handle handle;  ///< readable once it has ended
  file_handle output;  ///< what it prints; reading does not wait
};

/// Starts a process in a group of its own, with no descriptor but the standard three and those of its secrets, with
/// default signals. It is killed when the calling thread ends. `io` says which step failed.
[[nodiscard]] expected<spawned_process> spawn(const process_image& image);

}  // namespace agents
