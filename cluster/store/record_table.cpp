// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/record_table.hpp"

#include <span>
#include <string>

#include "libagents/journal/limits.hpp"
#include "libagents/journal/store.hpp"

namespace agents::journal::sqlite {
namespace {

constexpr std::uint64_t end_of_run = max_sequence + 1;

std::uint64_t first_of(std::int64_t key) { return static_cast<std::uint64_t>(key) & 0xffff'ffff; }

/// A snapshot has the key before the one it reaches up to, where a record of that sequence number may be.
std::uint64_t key_sequence(const record& r) {
  return r.kind == record_kind::snapshot ? r.first_sequence - 1 : r.first_sequence;
}

expected<void> add_row(history& h, std::int64_t key, std::string_view body) {
  auto next = decode_record(body);
  if (!next) return next.propagate();
  if (!body.empty()) return unexpected{errc::corrupt, "bytes follow the record"};
  if (key_sequence(*next) != first_of(key)) return unexpected{errc::corrupt, "the record has the key of another one"};
  return extend(h, std::move(*next));
}

error damage_at(const error& why, std::int64_t key) {
  return {why.code, "the journal is damaged from its event " + std::to_string(first_of(key)) + " on (" + why.message +
                        "); the events before are intact"};
}

std::span<const event> tail_part(const history& h, std::uint64_t begin, std::uint64_t end) {
  const auto offset = h.snapshot_events + (begin - first_tail_sequence(h));
  return std::span{h.events}.subspan(offset, end - begin);
}

}  // namespace

expected<record_table> record_table::open(database& db) {
  record_table t;
  struct source {
    statement& to;
    std::string_view sql;
  };
  for (const auto& [to, sql] : {
           source{t.insert_, "INSERT INTO records VALUES(?,?,?,?)"},
           source{t.last_, "SELECT id, span FROM records WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1"},
           source{t.select_, "SELECT id, body FROM records WHERE id BETWEEN ? AND ? ORDER BY id"},
           source{t.first_from_, "SELECT id FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT 1"},
           source{t.first_before_, "SELECT id FROM records WHERE id <= ? ORDER BY id DESC LIMIT 1"},
           source{t.erase_, "DELETE FROM records WHERE id >= ? AND id < ?"},
       }) {
    auto prepared = statement::prepare(db, sql);
    if (!prepared) return prepared.propagate();
    to = std::move(*prepared);
  }
  return t;
}

expected<void> record_table::insert(run_number run, std::uint64_t first, std::uint64_t span, time_point at,
                                    std::string_view body) {
  insert_.bind(1, record_key(run, first)).bind(2, static_cast<std::int64_t>(span)).bind(3, at.ns).bind_blob(4, body);
  return insert_.run();
}

expected<std::uint64_t> record_table::next_sequence(run_number run) {
  const reset_guard guard{last_};
  const auto row = last_.bind(1, record_key(run, 0)).bind(2, record_key(run, end_of_run)).step();
  if (!row) return row.propagate();
  return *row ? first_of(last_.integer(0)) + static_cast<std::uint64_t>(last_.integer(1)) : 0;
}

expected<history> record_table::read(run_number run) {
  const reset_guard guard{select_};
  history h;
  select_.bind(1, record_key(run, 0)).bind(2, record_key(run, end_of_run));
  for (;;) {
    const auto row = select_.step();
    if (!row) return row.propagate();
    if (!*row) return h;
    const auto key = select_.integer(0);
    const auto added = add_row(h, key, select_.bytes(1));
    if (added) continue;
    h.damage = damage_at(added.error(), key);
    return h;
  }
}

expected<std::uint64_t> record_table::first_from(run_number run, std::uint64_t sequence, std::uint64_t fallback) {
  const reset_guard guard{first_from_};
  const auto row = first_from_.bind(1, record_key(run, sequence)).bind(2, record_key(run, end_of_run)).step();
  if (!row) return row.propagate();
  return *row ? first_of(first_from_.integer(0)) : fallback;
}

expected<std::uint64_t> record_table::first_holding(run_number run, std::uint64_t sequence) {
  const reset_guard guard{first_before_};
  const auto row = first_before_.bind(1, record_key(run, sequence)).step();
  if (!row) return row.propagate();
  return *row && first_before_.integer(0) >= record_key(run, 0) ? first_of(first_before_.integer(0)) : sequence;
}

expected<void> record_table::erase(run_number run, std::uint64_t begin, std::uint64_t end) {
  return erase_.bind(1, record_key(run, begin)).bind(2, record_key(run, end)).run();
}

expected<void> record_table::erase_all(run_number run) { return erase(run, 0, end_of_run); }

expected<void> record_table::rewrite(run_number run, const history& h, std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return {};
  const auto part = tail_part(h, begin, end);
  return insert(run, begin, part.size(), part.back().at, encode_record(begin, part));
}

expected<void> record_table::compact(run_number run, const history& h, std::uint64_t up_to,
                                     const std::vector<event>& snapshot) {
  const auto body = encode_record(up_to, snapshot, record_kind::snapshot);
  if (auto ok = check_record_size(body); !ok) return ok;
  // A record may begin before up_to and end after it: what is after is written again.
  const auto next_record = first_from(run, up_to, h.next_sequence);
  if (!next_record) return next_record.propagate();
  if (auto ok = erase(run, 0, up_to); !ok) return ok;
  if (auto ok = insert(run, up_to - 1, 1, snapshot.back().at, body); !ok) return ok;
  return rewrite(run, h, up_to, *next_record);
}

expected<void> record_table::truncate(run_number run, const history& h, std::uint64_t from) {
  const auto tail = first_tail_sequence(h);
  if (from == tail) return erase(run, from, end_of_run);
  // The record that holds the event before the cut may go on after it: what is before is written again.
  const auto cut_record = first_holding(run, from - 1);
  if (!cut_record) return cut_record.propagate();
  if (auto ok = erase(run, *cut_record, end_of_run); !ok) return ok;
  return rewrite(run, h, *cut_record, from);
}

}  // namespace agents::journal::sqlite
