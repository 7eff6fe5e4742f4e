// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "libagents/core/clock.hpp"

namespace agents {

/// Latencies in buckets whose bounds grow by an eighth of an octave, and so quantiles that are at most 13 % too high.
/// Every 1024 observations all counts are halved: the recent ones decide.
///
/// For decisions of the runtime (hedging); dashboards use the histograms in `monitoring/`. Not synchronised.
class latency_quantile {
 public:
  void add(duration took);
  /// The latency that this share (0..1) of requests does not exceed; nothing while fewer than 32 are known.
  [[nodiscard]] std::optional<duration> at(double share) const;

 private:
  static constexpr int steps_per_octave = 8;
  static constexpr int buckets = 40 * steps_per_octave;  ///< from 1 ns to more than 18 minutes

  [[nodiscard]] static int bucket_of(duration d);

  std::array<std::uint32_t, buckets> counts_{};
  std::uint32_t total_ = 0;
};

}  // namespace agents
