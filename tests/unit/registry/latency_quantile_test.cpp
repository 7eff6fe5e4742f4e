// SPDX-License-Identifier: Apache-2.0
#include "libagents/registry/latency_quantile.hpp"

#include <algorithm>
#include <vector>

#include "libagents/core/random.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;

TEST_CASE("nothing is said before enough is known") {
  latency_quantile q;
  for (int i = 0; i < 31; ++i) q.add(1ms);
  CHECK_FALSE(q.at(0.95));
  q.add(1ms);
  CHECK(q.at(0.95));
}

TEST_CASE("a quantile is at most 13 per cent above the true one, and not below it") {
  seeded_random r{7};
  latency_quantile q;
  std::vector<std::int64_t> all;
  for (int i = 0; i < 1000; ++i) {
    all.push_back(static_cast<std::int64_t>(1000 + r.below(100'000'000)));
    q.add(duration{all.back()});
  }
  std::sort(all.begin(), all.end());
  for (const double share : {0.1, 0.5, 0.9, 0.95, 0.99, 1.0}) {
    const auto truth = static_cast<double>(all[static_cast<std::size_t>(share * 1000) - 1]);
    const auto said = static_cast<double>(q.at(share)->count());
    INFO("share " << share << ", true " << truth << ", said " << said);
    CHECK(said >= truth);
    CHECK(said <= truth * 1.13);
  }
}

TEST_CASE("what was long ago is forgotten") {
  latency_quantile q;
  for (int i = 0; i < 2000; ++i) q.add(1s);
  for (int i = 0; i < 5000; ++i) q.add(1ms);
  CHECK(*q.at(0.95) < 2ms);
}

TEST_CASE("zero and days are latencies as well") {
  latency_quantile q;
  for (int i = 0; i < 40; ++i) q.add(0s);
  CHECK(*q.at(0.95) <= 1us);
  for (int i = 0; i < 400; ++i) q.add(48h);
  CHECK(*q.at(0.95) > 8min);
}
