// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/canary.hpp"

#include <algorithm>
#include <cmath>

namespace agents {
namespace {

/// P(X ≥ k) for X ~ Binomial(n, p), by its terms' logarithms.
double tail(std::uint64_t k, std::uint64_t n, double p) {
  double sum = 0;
  const auto total = static_cast<double>(n);
  for (auto i = k; i <= n; ++i) {
    const auto x = static_cast<double>(i);
    const auto term = std::lgamma(total + 1) - std::lgamma(x + 1) - std::lgamma(total - x + 1) + x * std::log(p) +
                      (total - x) * std::log1p(-p);
    sum += std::exp(term);
    if (x > total * p && std::exp(term) < 1e-12) break;  // only smaller ones follow
  }
  return sum;
}

}  // namespace

bool is_worse(const outcome_counts& fresh, const outcome_counts& old, const canary_options& o) {
  const auto n = fresh.good + fresh.failed;
  if (fresh.failed == 0) return false;
  const auto rate = static_cast<double>(old.failed + 1) / static_cast<double>(old.good + old.failed + 2);
  return tail(fresh.failed, n, std::min(0.999, rate + o.tolerance)) < o.significance;
}

bool canary_judge::is_worse(const outcome_counts& fresh, const outcome_counts& old) {
  const auto n = fresh.good + fresh.failed;
  if (n < next_) return false;
  while (next_ <= n) next_ *= 2;
  return is_worse_at_last(fresh, old);
}

bool canary_judge::is_worse_at_last(const outcome_counts& fresh, const outcome_counts& old) {
  ++looks_;
  auto now = options_;
  now.significance /= static_cast<double>(looks_ * (looks_ + 1));
  return agents::is_worse(fresh, old, now);
}

}  // namespace agents
