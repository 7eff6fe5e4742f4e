// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/group_commit.hpp"

#include <iterator>
#include <utility>

#include "libagents/core/assert.hpp"

namespace agents::journal {

group_commit::group_commit(std::size_t max_queued_bytes, commit_function commit)
    : max_queued_bytes_(max_queued_bytes), commit_(std::move(commit)), thread_([this] { run(); }) {}

group_commit::~group_commit() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void group_commit::push(pending_append append, commit_by by) {
  bool has_turn = false;
  if (!enqueue(append, by, has_turn))
    return tell(append, unexpected{errc::overloaded, "more than " + std::to_string(max_queued_bytes_) +
                                                         " bytes wait for the disk; wait for earlier appends"});
  if (!has_turn) return;
  commit_queued(patience::none);
  end_turn();
}

bool group_commit::enqueue(pending_append& append, commit_by by, bool& has_turn) {
  const std::lock_guard lock{mutex_};
  const auto size = append.record.size();
  if (queued_bytes_ > 0 && queued_bytes_ + size > max_queued_bytes_) return false;
  queued_bytes_ += size;
  queue_.push_back(std::move(append));
  if (busy_) return true;  // who has the turn will wake the own thread
  has_turn = by == commit_by::caller_if_idle && waiting_exclusive_ == 0;
  if (has_turn) {
    busy_ = true;
    holder_ = std::this_thread::get_id();
  } else {
    work_.notify_one();
  }
  return true;
}

void group_commit::take_turn() {
  std::unique_lock lock{mutex_};
  AGENTS_ASSERT(!busy_ || holder_ != std::this_thread::get_id());  // a `done` must not call what waits
  ++waiting_exclusive_;
  free_.wait(lock, [this] { return !busy_; });
  --waiting_exclusive_;
  busy_ = true;
  holder_ = std::this_thread::get_id();
}

void group_commit::end_turn() {
  const std::lock_guard lock{mutex_};
  busy_ = false;
  if (waiting_exclusive_ > 0)
    free_.notify_one();
  else if (!queue_.empty() || stopping_)
    work_.notify_one();
}

void group_commit::commit_queued(patience how_long) {
  {
    const std::lock_guard lock{mutex_};
    batch_.swap(queue_);
  }
  if (batch_.empty()) return;
  commit_(batch_, how_long) ? tell_outcomes() : put_back();
}

void group_commit::put_back() {
  const std::lock_guard lock{mutex_};
  queue_.insert(queue_.begin(), std::make_move_iterator(batch_.begin()), std::make_move_iterator(batch_.end()));
  batch_.clear();
}

void group_commit::tell_outcomes() {
  std::size_t bytes = 0;
  for (auto& append : batch_) {
    bytes += append.record.size();
    tell(append, std::move(append.outcome));
  }
  batch_.clear();
  const std::lock_guard lock{mutex_};
  queued_bytes_ -= bytes;
}

void group_commit::tell(pending_append& append, expected<void> outcome) {
  if (append.done) return append.done(std::move(outcome));
  if (outcome) return;
  const std::lock_guard lock{mutex_};
  if (!untold_) untold_ = outcome.error();
}

expected<void> group_commit::take_untold() {
  const std::lock_guard lock{mutex_};
  if (!untold_) return {};
  return unexpected{*std::exchange(untold_, std::nullopt)};
}

void group_commit::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    work_.wait(lock, [this] { return !busy_ && waiting_exclusive_ == 0 && (!queue_.empty() || stopping_); });
    if (queue_.empty()) return;
    busy_ = true;
    holder_ = std::this_thread::get_id();
    lock.unlock();
    commit_queued(patience::usual);
    end_turn();
    lock.lock();
  }
}

}  // namespace agents::journal
