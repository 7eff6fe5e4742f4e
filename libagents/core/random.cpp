// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/random.hpp"

#include <random>

namespace agents {

std::uint64_t seeded_random::next() {
  const std::lock_guard lock{mutex_};
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::unique_ptr<random> system_random() {
  std::random_device device;
  const auto high = static_cast<std::uint64_t>(device()) << 32;
  return std::make_unique<seeded_random>(high ^ device());
}

}  // namespace agents
