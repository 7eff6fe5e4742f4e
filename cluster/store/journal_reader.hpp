// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cluster/store/record_table.hpp"
#include "cluster/store/run_table.hpp"

namespace agents::journal::sqlite {

/// The reading side of a store: its own connection, so that reading does not wait for commits (WAL) nor they for it.
/// Sees what was committed when a function began. Callers: any thread; one at a time.
class journal_reader {
 public:
  [[nodiscard]] static expected<std::unique_ptr<journal_reader>> open(std::unique_ptr<database> db);

  [[nodiscard]] expected<history> read(const run_id& run);
  [[nodiscard]] expected<std::vector<run_summary>> newest(std::size_t limit);
  [[nodiscard]] expected<std::vector<run_id>> unowned(time_point now, std::size_t limit);
  [[nodiscard]] expected<std::vector<finished_run>> finished();
  [[nodiscard]] expected<std::string> get(std::string_view bucket, std::string_view key);
  [[nodiscard]] expected<std::vector<std::pair<std::string, std::string>>> list(std::string_view bucket);

 private:
  journal_reader(std::unique_ptr<database> db, run_table runs, record_table records)
      : db_(std::move(db)), runs_(std::move(runs)), records_(std::move(records)) {}

  [[nodiscard]] expected<history> read_in_snapshot(const run_id& run);

  std::mutex mutex_;
  std::unique_ptr<database> db_;
  run_table runs_;
  record_table records_;
  statement get_;
  statement list_;
};

}  // namespace agents::journal::sqlite
