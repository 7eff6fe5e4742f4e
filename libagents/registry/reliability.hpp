// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "libagents/core/clock.hpp"

namespace agents {

/// What is known of one module's quality for one capability: how often its answers counted, and how fast they came.
///
/// Reliability is the mean of a Beta distribution over good and bad outcomes, with exponential forgetting: the last
/// ~200 outcomes decide, so that a module that was repaired, or broke, is noticed. It starts at the prior 9:1, that is
/// 0.9 with the weight of ten outcomes.
///
/// Callers: any thread; wait-free but for a short retry. View: this node's own requests.
/// Source: Jøsang, Ismail, "The beta reputation system", 2002 (with forgetting factor).
class reliability {
 public:
  void add(bool good);
  /// Expected share of good answers, 0..1.
  [[nodiscard]] double mean() const;
  /// How many outcomes back the mean, the prior included; at most ~200.
  [[nodiscard]] double weight() const;
  /// Restores an estimate saved by an earlier process.
  void restore(double mean, double weight);

  /// Adds the latency of one attempt; exponentially weighted with factor 1/8.
  void add_latency(duration took);
  /// Expected latency; zero while nothing is known.
  [[nodiscard]] duration latency() const;

 private:
  std::atomic<double> good_{9.0};
  std::atomic<double> bad_{1.0};
  std::atomic<std::int64_t> latency_ns_{0};
};

}  // namespace agents
