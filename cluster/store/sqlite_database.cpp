// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/sqlite_database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace agents::journal::sqlite {
namespace {

struct advice {
  errc code;
  const char* remedy;
};

advice advice_for(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return {errc::io, "the disk or the store's limit is full; free space, then append again"};
    case SQLITE_IOERR: return {errc::io, "check the disk and the free space on it"};
    case SQLITE_CANTOPEN: return {errc::io, "check that the folder exists and may be written"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return {errc::io, "make the file and its folder writable for this user"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {errc::overloaded, "another process holds the store locked; try again or end it"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {errc::corrupt, "restore the file from a copy, or save what is left with `sqlite3 FILE .recover`"};
    default: return {errc::internal, "please report this"};
  }
}

/// SQLite gives its files the mode of the first one. Only a new file is opened here: closing a descriptor of one that
/// is in use would drop this process's locks on it. What goes wrong SQLite finds again, and says better.
void create_for_us_alone(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd >= 0) ::close(fd);
}

unexpected failure_of(int code, const std::string& what, const std::string& file) {
  const auto [kind, remedy] = advice_for(code);
  return {kind, "the store " + file + ": " + what + "; " + remedy};
}

}  // namespace

void database::closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
void statement::finalizer::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

expected<std::unique_ptr<database>> database::open(const std::filesystem::path& file) {
  std::unique_ptr<database> db{new database};
  db->file_ = file.string();
  create_for_us_alone(db->file_);
  sqlite3* handle = nullptr;
  // No mutex inside SQLite: every connection here is used by one thread at a time.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(db->file_.c_str(), &handle, flags, nullptr);
  db->handle_.reset(handle);
  if (code != SQLITE_OK) return failure_of(code, handle ? sqlite3_errmsg(handle) : "out of memory", db->file_);
  sqlite3_extended_result_codes(handle, 1);
  return db;
}

void database::set_patience(duration patience) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  sqlite3_busy_timeout(handle(), static_cast<int>(ms));
}

expected<void> database::execute(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return {};
}

expected<std::int64_t> database::query_integer(const std::string& sql) {
  auto query = statement::prepare(*this, sql);
  if (!query) return query.propagate();
  const auto row = query->step();
  if (!row) return row.propagate();
  return *row ? query->integer(0) : 0;
}

expected<std::string> database::query_text(const std::string& sql) {
  auto query = statement::prepare(*this, sql);
  if (!query) return query.propagate();
  const auto row = query->step();
  if (!row) return row.propagate();
  return *row ? std::string{query->bytes(0)} : std::string{};
}

expected<void> database::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) return failure();
  return {};
}

void database::on_commit(std::function<void(int)> hook) {
  hook_ = std::move(hook);
  const auto call = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<database*>(self)->hook_(pages);
    return SQLITE_OK;
  };
  sqlite3_wal_hook(handle(), call, this);
}

std::int64_t database::last_insert_id() const { return sqlite3_last_insert_rowid(handle()); }
std::int64_t database::changed_rows() const { return sqlite3_changes64(handle()); }

unexpected database::failure() const {
  return failure_of(sqlite3_extended_errcode(handle()), sqlite3_errmsg(handle()), file_);
}

expected<statement> statement::prepare(database& in, std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(in.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &handle, nullptr);
  if (code != SQLITE_OK) return in.failure();
  statement s;
  s.handle_.reset(handle);
  s.in_ = &in;
  return s;
}

statement& statement::bind(int parameter, std::int64_t v) {
  sqlite3_bind_int64(handle_.get(), parameter, v);
  return *this;
}

statement& statement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(handle_.get(), parameter, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}

statement& statement::bind_blob(int parameter, std::string_view bytes) {
  sqlite3_bind_blob64(handle_.get(), parameter, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC);
  return *this;
}

statement& statement::bind_null(int parameter) {
  sqlite3_bind_null(handle_.get(), parameter);
  return *this;
}

expected<bool> statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return reset(), false;
  const auto failed = in_->failure();
  reset();
  return failed;
}

expected<void> statement::run() {
  const auto row = step();
  if (!row) return row.propagate();
  return {};
}

void statement::reset() { sqlite3_reset(handle_.get()); }

std::int64_t statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

std::string_view statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data ? std::string_view{data, size} : std::string_view{};
}

}  // namespace agents::journal::sqlite
