// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "libagents/core/clock.hpp"
#include "libagents/journal/store.hpp"

namespace agents::journal {

struct sqlite_options {
  /// Created when it does not exist; its folder must. On a local disk: SQLite's WAL does not work over a network.
  std::filesystem::path file;
  durability level = durability::normal;
  /// Appends beyond are refused as `overloaded` while so many bytes of encoded records wait.
  std::size_t max_queued_bytes = std::size_t{64} << 20;
  /// The file grows no further: then appends fail as `io` until retention or compaction frees room. 0: no limit.
  std::uint64_t max_file_bytes = 0;
  /// How long a change waits for another process that writes, before it fails as `overloaded`.
  duration busy_timeout = std::chrono::seconds{5};
};

/// Opens the store in one SQLite file: the embedded default, nothing to install. Several processes of one machine can
/// open the same file.
///
/// Threads: two of its own; one commits what appenders do not commit themselves (`commit_by`), the other moves what was
/// committed from the write-ahead log into the file. Reading does not wait for commits.
/// Size: what compaction and retention free is used again; the file does not shrink.
/// Errors: `io` (the remedy is in the message), `corrupt` (no database, or truncated), `unsupported` (of a newer
/// version, or a database of another program). The clock times leases and must outlive the store; processes that share
/// the file need clocks that agree.
[[nodiscard]] expected<std::unique_ptr<store>> open_sqlite_store(const sqlite_options& options, const clock& clock);

}  // namespace agents::journal
