// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "cluster/store/sqlite_database.hpp"
#include "libagents/journal/history.hpp"

namespace agents::journal::sqlite {

/// The number of a run within one file: short where an id has 16 bytes.
using run_number = std::int64_t;

/// The key of a record: its run and its first sequence number. A run's records are one range of keys.
[[nodiscard]] constexpr std::int64_t record_key(run_number run, std::uint64_t first) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(run) << 32 | first);
}

/// The journals of all runs: one row per record. Used inside transactions that the caller begins and ends.
class record_table {
 public:
  [[nodiscard]] static expected<record_table> open(database& db);

  [[nodiscard]] expected<void> insert(run_number run, std::uint64_t first, std::uint64_t span, time_point at,
                                      std::string_view body);
  /// The sequence number after the last record's; 0 without records.
  [[nodiscard]] expected<std::uint64_t> next_sequence(run_number run);
  /// Checks every record; ends at the first damaged one (`history::damage`).
  [[nodiscard]] expected<history> read(run_number run);
  /// Replaces what is before `up_to` by a snapshot. `h` is what `read` returned.
  [[nodiscard]] expected<void> compact(run_number run, const history& h, std::uint64_t up_to,
                                       const std::vector<event>& snapshot);
  /// Removes everything from `from` on. `h` is what `read` returned.
  [[nodiscard]] expected<void> truncate(run_number run, const history& h, std::uint64_t from);
  /// Removes all records whose first sequence numbers are in [begin, end).
  [[nodiscard]] expected<void> erase(run_number run, std::uint64_t begin, std::uint64_t end);
  [[nodiscard]] expected<void> erase_all(run_number run);

 private:
  /// The first sequence number of the record that holds, or follows, a sequence number.
  [[nodiscard]] expected<std::uint64_t> first_from(run_number run, std::uint64_t sequence, std::uint64_t fallback);
  [[nodiscard]] expected<std::uint64_t> first_holding(run_number run, std::uint64_t sequence);
  [[nodiscard]] expected<void> rewrite(run_number run, const history& h, std::uint64_t begin, std::uint64_t end);

  statement insert_;
  statement last_;
  statement select_;
  statement first_from_;
  statement first_before_;
  statement erase_;
};

}  // namespace agents::journal::sqlite
