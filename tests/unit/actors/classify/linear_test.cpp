// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/linear.hpp"

#include <array>

#include "tests/catch.hpp"

using namespace agents::classify;

namespace {

training_set two_classes() {
  return {.examples = {{{0, 1}}, {{0, 0.8F}, {2, 0.6F}}, {{1, 1}}, {{1, 0.8F}, {2, 0.6F}}, {{2, 1}}},
          .classes = {{0}, {0}, {1}, {0, 1}, {}},
          .class_count = 2,
          .feature_count = 3};
}

}  // namespace

TEST_CASE("separable classes are separated") {
  const auto scorer = train_linear(two_classes(), {.cost = 10, .epochs = 60});
  std::array<float, 2> m{};
  scorer.score({{0, 1}}, m);
  CHECK(m[0] > 0.5F);
  CHECK(m[1] < -0.5F);
  scorer.score({{1, 1}}, m);
  CHECK(m[1] > 0.5F);
}

TEST_CASE("features beyond the known ones are ignored") {
  const auto scorer = train_linear(two_classes(), {});
  std::array<float, 2> with{};
  std::array<float, 2> without{};
  scorer.score({{0, 1}, {3, 5}, {4000000000U, 5}}, with);
  scorer.score({{0, 1}}, without);
  CHECK(with == without);
}

TEST_CASE("quantised weights keep their sign and, within 2 %, the large ones their size") {
  const linear_scorer scorer{{{1.0F, -0.5F, 0.01F, 0}}, {0.25F}};
  std::array<float, 1> m{};
  scorer.score({{0, 1}}, m);
  CHECK(m[0] == Approx(1.25));
  scorer.score({{1, 1}}, m);
  CHECK(m[0] == Approx(-0.25).margin(0.01));
  scorer.score({{2, 1}}, m);
  CHECK(m[0] == Approx(0.26).margin(0.002));
}
