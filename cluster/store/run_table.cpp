// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/run_table.hpp"

#include <algorithm>
#include <cstring>

namespace agents::journal::sqlite {
namespace {

constexpr std::string_view find_sql = "SELECT number, epoch, owner, expires FROM runs WHERE id = ?";
constexpr std::string_view insert_sql =
    "INSERT INTO runs(id, job, status, started, updated, epoch, owner, expires) VALUES(?,?,?,?,?,0,'',0)";
constexpr std::string_view update_sql =
    "UPDATE runs SET job = coalesce(?2, job), status = coalesce(?3, status), started = coalesce(?4, started), "
    "updated = ?5 WHERE number = ?1";
constexpr std::string_view set_owner_sql = "UPDATE runs SET epoch = ?2, owner = ?3, expires = ?4 WHERE number = ?1";
constexpr std::string_view erase_sql = "DELETE FROM runs WHERE number = ? AND status NOT IN ('running', 'waiting')";
// The last record of each run is one look-up in the B-tree of the records.
constexpr std::string_view newest_sql =
    "SELECT r.id, r.job, r.status, r.started, max(r.updated, coalesce(l.at, 0)), "
    "coalesce((l.id & 0xffffffff) + l.span, 0) FROM runs r LEFT JOIN records l ON l.id = "
    "(SELECT max(id) FROM records WHERE id BETWEEN r.number << 32 AND (r.number << 32) | 0xffffffff) "
    "ORDER BY r.number DESC LIMIT ?";
constexpr std::string_view unowned_sql =
    "SELECT id FROM runs WHERE status IN ('running', 'waiting') AND expires <= ? ORDER BY number LIMIT ?";
constexpr std::string_view finished_sql =
    "SELECT r.number, r.updated, (SELECT sum(length(body)) FROM records "
    "WHERE id BETWEEN r.number << 32 AND (r.number << 32) | 0xffffffff) "
    "FROM runs r WHERE status NOT IN ('running', 'waiting') ORDER BY r.number DESC";

std::string_view bytes_of(const run_id& run) {
  return {reinterpret_cast<const char*>(run.bytes.data()), run.bytes.size()};
}

run_id run_from(std::string_view bytes) {
  run_id run;
  std::memcpy(run.bytes.data(), bytes.data(), std::min(bytes.size(), run.bytes.size()));
  return run;
}

std::int64_t to_limit(std::size_t limit) {
  return static_cast<std::int64_t>(std::min<std::size_t>(limit, static_cast<std::size_t>(INT64_MAX)));
}

run_summary summary_from(const statement& row) {
  return {run_from(row.bytes(0)),     std::string{row.bytes(1)},  std::string{row.bytes(2)},
          time_point{row.integer(3)}, time_point{row.integer(4)}, static_cast<std::uint64_t>(row.integer(5))};
}

/// Reads all rows of a query.
template <class Row, class Convert>
expected<std::vector<Row>> collect(statement& query, Convert convert) {
  const reset_guard guard{query};
  std::vector<Row> rows;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.propagate();
    if (!*row) return rows;
    rows.push_back(convert(query));
  }
}

void bind_optional(statement& s, int parameter, const std::optional<std::string>& text) {
  text ? s.bind(parameter, *text) : s.bind_null(parameter);
}

}  // namespace

expected<run_table> run_table::open(database& db) {
  run_table t{db};
  struct source {
    statement& to;
    std::string_view sql;
  };
  for (const auto& [to, sql] :
       {source{t.find_, find_sql}, source{t.insert_, insert_sql}, source{t.update_, update_sql},
        source{t.set_owner_, set_owner_sql}, source{t.erase_, erase_sql}, source{t.newest_, newest_sql},
        source{t.unowned_, unowned_sql}, source{t.finished_, finished_sql}}) {
    auto prepared = statement::prepare(db, sql);
    if (!prepared) return prepared.propagate();
    to = std::move(*prepared);
  }
  return t;
}

expected<std::optional<run_row>> run_table::find(const run_id& run) {
  const reset_guard guard{find_};
  const auto row = find_.bind_blob(1, bytes_of(run)).step();
  if (!row) return row.propagate();
  if (!*row) return std::optional<run_row>{};
  return std::optional{run_row{find_.integer(0), static_cast<std::uint64_t>(find_.integer(1)),
                               std::string{find_.bytes(2)}, time_point{find_.integer(3)}}};
}

expected<run_number> run_table::insert(const run_summary& summary) {
  insert_.bind_blob(1, bytes_of(summary.run)).bind(2, summary.job).bind(3, summary.status);
  insert_.bind(4, summary.started.ns).bind(5, summary.updated.ns);
  if (auto ok = insert_.run(); !ok) return ok.propagate();
  return db_->last_insert_id();
}

expected<void> run_table::update(run_number number, const summary_change& change, time_point at) {
  update_.bind(1, number).bind(5, at.ns);
  bind_optional(update_, 2, change.job);
  bind_optional(update_, 3, change.status);
  change.started ? update_.bind(4, change.started->ns) : update_.bind_null(4);
  return update_.run();
}

expected<void> run_table::set_owner(const run_row& row) {
  set_owner_.bind(1, row.number).bind(2, static_cast<std::int64_t>(row.epoch)).bind(3, row.owner);
  return set_owner_.bind(4, row.expires.ns).run();
}

expected<bool> run_table::erase_finished(run_number number) {
  if (auto ok = erase_.bind(1, number).run(); !ok) return ok.propagate();
  return db_->changed_rows() > 0;
}

expected<std::vector<run_summary>> run_table::newest(std::size_t limit) {
  newest_.bind(1, to_limit(limit));
  return collect<run_summary>(newest_, summary_from);
}

expected<std::vector<run_id>> run_table::unowned(time_point now, std::size_t limit) {
  unowned_.bind(1, now.ns).bind(2, to_limit(limit));
  return collect<run_id>(unowned_, [](const statement& row) { return run_from(row.bytes(0)); });
}

expected<std::vector<finished_run>> run_table::finished() {
  return collect<finished_run>(finished_, [](const statement& row) {
    return finished_run{row.integer(0), time_point{row.integer(1)}, static_cast<std::uint64_t>(row.integer(2))};
  });
}

}  // namespace agents::journal::sqlite
