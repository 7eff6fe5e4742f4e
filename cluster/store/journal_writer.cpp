// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/journal_writer.hpp"

#include <utility>

namespace agents::journal::sqlite {
namespace {

/// Positions remembered; beyond, all are forgotten. About 100 bytes each.
constexpr std::size_t max_known_runs = 20'000;

error error_of(const expected<void>& failed) { return failed.error(); }
template <class T>
error error_of(const expected<T>& failed) {
  return failed.error();
}

}  // namespace

expected<std::unique_ptr<journal_writer>> journal_writer::open(std::unique_ptr<database> db, duration busy_timeout) {
  auto runs = run_table::open(*db);
  if (!runs) return runs.propagate();
  auto records = record_table::open(*db);
  if (!records) return records.propagate();
  std::unique_ptr<journal_writer> w{
      new journal_writer{std::move(db), busy_timeout, std::move(*runs), std::move(*records)}};
  if (auto ok = w->prepare(); !ok) return ok.propagate();
  return w;
}

expected<void> journal_writer::prepare() {
  struct source {
    statement& to;
    std::string_view sql;
  };
  for (const auto& [to, sql] : {
           source{begin_, "BEGIN IMMEDIATE"},
           source{commit_, "COMMIT"},
           source{rollback_, "ROLLBACK"},
           source{data_version_, "PRAGMA data_version"},
           source{put_, "INSERT INTO entries VALUES(?,?,?) ON CONFLICT DO UPDATE SET bytes = excluded.bytes"},
           source{erase_, "DELETE FROM entries WHERE bucket = ? AND key = ?"},
       }) {
    auto prepared = statement::prepare(*db_, sql);
    if (!prepared) return prepared.propagate();
    to = std::move(*prepared);
  }
  return {};
}

expected<void> journal_writer::begin(patience how_long) {
  db_->set_patience(how_long == patience::none ? duration{} : busy_timeout_);
  if (auto begun = begin_.run(); !begun) return begun;
  auto checked = forget_if_changed();
  return checked ? checked : end(std::move(checked));
}

expected<void> journal_writer::forget_if_changed() {
  const reset_guard guard{data_version_};
  const auto row = data_version_.step();
  if (!row) return row.propagate();
  const auto version = data_version_.integer(0);
  if (version != seen_version_ || known_.size() > max_known_runs) known_.clear();
  seen_version_ = version;
  return {};
}

/// Commits, or rolls back when `done` or the commit failed.
expected<void> journal_writer::end(expected<void> done) {
  if (done) done = commit_.run();
  if (done) return done;
  (void)rollback_.run();  // fails when SQLite has rolled back already
  known_.clear();
  return done;
}

template <class Work>
auto journal_writer::in_transaction(Work work) -> decltype(work()) {
  if (auto begun = begin(patience::usual); !begun) return begun.propagate();
  auto result = work();
  auto ended = end(result ? expected<void>{} : expected<void>{unexpected{error_of(result)}});
  if (result && !ended) return ended.propagate();
  return result;
}

bool journal_writer::commit(std::vector<pending_append>& batch, patience how_long) {
  auto done = begin(how_long);
  if (!done && done.error().code == errc::overloaded && how_long == patience::none) return false;
  if (done) done = end(append_all(batch));
  if (done) return true;
  for (auto& append : batch)
    if (append.outcome) append.outcome = done;
  return true;
}

expected<void> journal_writer::append_all(std::vector<pending_append>& batch) {
  for (auto& one : batch)
    if (auto ok = append(one); !ok) return ok;
  return {};
}

/// A refusal is the outcome of that append; only a failure of the database ends the batch.
expected<void> journal_writer::append(pending_append& append) {
  const auto run = know(append.run);
  if (!run) return run.propagate();
  append.outcome = admit((*run)->position, append.epoch, append.first_sequence);
  return append.outcome ? write(**run, append) : expected<void>{};
}

expected<void> journal_writer::write(known_run& run, const pending_append& append) {
  if (run.number == 0) {
    run_summary summary{.run = append.run, .started = append.last_at, .updated = append.last_at};
    apply(summary, append.change);
    const auto number = runs_.insert(summary);
    if (!number) return number.propagate();
    run.number = *number;
  } else if (!append.change.empty()) {
    if (auto ok = runs_.update(run.number, append.change, append.last_at); !ok) return ok;
  }
  run.position.next_sequence += append.count;
  return records_.insert(run.number, append.first_sequence, append.count, append.last_at, append.record);
}

expected<journal_writer::known_run*> journal_writer::know(const run_id& run) {
  const auto [place, is_new] = known_.try_emplace(run);
  if (!is_new) return &place->second;
  auto row = runs_.find(run);
  if (!row) return row.propagate();
  if (!*row) return &place->second;
  const auto next = records_.next_sequence((*row)->number);
  if (!next) return next.propagate();
  place->second = {(*row)->number, {(*row)->epoch, *next}};
  return &place->second;
}

/// For changes other than appends: they are rare, so what is remembered of the run is forgotten.
expected<run_row> journal_writer::existing(const run_id& run, std::uint64_t epoch) {
  known_.erase(run);
  const auto row = runs_.find(run);
  if (!row) return row.propagate();
  if (!*row) return unknown_run(run);
  if (auto ok = check_epoch((*row)->epoch, epoch); !ok) return ok.propagate();
  return **row;
}

expected<history> journal_writer::intact_history(run_number run) {
  auto h = records_.read(run);
  if (h && h->damage) return unexpected{*h->damage};
  return h;
}

expected<void> journal_writer::compact(const run_id& run, std::uint64_t epoch, std::uint64_t up_to,
                                       const std::vector<event>& snapshot) {
  return in_transaction([&]() -> expected<void> {
    const auto row = existing(run, epoch);
    if (!row) return row.propagate();
    const auto h = intact_history(row->number);
    if (!h) return h.propagate();
    if (auto ok = check_compaction(*h, up_to); !ok) return ok;
    return records_.compact(row->number, *h, up_to, snapshot);
  });
}

expected<void> journal_writer::truncate(const run_id& run, std::uint64_t epoch, std::uint64_t from) {
  return in_transaction([&]() -> expected<void> {
    const auto row = existing(run, epoch);
    if (!row) return row.propagate();
    auto h = records_.read(row->number);
    if (!h) return h.propagate();
    if (auto ok = check_truncation(*h, from); !ok) return ok;
    if (auto ok = records_.truncate(row->number, *h, from); !ok) return ok;
    cut_tail(*h, from);
    auto change = change_of(h->events);
    if (!change.status) change.status = "running";
    return runs_.update(row->number, change, h->events.empty() ? time_point{} : h->events.back().at);
  });
}

expected<run_row> journal_writer::existing_or_new(const run_id& run, time_point now) {
  known_.erase(run);
  const auto row = runs_.find(run);
  if (!row) return row.propagate();
  if (*row) return **row;
  const auto number = runs_.insert({.run = run, .started = now});
  if (!number) return number.propagate();
  return run_row{.number = *number};
}

expected<lease> journal_writer::claim(const run_id& run, std::string_view owner, duration ttl, time_point now) {
  return in_transaction([&]() -> expected<lease> {
    auto row = existing_or_new(run, now);
    if (!row) return row.propagate();
    if (row->expires > now && row->owner != owner) return owned_by_other(run, row->owner, row->expires);
    row->owner = owner;
    row->expires = now + ttl;
    ++row->epoch;
    if (auto ok = runs_.set_owner(*row); !ok) return ok.propagate();
    return lease{run, row->owner, row->epoch, row->expires};
  });
}

expected<void> journal_writer::set_expiry(const lease& held, time_point expires) {
  return in_transaction([&]() -> expected<void> {
    auto row = existing(held.run, held.epoch);
    if (!row) return row.propagate();
    row->expires = expires;
    return runs_.set_owner(*row);
  });
}

expected<std::uint64_t> journal_writer::erase_finished(std::span<const finished_run> runs) {
  return in_transaction([&]() -> expected<std::uint64_t> {
    known_.clear();
    std::uint64_t erased = 0;
    for (const auto& run : runs) {
      const auto gone = runs_.erase_finished(run.number);
      if (!gone) return gone.propagate();
      if (!*gone) continue;
      if (auto ok = records_.erase_all(run.number); !ok) return ok.propagate();
      ++erased;
    }
    return erased;
  });
}

expected<void> journal_writer::put(std::string_view bucket, std::string_view key, std::string_view bytes) {
  return in_transaction([&] { return put_.bind(1, bucket).bind(2, key).bind_blob(3, bytes).run(); });
}

expected<void> journal_writer::erase(std::string_view bucket, std::string_view key) {
  return in_transaction([&] { return erase_.bind(1, bucket).bind(2, key).run(); });
}

}  // namespace agents::journal::sqlite
