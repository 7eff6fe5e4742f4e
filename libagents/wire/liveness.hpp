// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "libagents/core/clock.hpp"

namespace agents::wire {

/// When this side must say something, and when the other one has been silent for too long.
///
/// Any message counts. Owner: a session. Not thread-safe.
class liveness {
 public:
  liveness(duration heartbeat, duration silence, time_point now)
      : heartbeat_(heartbeat), silence_(silence), heard_(now), said_(now) {}

  void heard(time_point now) { heard_ = now; }
  void said(time_point now) { said_ = now; }
  [[nodiscard]] bool is_silent(time_point now) const { return now - heard_ >= silence_; }
  [[nodiscard]] bool must_speak(time_point now) const { return now - said_ >= heartbeat_; }
  /// When one of the two answers changes, if nothing happens before.
  [[nodiscard]] time_point next() const { return std::min(heard_ + silence_, said_ + heartbeat_); }
  [[nodiscard]] duration silence() const { return silence_; }

 private:
  duration heartbeat_;
  duration silence_;
  time_point heard_;
  time_point said_;
};

}  // namespace agents::wire
