// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/checkpointer.hpp"

#include <utility>

namespace agents::journal::sqlite {
namespace {

constexpr int enough_pages = 1000;  ///< 4 MB, as SQLite's own default

}  // namespace

checkpointer::checkpointer(std::unique_ptr<database> db, exclusively hold_writers)
    : db_(std::move(db)), hold_writers_(std::move(hold_writers)), thread_([this] { run(); }) {}

checkpointer::~checkpointer() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void checkpointer::on_commit(int log_pages) {
  if (log_pages < enough_pages) return;
  const std::lock_guard lock{mutex_};
  if (std::exchange(wanted_, true)) return;
  work_.notify_one();
}

/// A failure (disk full, locked by another process) loses nothing: the log stays, and the next commit asks again.
void checkpointer::pass() { (void)db_->checkpoint(); }

void checkpointer::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    work_.wait(lock, [this] { return wanted_ || stopping_; });
    if (stopping_) return;
    lock.unlock();
    pass();
    hold_writers_([this] { pass(); });
    lock.lock();
    wanted_ = false;
  }
}

}  // namespace agents::journal::sqlite
