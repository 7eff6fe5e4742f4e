// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/journal_reader.hpp"

#include "libagents/journal/store.hpp"

namespace agents::journal::sqlite {

expected<std::unique_ptr<journal_reader>> journal_reader::open(std::unique_ptr<database> db) {
  auto runs = run_table::open(*db);
  if (!runs) return runs.propagate();
  auto records = record_table::open(*db);
  if (!records) return records.propagate();
  auto get = statement::prepare(*db, "SELECT bytes FROM entries WHERE bucket = ? AND key = ?");
  if (!get) return get.propagate();
  auto list = statement::prepare(*db, "SELECT key, bytes FROM entries WHERE bucket = ? ORDER BY key");
  if (!list) return list.propagate();
  std::unique_ptr<journal_reader> r{new journal_reader{std::move(db), std::move(*runs), std::move(*records)}};
  r->get_ = std::move(*get);
  r->list_ = std::move(*list);
  return r;
}

expected<history> journal_reader::read(const run_id& run) {
  const std::lock_guard lock{mutex_};
  // One transaction, so that a compaction between the two queries is not half seen.
  if (auto begun = db_->execute("BEGIN"); !begun) return begun.propagate();
  auto h = read_in_snapshot(run);
  (void)db_->execute("ROLLBACK");
  return h;
}

expected<history> journal_reader::read_in_snapshot(const run_id& run) {
  const auto row = runs_.find(run);
  if (!row) return row.propagate();
  if (!*row) return unknown_run(run);
  return records_.read((*row)->number);
}

expected<std::vector<run_summary>> journal_reader::newest(std::size_t limit) {
  const std::lock_guard lock{mutex_};
  return runs_.newest(limit);
}

expected<std::vector<run_id>> journal_reader::unowned(time_point now, std::size_t limit) {
  const std::lock_guard lock{mutex_};
  return runs_.unowned(now, limit);
}

expected<std::vector<finished_run>> journal_reader::finished() {
  const std::lock_guard lock{mutex_};
  return runs_.finished();
}

expected<std::string> journal_reader::get(std::string_view bucket, std::string_view key) {
  const std::lock_guard lock{mutex_};
  const reset_guard guard{get_};
  const auto row = get_.bind(1, bucket).bind(2, key).step();
  if (!row) return row.propagate();
  if (!*row) return unknown_key(bucket, key);
  return std::string{get_.bytes(0)};
}

expected<std::vector<std::pair<std::string, std::string>>> journal_reader::list(std::string_view bucket) {
  const std::lock_guard lock{mutex_};
  const reset_guard guard{list_};
  list_.bind(1, bucket);
  std::vector<std::pair<std::string, std::string>> found;
  for (;;) {
    const auto row = list_.step();
    if (!row) return row.propagate();
    if (!*row) return found;
    found.emplace_back(list_.bytes(0), list_.bytes(1));
  }
}

}  // namespace agents::journal::sqlite
