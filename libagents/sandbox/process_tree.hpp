// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace agents::sandbox {

/// All processes below this one, by our numbers, at this moment.
[[nodiscard]] std::vector<int> descendants_of(int process);

/// Signals all processes in the pid namespace whose process 1 is `init`, but not that one.
void signal_namespace_of(int init, int signal);

/// Bytes of memory that the processes below `init` have, with what they share among themselves.
///
/// What no process has mapped is not seen: see `memory_limit` of seccomp_filter.hpp. Walks their page tables.
[[nodiscard]] std::int64_t memory_of_namespace(int init);

}  // namespace agents::sandbox
