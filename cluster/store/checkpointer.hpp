// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "cluster/store/sqlite_database.hpp"

namespace agents::journal::sqlite {

/// Moves committed pages from the write-ahead log into the file, in its own thread and connection, while appends go on.
/// Without it every thousandth append would wait for it, about 10 ms.
///
/// SQLite begins its log anew only when all of it was moved and nobody writes. So after the bulk a short second pass is
/// made while the writers are held off (`exclusively`); that keeps the log bounded under constant load.
class checkpointer {
 public:
  /// Calls its argument while no other thread writes.
  using exclusively = std::function<void(const std::function<void()>&)>;

  checkpointer(std::unique_ptr<database> db, exclusively hold_writers);
  checkpointer(const checkpointer&) = delete;
  checkpointer& operator=(const checkpointer&) = delete;
  ~checkpointer();

  /// Called by who commits, with the pages in the log. Quick.
  void on_commit(int log_pages);

 private:
  void run();
  void pass();

  std::unique_ptr<database> db_;
  exclusively hold_writers_;
  std::mutex mutex_;
  std::condition_variable work_;
  bool wanted_ = false;
  bool stopping_ = false;
  std::thread thread_;  ///< last: starts when everything else is there
};

}  // namespace agents::journal::sqlite
