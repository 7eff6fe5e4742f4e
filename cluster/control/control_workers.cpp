// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/control_workers.hpp"

#include <utility>

namespace agents::control {
namespace {

constexpr std::size_t longest_queue = 256;

}  // namespace

workers::workers(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

bool workers::post(std::function<void()> job) {
  {
    const std::lock_guard lock{mutex_};
    if (stopping_ || jobs_.size() >= longest_queue) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void workers::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    jobs_.clear();
  }
  changed_.notify_all();
  for (auto& t : threads_)
    if (t.joinable()) t.join();
}

void workers::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = {};
    lock.lock();
  }
}

}  // namespace agents::control
