// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libagents/core/clock.hpp"
#include "libagents/core/ids.hpp"

namespace agents::monitoring {

class request_entry;

enum class run_state : std::uint8_t { running, waiting };

/// What starting a run found: a new run, one that ran or waited already, or a full table.
enum class run_arrival : std::uint8_t { is_new, was_running, was_waiting, refused };

/// What metrics must remember of the runs that are alive: when they began, and which attempts are open under which
/// labels.
///
/// Holds at most `max_runs` runs; of more, durations and attempts in flight are not observed (their counters still
/// are).
///
/// Callers: any thread; locks one of 64 shards, chosen by run.
class run_table {
 public:
  static constexpr std::size_t max_runs = 256 * 1024;

  /// A run that left its state: how long it has lived, what it was, and the attempts that nobody ended.
  struct ended {
    duration lived{};
    run_state was{};
    std::vector<request_entry*> open;
  };

  /// The run is running from now on (unless `refused`).
  run_arrival start(const run_id& run, time_point at);
  /// Puts a known run into `state`; false when it is not known or was in that state already.
  bool change(const run_id& run, run_state state);
  /// The run stopped and waits for a person. Its attempts in flight are handed back. Nothing when the run is not known.
  std::optional<ended> wait(const run_id& run, time_point at);
  /// The run is over and forgotten. Nothing when it was not known.
  std::optional<ended> finish(const run_id& run, time_point at);

  /// Remembers an attempt; false when the run is not known.
  bool open(const run_id& run, std::string_view step, std::uint32_t attempt, request_entry& entry);
  /// Forgets the attempt and returns what was remembered, or nullptr.
  request_entry* close(const run_id& run, std::string_view step, std::uint32_t attempt);

 private:
  struct live_run {
    time_point began{};
    run_state state = run_state::running;
    std::unordered_map<std::uint64_t, request_entry*> open;
  };
  struct alignas(64) shard {
    std::mutex mutex;
    std::unordered_map<run_id, live_run> runs;
  };
  static constexpr std::size_t shard_count = 64;

  shard& shard_of(const run_id& run) noexcept;
  static ended leave(live_run& run, time_point at);

  std::array<shard, shard_count> shards_;
};

}  // namespace agents::monitoring
