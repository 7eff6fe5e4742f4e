// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"

struct sqlite3;
struct sqlite3_stmt;

/// A thin layer over SQLite: ownership, and errors as values with a remedy. Internal to the SQLite store.
namespace agents::journal::sqlite {

/// One connection. Not thread-safe.
class database {
 public:
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  /// Opens or creates the file, a new one for this user alone (0600). How long other processes are waited for:
  /// `set_patience`.
  [[nodiscard]] static expected<std::unique_ptr<database>> open(const std::filesystem::path& file);

  /// How long a statement waits for a lock that another process holds; 0 fails at once with `overloaded`.
  void set_patience(duration patience);
  /// Executes SQL text without results.
  [[nodiscard]] expected<void> execute(const std::string& sql);
  /// The first column of the first row as an integer.
  [[nodiscard]] expected<std::int64_t> query_integer(const std::string& sql);
  [[nodiscard]] expected<std::string> query_text(const std::string& sql);

  /// Moves what it can from the write-ahead log into the file, without waiting for readers or writers.
  [[nodiscard]] expected<void> checkpoint();
  /// Calls `hook` after each commit, in the committing thread, with the pages in the write-ahead log.
  void on_commit(std::function<void(int)> hook);

  [[nodiscard]] std::int64_t last_insert_id() const;
  [[nodiscard]] std::int64_t changed_rows() const;
  /// The last failure: `io`, `corrupt`, `overloaded` (locked) or `internal`, with what to do about it.
  [[nodiscard]] unexpected failure() const;
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct closer {
    void operator()(sqlite3* handle) const;
  };

  database() = default;

  std::string file_;
  std::function<void(int)> hook_;
  std::unique_ptr<sqlite3, closer> handle_;
};

/// A prepared statement. Must not outlive its database; texts given to `bind` must live until `reset`.
class statement {
 public:
  [[nodiscard]] static expected<statement> prepare(database& in, std::string_view sql);

  statement& bind(int parameter, std::int64_t v);
  statement& bind(int parameter, std::string_view text);
  statement& bind_blob(int parameter, std::string_view bytes);
  statement& bind_null(int parameter);

  /// True: there is a row. False: the end. After the end or an error the statement is reset.
  [[nodiscard]] expected<bool> step();
  /// Executes a statement without rows.
  [[nodiscard]] expected<void> run();
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  /// Text or blob; valid until the next `step` or `reset`.
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  struct finalizer {
    void operator()(sqlite3_stmt* handle) const;
  };

  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
  const database* in_ = nullptr;
};

/// Resets a statement when the scope ends, so that it holds no read lock.
class reset_guard {
 public:
  explicit reset_guard(statement& s) : statement_(s) {}
  reset_guard(const reset_guard&) = delete;
  reset_guard& operator=(const reset_guard&) = delete;
  ~reset_guard() { statement_.reset(); }

 private:
  statement& statement_;
};

}  // namespace agents::journal::sqlite
