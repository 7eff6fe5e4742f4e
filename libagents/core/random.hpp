// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

namespace agents {

/// Where random numbers come from. A seam: the simulator replays a seed, a node uses the system's entropy.
///
/// Callers: any thread.
class random {
 public:
  virtual ~random() = default;
  /// 64 uniformly distributed bits.
  virtual std::uint64_t next() = 0;

  /// Uniform in [0, bound); 0 when `bound` is 0. The bias is below 2⁻³² for bounds below 2³².
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
};

/// A reproducible sequence: the same seed gives the same numbers on every machine.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (SplitMix64).
class seeded_random final : public random {
 public:
  explicit seeded_random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

/// A `seeded_random` seeded by the operating system.
[[nodiscard]] std::unique_ptr<random> system_random();

}  // namespace agents
