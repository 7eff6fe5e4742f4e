// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/timer_queue.hpp"

#include <algorithm>

#include "libagents/core/short_slices.hpp"

namespace agents {

timer_queue::timer_queue(const clock& c, drive d) : clock_(c) {
  if (d == drive::thread) thread_ = std::thread{[this] { serve(); }};
}

timer_queue::~timer_queue() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

timer_queue::id timer_queue::at(time_point when, std::function<void()> callback) {
  const std::lock_guard lock{mutex_};
  const auto timer = ++last_;
  const bool earliest = timers_.empty() || when < timers_.begin()->first.first;
  timers_.emplace(key{when, timer}, std::move(callback));
  due_.emplace_hint(due_.end(), timer, when);
  if (earliest) changed_.notify_one();
  return timer;
}

void timer_queue::cancel(id timer) {
  const std::lock_guard lock{mutex_};
  const auto found = due_.find(timer);
  if (found == due_.end()) return;
  timers_.erase(key{found->second, timer});
  due_.erase(found);
}

std::function<void()> timer_queue::take_due() {
  if (timers_.empty() || timers_.begin()->first.first > clock_.now()) return {};
  auto callback = std::move(timers_.begin()->second);
  due_.erase(timers_.begin()->first.second);
  timers_.erase(timers_.begin());
  return callback;
}

void timer_queue::advance() {
  std::unique_lock lock{mutex_};
  while (auto callback = take_due()) {
    lock.unlock();
    callback();
    lock.lock();
  }
}

time_point timer_queue::next() const {
  const std::lock_guard lock{mutex_};
  return timers_.empty() ? never : timers_.begin()->first.first;
}

void timer_queue::serve() {
  prefer_short_slices();
  std::unique_lock lock{mutex_};
  while (!stop_) {
    if (auto callback = take_due()) {
      lock.unlock();
      callback();
      lock.lock();
    } else if (timers_.empty()) {
      changed_.wait(lock);
    } else {
      changed_.wait_for(lock, std::max(duration{1}, timers_.begin()->first.first - clock_.now()));
    }
  }
}

}  // namespace agents
