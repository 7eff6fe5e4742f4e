// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "cluster/store/group_commit.hpp"
#include "cluster/store/record_table.hpp"
#include "cluster/store/run_table.hpp"
#include "libagents/core/clock.hpp"

namespace agents::journal::sqlite {

/// The writing side of a store: one connection, one transaction per batch of appends or per other change.
///
/// Owner and caller: whoever has the turn of the group commit. Not thread-safe.
///
/// It remembers the positions of runs, so that an append costs one insertion. Another process may change them: SQLite's
/// data_version, asked in each transaction, says so, and then everything is forgotten.
class journal_writer {
 public:
  [[nodiscard]] static expected<std::unique_ptr<journal_writer>> open(std::unique_ptr<database> db,
                                                                      duration busy_timeout);

  /// See `database::on_commit`.
  void on_commit(std::function<void(int)> hook) { db_->on_commit(std::move(hook)); }
  /// For `group_commit`.
  [[nodiscard]] bool commit(std::vector<pending_append>& batch, patience how_long);

  [[nodiscard]] expected<void> compact(const run_id& run, std::uint64_t epoch, std::uint64_t up_to,
                                       const std::vector<event>& snapshot);
  [[nodiscard]] expected<void> truncate(const run_id& run, std::uint64_t epoch, std::uint64_t from);
  [[nodiscard]] expected<lease> claim(const run_id& run, std::string_view owner, duration ttl, time_point now);
  [[nodiscard]] expected<void> set_expiry(const lease& held, time_point expires);
  /// Removes those of the runs that are finished; says how many.
  [[nodiscard]] expected<std::uint64_t> erase_finished(std::span<const finished_run> runs);
  [[nodiscard]] expected<void> put(std::string_view bucket, std::string_view key, std::string_view bytes);
  [[nodiscard]] expected<void> erase(std::string_view bucket, std::string_view key);

 private:
  struct known_run {
    run_number number = 0;  ///< 0: not in the store yet
    run_position position;
  };

  journal_writer(std::unique_ptr<database> db, duration busy_timeout, run_table runs, record_table records)
      : db_(std::move(db)), busy_timeout_(busy_timeout), runs_(std::move(runs)), records_(std::move(records)) {}

  [[nodiscard]] expected<void> prepare();
  [[nodiscard]] expected<void> begin(patience how_long);
  [[nodiscard]] expected<void> forget_if_changed();
  [[nodiscard]] expected<void> end(expected<void> done);
  template <class Work>
  auto in_transaction(Work work) -> decltype(work());

  [[nodiscard]] expected<void> append_all(std::vector<pending_append>& batch);
  [[nodiscard]] expected<void> append(pending_append& append);
  [[nodiscard]] expected<void> write(known_run& run, const pending_append& append);
  [[nodiscard]] expected<known_run*> know(const run_id& run);
  [[nodiscard]] expected<run_row> existing(const run_id& run, std::uint64_t epoch);
  [[nodiscard]] expected<run_row> existing_or_new(const run_id& run, time_point now);
  [[nodiscard]] expected<history> intact_history(run_number run);

  std::unique_ptr<database> db_;
  duration busy_timeout_;
  run_table runs_;
  record_table records_;
  statement begin_;
  statement commit_;
  statement rollback_;
  statement data_version_;
  statement put_;
  statement erase_;
  std::int64_t seen_version_ = -1;
  std::unordered_map<run_id, known_run> known_;
};

}  // namespace agents::journal::sqlite
