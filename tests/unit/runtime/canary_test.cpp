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

TEST_CASE("equals are taken for worse about as rarely as asked, worse ones are found") {
  const canary_options o;
  seeded_random dice{3};
  const auto trial = [&](double rate) {
    outcome_counts fresh;
    for (int i = 0; i < 100; ++i) {
      ++(dice.unit() < rate ? fresh.failed : fresh.good);
      if (is_worse(fresh, {950, 50}, o)) return true;
    }
    return false;
  };
  int false_alarms = 0;
  int found = 0;
  for (int i = 0; i < 400; ++i) {
    false_alarms += trial(0.05) ? 1 : 0;
    found += trial(0.30) ? 1 : 0;
  }
  CHECK(false_alarms < 400 * 0.05);
  CHECK(found > 400 * 0.95);
}

TEST_CASE("large numbers are no trouble") {
  const canary_options o;
  CHECK_FALSE(is_worse({1'000'000, 10'000}, {1'000'000, 10'000}, o));
  CHECK(is_worse({1'000'000, 50'000}, {1'000'000, 10'000}, o));
}
