// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/store/record_table.hpp"
#include "libagents/journal/run_summary.hpp"

namespace agents::journal::sqlite {

/// A run and its owner.
struct run_row {
  run_number number = 0;
  std::uint64_t epoch = 0;
  std::string owner = {};
  time_point expires{};
};

/// What retention decides by.
struct finished_run {
  run_number number = 0;
  time_point updated{};
  std::uint64_t bytes = 0;
};

/// One row per run: what lists show, and who owns it. Used inside transactions that the caller begins and ends.
class run_table {
 public:
  [[nodiscard]] static expected<run_table> open(database& db);

  [[nodiscard]] expected<std::optional<run_row>> find(const run_id& run);
  [[nodiscard]] expected<run_number> insert(const run_summary& summary);
  [[nodiscard]] expected<void> update(run_number number, const summary_change& change, time_point at);
  [[nodiscard]] expected<void> set_owner(const run_row& row);
  /// Removes a run that is not open; false when it is open or gone.
  [[nodiscard]] expected<bool> erase_finished(run_number number);

  /// The last `limit` runs that came, newest first.
  [[nodiscard]] expected<std::vector<run_summary>> newest(std::size_t limit);
  /// The first `limit` open runs whose lease has ended, oldest first.
  [[nodiscard]] expected<std::vector<run_id>> unowned(time_point now, std::size_t limit);
  /// All runs that are not open, newest first.
  [[nodiscard]] expected<std::vector<finished_run>> finished();

 private:
  explicit run_table(database& db) : db_(&db) {}

  database* db_;
  statement find_;
  statement insert_;
  statement update_;
  statement set_owner_;
  statement erase_;
  statement newest_;
  statement unowned_;
  statement finished_;
};

}  // namespace agents::journal::sqlite
