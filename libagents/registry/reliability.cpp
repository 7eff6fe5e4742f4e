// SPDX-License-Identifier: Apache-2.0
#include "libagents/registry/reliability.hpp"

#include <algorithm>

namespace agents {
namespace {

constexpr double forgetting = 0.995;  // per outcome: a weight of at most 1/(1-0.995) = 200 outcomes
constexpr double max_weight = 1.0 / (1.0 - forgetting);

void decay_and_add(std::atomic<double>& sum, double amount) {
  auto old = sum.load(std::memory_order_relaxed);
  while (!sum.compare_exchange_weak(old, old * forgetting + amount, std::memory_order_relaxed)) {
  }
}

}  // namespace

void reliability::add(bool good) {
  decay_and_add(good_, good ? 1.0 : 0.0);
  decay_and_add(bad_, good ? 0.0 : 1.0);
}

double reliability::mean() const {
  const auto good = good_.load(std::memory_order_relaxed);
  return good / (good + bad_.load(std::memory_order_relaxed));
}

double reliability::weight() const {
  return good_.load(std::memory_order_relaxed) + bad_.load(std::memory_order_relaxed);
}

void reliability::restore(double mean, double weight) {
  mean = std::clamp(mean, 0.0, 1.0);
  weight = std::clamp(weight, 1.0, max_weight);
  good_.store(mean * weight, std::memory_order_relaxed);
  bad_.store((1 - mean) * weight, std::memory_order_relaxed);
}

void reliability::add_latency(duration took) {
  auto old = latency_ns_.load(std::memory_order_relaxed);
  const auto ns = std::max<std::int64_t>(took.count(), 1);
  while (!latency_ns_.compare_exchange_weak(old, old == 0 ? ns : old + (ns - old) / 8, std::memory_order_relaxed)) {
  }
}

duration reliability::latency() const { return duration{latency_ns_.load(std::memory_order_relaxed)}; }

}  // namespace agents
