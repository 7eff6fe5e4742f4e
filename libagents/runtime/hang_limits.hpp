// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "libagents/core/clock.hpp"

namespace agents {

/// When a handler that does not return is too much.
struct hang_limits {
  /// A cooperative handler must return or wait (`co_await`) within this time: it holds a thread that others need.
  duration yield = std::chrono::seconds{1};
  /// A dedicated handler may block until the deadline of its request, and so much longer.
  duration grace = std::chrono::milliseconds{100};
  /// So many threads of a module may be stuck at a time; then it is not started again before one of them returns.
  std::uint32_t abandoned_threads = 3;
};

}  // namespace agents
