// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/hang_watch.hpp"

#include <algorithm>
#include <utility>

namespace agents {

hang_watch::hang_watch(services& s, bool cooperative, hang_limits limits, std::function<void(const activity&)> on_hang,
                       std::function<void()> on_return)
    : services_(s),
      cooperative_(cooperative),
      limits_(limits),
      on_hang_(std::move(on_hang)),
      on_return_(std::move(on_return)) {}

void hang_watch::enter(const shared_call& c) {
  const std::lock_guard lock{mutex_};
  inside_ = {c, services_.clock.now()};
  reported_ = false;
  if (!std::exchange(armed_, true)) arm(limit());
}

void hang_watch::leave() {
  bool hung = false;
  {
    const std::lock_guard lock{mutex_};
    inside_ = {};
    hung = std::exchange(reported_, false);
  }
  if (hung) on_return_();
}

time_point hang_watch::limit() const {
  return cooperative_ ? inside_.since + limits_.yield : inside_.call->what.deadline + limits_.grace;
}

void hang_watch::arm(time_point when) {
  services_.timers.at(when, [self = weak_from_this()] {
    if (const auto w = self.lock()) w->look();
  });
}

void hang_watch::look() {
  activity hung;
  {
    const std::lock_guard lock{mutex_};
    if (!inside_.call || reported_) {
      armed_ = false;  // the next stay arms it again
      return;
    }
    if (services_.clock.now() < limit()) return arm(limit());
    armed_ = false;
    reported_ = true;
    hung = inside_;
  }
  on_hang_(hung);
}

}  // namespace agents
