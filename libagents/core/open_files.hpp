// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace agents {

/// The limit of open files as it was before a program raised its own.
struct open_file_limits {
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

/// Lets this process have as many files open as the hard limit (RLIMIT_NOFILE) says: a node has one for each connection
/// and three for each process. Once, when a program starts; other threads may not call anything of this file meanwhile.
void raise_open_file_limit();

/// What children are to have: a program that uses `select`, or closes all files one by one, bears no high limit.
/// Nothing: they inherit the right one.
[[nodiscard]] std::optional<open_file_limits> open_file_limits_of_children();

/// How many files this process may have open.
[[nodiscard]] std::size_t open_file_limit();

}  // namespace agents
