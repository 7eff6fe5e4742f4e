// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/sandbox/surroundings.hpp"

namespace agents::sandbox {

/// Of a limit: there is none.
inline constexpr std::int64_t unlimited = 0;

/// With less memory not even an interpreter begins.
inline constexpr std::int64_t least_memory_bytes = 4LL << 20;

/// How much a sandbox may use; `unlimited` where nothing else is said. The defaults are those of docs/sandbox.md.
struct limits {
  std::int64_t memory_bytes = 512LL << 20;  ///< of all processes and /tmp together; at least `least_memory_bytes`
  std::int64_t tmp_bytes = 64LL << 20;      ///< of /tmp, and of /dev/shm; never unlimited
  std::int64_t file_bytes = 64LL << 20;     ///< of one file
  std::int64_t processes = 64;              ///< processes and threads
  std::int64_t open_files = 256;            ///< of one process; never unlimited
  double cores = 1;                         ///< processor time per time
  duration cpu = duration::zero();          ///< processor time of one process; zero: unlimited
  duration wall = duration::zero();         ///< of the whole; zero: unlimited
};

/// What a sandbox may do, as the operator of the node decided.
struct permissions {
  bool trusted = false;                      ///< no sandbox at all: everything that the node may do
  bool network = false;                      ///< the host's network
  std::vector<std::filesystem::path> read;   ///< absolute; shown read-only at the same place
  std::vector<std::filesystem::path> write;  ///< absolute
  limits at_most;
  surroundings around;  ///< nothing that a module asks for: what it must not get by accident
};

/// `bad_input` says which path cannot be granted and why; `not_found` which does not exist.
[[nodiscard]] expected<void> check(const permissions& p);

/// May a sandbox be shown this folder without an explicit grant? `rejected` when it contains what belongs to others:
/// the home folder, /etc, /tmp and the like.
[[nodiscard]] expected<void> check_own_folder(const std::filesystem::path& folder, const permissions& p);

/// Is `path` the folder `parent`, or below it? By name, not by links.
[[nodiscard]] bool is_within(const std::filesystem::path& path, const std::filesystem::path& parent);

}  // namespace agents::sandbox
