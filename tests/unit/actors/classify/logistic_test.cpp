// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/logistic.hpp"

#include <array>

#include "libagents/core/random.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::classify;

TEST_CASE("the fusion recovers the probabilities that made the data") {
  seeded_random source{5};
  fusion_set set{.width = 2, .categories = 2, .signals = {}, .category = {}, .truth = {}};
  for (int i = 0; i < 20000; ++i) {
    const std::array<float, 2> row{static_cast<float>(source.unit() * 4 - 2), static_cast<float>(source.unit())};
    const auto category = static_cast<std::size_t>(i % 2);
    const auto p = sigmoid(1.5 * row[0] - 0.5 * row[1] + (category == 0 ? -1.0 : 0.5));
    set.add(row, category, source.unit() < p);
  }
  const auto f = fit_fusion(set, {.offsets = 0.1});
  CHECK(f.weights[0] == Approx(1.5).margin(0.1));
  CHECK(f.weights[1] == Approx(-0.5).margin(0.15));
  CHECK(f.offsets[0] == Approx(-1.0).margin(0.15));
  CHECK(f.offsets[1] == Approx(0.5).margin(0.15));
}

TEST_CASE("a category without observations gets the common offset; one-sided data stay finite") {
  fusion_set set{.width = 1, .categories = 3, .signals = {}, .category = {}, .truth = {}};
  const std::array<float, 1> row{1};
  for (int i = 0; i < 50; ++i) set.add(row, 0, true);
  const auto f = fit_fusion(set, {.offsets = 1});
  CHECK(f.probability(row, 0) > 0.9);
  CHECK(f.probability(row, 0) < 1);
  CHECK(f.offsets[1] == f.offsets[2]);
}

TEST_CASE("a category may weigh a signal in its own way, the less the fewer observations it has") {
  seeded_random source{7};
  fusion_set set{.width = 1, .categories = 3, .signals = {}, .category = {}, .truth = {}};
  const auto observe = [&](std::size_t category, double weight) {
    const std::array<float, 1> row{static_cast<float>(source.unit() * 4 - 2)};
    set.add(row, category, source.unit() < sigmoid(weight * static_cast<double>(row[0])));
  };
  for (int i = 0; i < 5000; ++i) observe(0, 2);
  for (int i = 0; i < 5000; ++i) observe(1, 0.5);
  for (int i = 0; i < 10; ++i) observe(2, 0);
  const auto f = fit_fusion(set, {.offsets = 1, .deviations = 20});
  const auto weight = [&](std::size_t c) { return f.weights[0] + f.deviations[c]; };
  CHECK(weight(0) == Approx(2).margin(0.2));
  CHECK(weight(1) == Approx(0.5).margin(0.1));
  CHECK(weight(2) > weight(1));
  const std::array<float, 1> row{1};
  CHECK(f.log_odds(row, 0) == Approx(weight(0) + f.offsets[0]).margin(1e-5));
  CHECK(fit_fusion(set, {.offsets = 1}).deviations.empty());
}
