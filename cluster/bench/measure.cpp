// SPDX-License-Identifier: Apache-2.0
#include "cluster/bench/measure.hpp"

#include <algorithm>

namespace agents::bench {

double time_of(const std::function<void()>& f) {
  const auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

measurement summary(std::string name, std::string unit, std::vector<double> samples, std::string note) {
  measurement m{std::move(name), std::move(unit), 0, 0, static_cast<std::int64_t>(samples.size()), std::move(note)};
  if (samples.empty()) return m;
  std::sort(samples.begin(), samples.end());
  m.median = samples[samples.size() / 2];
  const bool higher_is_better = m.unit.ends_with("/s");
  m.p99 = samples[higher_is_better ? samples.size() / 100 : std::min(samples.size() - 1, samples.size() * 99 / 100)];
  return m;
}

}  // namespace agents::bench
