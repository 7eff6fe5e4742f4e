// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "libagents/core/clock.hpp"

namespace agents {

/// When a request that takes long is sent to a second replica too. Only modules with several replicas, and capabilities
/// that are `pure` or `idempotent` and cost nothing.
struct hedge_options {
  bool enabled = true;
  double quantile = 0.95;                              ///< of the latencies: what takes longer is sent twice …
  duration least_wait = std::chrono::milliseconds{2};  ///< … but not before this
  double most_share = 0.1;                             ///< hedges per request, in the long run
  std::uint32_t burst = 10;                            ///< hedges that may be saved up
};

}  // namespace agents
