// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "libagents/core/clock.hpp"

namespace agents {

/// Calls functions at points in time. Unlike CAF's delayed messages a timer can be cancelled and keeps nothing alive.
///
/// Callers: any thread. Callbacks run in the timer thread (or in `advance`), without a lock held; they must be short.
class timer_queue {
 public:
  using id = std::uint64_t;
  enum class drive : std::uint8_t { thread, manual };

  /// `thread` serves real clocks; `manual` does nothing until `advance` is called, for virtual time.
  timer_queue(const clock& c, drive d);
  ~timer_queue();
  timer_queue(const timer_queue&) = delete;
  timer_queue& operator=(const timer_queue&) = delete;

  id at(time_point when, std::function<void()> callback);
  /// After return the callback will not start any more (it may be running in another thread). 0 and spent ids are
  /// ignored.
  void cancel(id timer);

  /// Runs everything that is due. For manual drive.
  void advance();
  /// The earliest timer; `never` when there is none.
  [[nodiscard]] time_point next() const;

 private:
  using key = std::pair<time_point, id>;
  void serve();
  std::function<void()> take_due();  ///< with the lock held

  const clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<key, std::function<void()>> timers_;
  std::map<id, time_point> due_;
  id last_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace agents
