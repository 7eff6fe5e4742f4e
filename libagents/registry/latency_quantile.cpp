// SPDX-License-Identifier: Apache-2.0
#include "libagents/registry/latency_quantile.hpp"

#include <algorithm>
#include <cmath>

namespace agents {
namespace {

constexpr std::uint32_t least_observations = 32;
constexpr std::uint32_t window = 1024;

}  // namespace

/// Bucket b holds what is above 2^((b-1)/8) ns and at most 2^(b/8) ns.
int latency_quantile::bucket_of(duration d) {
  const auto ns = static_cast<double>(std::max<std::int64_t>(1, d.count()));
  return std::min(buckets - 1, static_cast<int>(std::ceil(std::log2(ns) * steps_per_octave)));
}

void latency_quantile::add(duration took) {
  ++counts_[static_cast<std::size_t>(bucket_of(took))];
  if (++total_ < window) return;
  total_ = 0;
  for (auto& c : counts_) total_ += (c /= 2);
}

std::optional<duration> latency_quantile::at(double share) const {
  if (total_ < least_observations) return std::nullopt;
  const auto wanted = share * total_;
  std::uint32_t below = 0;
  int b = 0;
  while (b < buckets - 1 && (below += counts_[static_cast<std::size_t>(b)]) < wanted) ++b;
  return duration{static_cast<std::int64_t>(std::ceil(std::exp2(static_cast<double>(b) / steps_per_octave)))};
}

}  // namespace agents
