// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "libagents/core/clock.hpp"

namespace agents {

/// A new version first gets a small share of the requests.
struct canary_options {
  double share = 0;                             ///< of the module's requests, 0 to 1; 0: no canary
  std::uint64_t requests = 100;                 ///< when it has had so many, it gets all …
  duration at_most = std::chrono::seconds{60};  ///< … or after this time
  double tolerance = 0.02;                      ///< how much higher its error rate may be
  double significance = 0.01;                   ///< it goes when chance explains its errors with less than this
};

/// Requests that have ended well, and those that have not.
struct outcome_counts {
  std::uint64_t good = 0;
  std::uint64_t failed = 0;
};

/// Whether so many failures of the new version are unlikely, were it as good as the old one or worse by the tolerance:
/// an exact one-sided binomial test. The old version's rate is estimated as (failed + 1) / (all + 2).
[[nodiscard]] bool is_worse(const outcome_counts& fresh, const outcome_counts& old, const canary_options& o);

}  // namespace agents
