// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/sqlite_schema.hpp"

#include <array>

namespace agents::journal::sqlite {
namespace {

/// The file's `application_id`, "agnt", by which `file` and we know a store.
constexpr std::int64_t application_id = 0x61676e74;

/// Step i brings version i to version i + 1. Append-only; what was released does not change.
///
/// records.id is the number of the run times 2³² plus the first sequence number (for a snapshot: one less than the
/// sequence number it reaches up to), so that the journal of a run is one range of one B-tree, without an index.
/// records.span: how many sequence numbers from there the record covers; records.at: the time of its last event.
constexpr std::array<const char*, schema_version> steps{R"(
CREATE TABLE runs(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, job TEXT NOT NULL, status TEXT NOT NULL,
                  started INTEGER NOT NULL, updated INTEGER NOT NULL, epoch INTEGER NOT NULL, owner TEXT NOT NULL,
                  expires INTEGER NOT NULL);
CREATE TABLE records(id INTEGER PRIMARY KEY, span INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE entries(bucket TEXT NOT NULL, key TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY(bucket, key))
  WITHOUT ROWID;
)"};

unexpected newer(std::int64_t version) {
  return {errc::unsupported, "the store is of version " + std::to_string(version) + ", this program knows up to " +
                                 std::to_string(schema_version) + "; use a newer libagents, or another file"};
}

expected<void> check_owner(database& db, std::int64_t version) {
  const auto owner = db.query_integer("PRAGMA application_id");
  if (!owner) return owner.propagate();
  const auto tables = db.query_integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.propagate();
  if (*owner == application_id || (version == 0 && *owner == 0 && *tables == 0)) return {};
  return unexpected{errc::unsupported, "the file is a database of another program; name another file for the store"};
}

expected<void> upgrade_from(database& db, std::int64_t version) {
  std::string sql;
  for (auto v = static_cast<std::size_t>(version); v < steps.size(); ++v) sql += steps[v];
  sql += "PRAGMA application_id = " + std::to_string(application_id) + ";";
  sql += "PRAGMA user_version = " + std::to_string(schema_version) + ";";
  return db.execute(sql);
}

/// Inside a write transaction, so that two processes that open a new file at once do not both create the tables.
expected<void> migrate_locked(database& db) {
  const auto version = db.query_integer("PRAGMA user_version");
  if (!version) return version.propagate();
  if (auto ok = check_owner(db, *version); !ok) return ok;
  if (*version > schema_version) return newer(*version);
  return *version == schema_version ? expected<void>{} : upgrade_from(db, *version);
}

/// The common case, without a write lock.
expected<bool> is_current(database& db) {
  const auto version = db.query_integer("PRAGMA user_version");
  if (!version) return version.propagate();
  const auto owner = db.query_integer("PRAGMA application_id");
  if (!owner) return owner.propagate();
  return *version == schema_version && *owner == application_id;
}

}  // namespace

expected<void> migrate(database& db) {
  const auto current = is_current(db);
  if (!current) return current.propagate();
  if (*current) return {};
  if (auto begun = db.execute("BEGIN IMMEDIATE"); !begun) return begun;
  auto done = migrate_locked(db);
  if (done) done = db.execute("COMMIT");
  if (!done) (void)db.execute("ROLLBACK");
  return done;
}

}  // namespace agents::journal::sqlite
