// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace agents::control {

/// A few threads for commands that take their time, with a bounded queue. Callers: any thread.
class workers {
 public:
  explicit workers(std::size_t threads);
  workers(const workers&) = delete;
  workers& operator=(const workers&) = delete;
  /// Waits for what is under way; what waits is dropped.
  ~workers() { stop(); }

  /// False when the queue is full, or after `stop`: nothing happened.
  [[nodiscard]] bool post(std::function<void()> job);
  void stop();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace agents::control
