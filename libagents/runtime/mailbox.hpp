// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "libagents/runtime/actor_host.hpp"

namespace agents {

/// Wakes an actor once per batch of messages: remembers that a wake is on its way. Several mailboxes of one actor share
/// one.
///
/// Callers: any thread. The actor may be replaced (restart) at any time.
class waker {
 public:
  /// After something was put into a mailbox.
  void notify() {
    if (pending_.exchange(true, std::memory_order_acq_rel)) return;
    const std::lock_guard lock{mutex_};
    if (actor_) actor_->wake();
  }
  /// The same, by an actor that is about to end its turn: see `actor_ref::wake_next`.
  void notify_next() {
    if (pending_.exchange(true, std::memory_order_acq_rel)) return;
    const std::lock_guard lock{mutex_};
    if (actor_) actor_->wake_next();
  }
  /// By the actor, before it looks into its mailboxes.
  void taken() { pending_.exchange(false, std::memory_order_acq_rel); }

  /// Directs wakes to this actor from now on, and wakes it when something is waiting.
  void attach(std::shared_ptr<actor_ref> actor) {
    const std::lock_guard lock{mutex_};
    actor_ = std::move(actor);
    if (actor_ && pending_.load(std::memory_order_acquire)) actor_->wake();
  }
  void detach() { attach(nullptr); }

 private:
  std::atomic<bool> pending_{false};
  std::mutex mutex_;
  std::shared_ptr<actor_ref> actor_;
};

/// A queue with a bound, many writers and one reader. Full means refused, at once; so does closed.
template <class T>
class mailbox {
 public:
  explicit mailbox(std::size_t capacity) : capacity_(capacity) {}

  /// False when full or closed; the message is then left untouched.
  [[nodiscard]] bool push(T& message) {
    const std::lock_guard lock{mutex_};
    if (closed_ || queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(message));
    return true;
  }

  /// The same beyond the bound, for what has been accepted elsewhere already. False when closed.
  [[nodiscard]] bool push_beyond(T& message) {
    const std::lock_guard lock{mutex_};
    if (closed_) return false;
    queue_.push_back(std::move(message));
    return true;
  }

  [[nodiscard]] bool pop(T& out) {
    const std::lock_guard lock{mutex_};
    if (queue_.empty()) return false;
    out = std::move(queue_.front());
    queue_.pop_front();
    return true;
  }

  /// Takes everything at once.
  [[nodiscard]] std::deque<T> drain() {
    const std::lock_guard lock{mutex_};
    return std::exchange(queue_, {});
  }

  /// Takes everything; from now on nothing gets in, so nothing can be left behind.
  [[nodiscard]] std::deque<T> close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    return std::exchange(queue_, {});
  }
  /// From now on; what waits already stays.
  void set_capacity(std::size_t capacity) {
    const std::lock_guard lock{mutex_};
    capacity_ = capacity;
  }
  void reopen() {
    const std::lock_guard lock{mutex_};
    closed_ = false;
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return queue_.size();
  }

 private:
  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<T> queue_;
  bool closed_ = false;
};

}  // namespace agents
