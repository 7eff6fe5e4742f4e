// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "libagents/runtime/hang_limits.hpp"
#include "libagents/runtime/replica.hpp"

namespace agents {

/// Watches the thread of one life while it is inside the module's code.
///
/// Costs one timer per limit and replica at most, however many requests there are.
/// Callers of `enter` and `leave`: the worker's thread. The timer calls back in its own.
class hang_watch : public std::enable_shared_from_this<hang_watch> {
 public:
  /// What hangs, since when.
  struct activity {
    shared_call call;
    time_point since{};
  };
  /// `on_hang`: the limit is over; called once per stay inside. `on_return`: the thread has come back after that.
  /// Neither runs while the other does, and they must not call back.
  hang_watch(services& s, bool cooperative, hang_limits limits, std::function<void(const activity&)> on_hang,
             std::function<void()> on_return);

  void enter(const shared_call& c);
  void leave();

 private:
  void look(time_point armed_for);
  [[nodiscard]] time_point limit() const;
  void arm(time_point when);

  services& services_;
  const bool cooperative_;
  const hang_limits limits_;
  const std::function<void(const activity&)> on_hang_;
  const std::function<void()> on_return_;
  std::mutex mutex_;
  activity inside_;  ///< no call: outside
  bool hung_ = false;
  time_point armed_for_ = never;
  timer_queue::id timer_ = 0;
};

/// Marks a stay inside the module's code.
class inside_module {
 public:
  inside_module(hang_watch& w, const shared_call& c) : watch_(w) { watch_.enter(c); }
  ~inside_module() { watch_.leave(); }
  inside_module(const inside_module&) = delete;
  inside_module& operator=(const inside_module&) = delete;

 private:
  hang_watch& watch_;
};

}  // namespace agents
