// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "libagents/runtime/replica.hpp"

namespace agents {

/// What one life of a replica has begun, so that it can be given up while its thread is stuck in a handler: from then
/// on its answers count no more, because whoever gave it up has answered.
///
/// Callers: any thread.
class worker_life {
 public:
  /// False: this life was given up, and the call is not its business.
  [[nodiscard]] bool begin(const shared_call& c) {
    const std::lock_guard lock{mutex_};
    if (abandoned_.load(std::memory_order_relaxed)) return false;
    open_.push_back(c);
    return true;
  }
  /// The call has ended: true when the caller is to answer it.
  [[nodiscard]] bool settle(const shared_call& c) {
    const std::lock_guard lock{mutex_};
    const auto found = std::find(open_.begin(), open_.end(), c);
    if (found == open_.end()) return false;
    std::swap(*found, open_.back());
    open_.pop_back();
    return true;
  }

  /// Gives this life up. Returns what it has begun, which nobody else answers any more.
  [[nodiscard]] std::vector<shared_call> abandon() {
    const std::lock_guard lock{mutex_};
    abandoned_.store(true, std::memory_order_release);
    return std::exchange(open_, {});
  }
  [[nodiscard]] bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }

 private:
  std::mutex mutex_;
  std::vector<shared_call> open_;
  std::atomic<bool> abandoned_{false};
};

}  // namespace agents
