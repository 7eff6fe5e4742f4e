// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/sqlite_open.hpp"

#include <chrono>
#include <thread>

#include "cluster/store/sqlite_schema.hpp"

namespace agents::journal::sqlite {
namespace {

constexpr std::chrono::milliseconds look_again{2};
constexpr int cache_kib = 8 * 1024;  ///< per connection; most is never used

const char* synchronous(durability level) {
  switch (level) {
    case durability::none: return "OFF";
    case durability::normal: return "NORMAL";
    case durability::full: return "FULL";
  }
  return "FULL";
}

expected<void> enter_wal_mode(database& db) {
  const auto mode = db.query_text("PRAGMA journal_mode = WAL");
  if (!mode) return mode.propagate();
  if (*mode == "wal") return {};
  return unexpected{errc::unsupported, "the file system of the store cannot hold a write-ahead log (journal mode " +
                                           *mode + "); put the store on a local disk"};
}

/// Reads the ends of the tables: finds most truncated files before the first append does.
expected<void> probe(database& db) {
  for (const auto* sql :
       {"SELECT max(id) FROM records", "SELECT max(number) FROM runs", "SELECT count(*) FROM entries"})
    if (const auto found = db.query_integer(sql); !found) return found.propagate();
  return {};
}

expected<void> limit_size(database& db, std::uint64_t max_bytes) {
  if (max_bytes == 0) return {};
  const auto page = db.query_integer("PRAGMA page_size");
  if (!page) return page.propagate();
  const auto pages = max_bytes / static_cast<std::uint64_t>(*page) + 1;
  return db.execute("PRAGMA max_page_count = " + std::to_string(pages));
}

expected<void> configure_writer(database& db, const sqlite_options& options) {
  if (auto ok = enter_wal_mode(db); !ok) return ok;
  if (auto ok = migrate(db); !ok) return ok;
  if (auto ok = probe(db); !ok) return ok;
  // The checkpointer does it instead, so that no append waits for it.
  if (auto ok = db.execute("PRAGMA wal_autocheckpoint = 0"); !ok) return ok;
  return limit_size(db, options.max_file_bytes);
}

expected<void> configure(database& db, const sqlite_options& options, role what_for) {
  const auto settings = std::string{"PRAGMA synchronous = "} + synchronous(options.level) + "; PRAGMA cache_size = -" +
                        std::to_string(cache_kib) + "; PRAGMA temp_store = MEMORY";
  if (auto ok = db.execute(settings); !ok) return ok;
  if (what_for == role::writer) return configure_writer(db, options);
  return what_for == role::reader ? db.execute("PRAGMA query_only = ON") : expected<void>{};
}

/// SQLite itself does not wait where two that wait would wait for each other: when another process makes the file, or
/// closes it as the last one. Such a moment passes.
template <class F>
expected<void> with_patience(duration limit, F f) {
  const auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    auto ok = f();
    if (ok || ok.error().code != errc::overloaded || std::chrono::steady_clock::now() >= until) return ok;
    std::this_thread::sleep_for(look_again);
  }
}

}  // namespace

expected<std::unique_ptr<database>> open_connection(const sqlite_options& options, role what_for) {
  auto db = database::open(options.file);
  if (!db) return db;
  (*db)->set_patience(options.busy_timeout);
  auto ok = with_patience(options.busy_timeout, [&] { return configure(**db, options, what_for); });
  if (!ok) return ok.propagate();
  return db;
}

}  // namespace agents::journal::sqlite
