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
  hung_ = false;
  if (const auto when = limit(); when < armed_for_) arm(when);
}

void hang_watch::leave() {
  const std::lock_guard lock{mutex_};
  inside_ = {};
  if (std::exchange(hung_, false)) on_return_();
}

time_point hang_watch::limit() const {
  return cooperative_ ? inside_.since + limits_.yield : inside_.call->what.deadline + limits_.grace;
}

/// One timer at a time: the earliest that may matter.
void hang_watch::arm(time_point when) {
  services_.timers.cancel(timer_);
  armed_for_ = when;
  timer_ = services_.timers.at(when, [self = weak_from_this(), when] {
    if (const auto w = self.lock()) w->look(when);
  });
}

void hang_watch::look(time_point armed_for) {
  const std::lock_guard lock{mutex_};
  if (armed_for != armed_for_) return;  // another timer has taken its place
  armed_for_ = never;
  if (!inside_.call || hung_) return;  // the next stay arms it again
  if (services_.clock.now() < limit()) return arm(limit());
  hung_ = true;
  on_hang_(inside_);
}

}  // namespace agents
