// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "libagents/core/clock.hpp"

namespace agents {

/// Bounds what a module may write about itself: so many lines at once, so many per second later, each so long.
///
/// Callers: one at a time.
class line_limit {
 public:
  static constexpr std::size_t longest_line_bytes = 1024;
  static constexpr double burst_lines = 50;       ///< a traceback passes as a whole
  static constexpr double lines_per_second = 20;  ///< more than a person reads

  explicit line_limit(time_point now) : last_(now) {}

  /// True when another line may pass now. Otherwise it counts as dropped.
  [[nodiscard]] bool admit(time_point now) {
    left_ = std::min(burst_lines, left_ + lines_per_second * seconds(now - last_));
    last_ = now;
    if (left_ < 1) return ++dropped_, false;
    left_ -= 1;
    return true;
  }
  /// The lines dropped since this was asked last.
  [[nodiscard]] std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }

 private:
  time_point last_;
  double left_ = burst_lines;
  std::uint64_t dropped_ = 0;
};

}  // namespace agents
