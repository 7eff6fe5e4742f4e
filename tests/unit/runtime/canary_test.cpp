// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/canary.hpp"

#include "libagents/core/random.hpp"
#include "tests/catch.hpp"

using namespace agents;

TEST_CASE("a version that fails always is found out after a few requests") {
  const canary_options o;
  CHECK(is_worse({0, 2}, {100, 0}, o));
  CHECK_FALSE(is_worse({0, 1}, {20, 0}, o));
}

TEST_CASE("without failures, or with as many as the old one has, it is not worse") {
  const canary_options o;
  CHECK_FALSE(is_worse({}, {}, o));
  CHECK_FALSE(is_worse({100, 0}, {100, 0}, o));
  CHECK_FALSE(is_worse({80, 20}, {800, 200}, o));
  CHECK_FALSE(is_worse({82, 18}, {850, 150}, o));
  CHECK(is_worse({60, 40}, {850, 150}, o));
}

TEST_CASE("without an old version's record, only many failures count") {
  const canary_options o;
  CHECK_FALSE(is_worse({0, 5}, {}, o));
  CHECK(is_worse({0, 12}, {}, o));
}

namespace {

struct two_versions {
  double fresh_rate = 0;  ///< of failures
  double old_rate = 0;
  double share = 0.1;  ///< of the requests, for the canary
};

/// Requests go to either of two versions, and the canary is judged after each of its own, until it has had so many.
bool is_taken_back(seeded_random& dice, const two_versions& v, std::uint64_t requests) {
  outcome_counts old;
  outcome_counts fresh;
  canary_judge judge{{}};
  while (fresh.good + fresh.failed < requests) {
    if (dice.unit() >= v.share) {
      ++(dice.unit() < v.old_rate ? old.failed : old.good);
      continue;
    }
    ++(dice.unit() < v.fresh_rate ? fresh.failed : fresh.good);
    const bool is_last = fresh.good + fresh.failed == requests;
    if (is_last ? judge.is_worse_at_last(fresh, old) : judge.is_worse(fresh, old)) return true;
  }
  return false;
}

double share_taken_back(const two_versions& v, std::uint64_t requests = 100) {
  constexpr int trials = 4000;
  seeded_random dice{3};
  int n = 0;
  for (int i = 0; i < trials; ++i) n += is_taken_back(dice, v, requests) ? 1 : 0;
  return static_cast<double>(n) / trials;
}

}  // namespace

TEST_CASE("looking often does not take equals for worse more often than asked") {
  const auto rate = GENERATE(0.0, 0.01, 0.05, 0.1, 0.2);
  const auto share = GENERATE(0.1, 0.2, 0.5);
  INFO("both fail with " << rate << ", the canary's share is " << share);
  CHECK(share_taken_back({rate, rate, share}) <= 0.01);
}

TEST_CASE("worse ones are found, and what always fails at once") {
  CHECK(share_taken_back({0.30, 0.05}) > 0.95);
  CHECK(share_taken_back({1, 0.05}, 16) == 1);
}

TEST_CASE("large numbers are no trouble") {
  const canary_options o;
  CHECK_FALSE(is_worse({1'000'000, 10'000}, {1'000'000, 10'000}, o));
  CHECK(is_worse({1'000'000, 50'000}, {1'000'000, 10'000}, o));
}
