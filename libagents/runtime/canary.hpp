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
  double significance = 0.01;  ///< it goes although it is no worse with at most this, up to a share of one half
};

/// Requests that have ended well, and those that have not.
struct outcome_counts {
  std::uint64_t good = 0;
  std::uint64_t failed = 0;
};

/// Whether so many failures of the new version are unlikely, were it as good as the old one or worse by the tolerance:
/// an exact one-sided binomial test. The old version's rate is estimated as (failed + 1) / (all + 2).
[[nodiscard]] bool is_worse(const outcome_counts& fresh, const outcome_counts& old, const canary_options& o);

/// Looks at a canary several times without being wrong more often than one look would be: after 2, 4, 8 … requests and
/// at the end, and the kth look may only spend 1/(k(k+1)) of the significance, which adds up to all of it.
///
/// Source: the union bound over the looks; the idea is that of alpha spending (Lan, DeMets, Biometrika 1983).
/// Not synchronised.
class canary_judge {
 public:
  explicit canary_judge(const canary_options& o) : options_(o) {}
  /// Whether it is worse; false when it is not time to look.
  [[nodiscard]] bool is_worse(const outcome_counts& fresh, const outcome_counts& old);
  /// Looks in any case.
  [[nodiscard]] bool is_worse_at_last(const outcome_counts& fresh, const outcome_counts& old);

 private:
  const canary_options options_;
  std::uint64_t next_ = 2;  ///< requests of the next look
  std::uint64_t looks_ = 0;
};

}  // namespace agents
