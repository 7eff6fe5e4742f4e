// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "actors/classify/feature_space.hpp"

namespace agents::classify {

/// Linear scores of several classes at once: margin[c] = bias[c] + Σ value · weight[feature][c].
///
/// Weights are kept in 8 bits each, as in the model file: q stands for sign(q) · (q / 127)² · scale[c]. The square
/// keeps the many small weights apart; the error of a margin is about 1 % of its spread.
class linear_scorer {
 public:
  linear_scorer() = default;
  /// Quantises. `weights` and `bias` have one row or value per class; all rows have the same length.
  linear_scorer(const std::vector<std::vector<float>>& weights, const std::vector<float>& bias);
  /// From stored parts: `quantised` is features × classes.
  linear_scorer(std::vector<std::int8_t> quantised, std::vector<float> scale, std::vector<float> bias);

  [[nodiscard]] std::size_t classes() const noexcept { return bias_.size(); }
  /// The margins of `x`; features beyond those known are ignored. `out` has `classes()` elements.
  void score(const sparse_vector& x, std::span<float> out) const;

  [[nodiscard]] const std::vector<std::int8_t>& quantised() const noexcept { return quantised_; }
  [[nodiscard]] const std::vector<float>& scale() const noexcept { return scale_; }
  [[nodiscard]] const std::vector<float>& bias() const noexcept { return bias_; }

 private:
  std::vector<std::int8_t> quantised_;
  std::vector<float> scale_;
  std::vector<float> bias_;
};

/// Texts as vectors, and which classes each belongs to (any number of them).
struct training_set {
  std::vector<sparse_vector> examples;
  std::vector<std::vector<std::uint32_t>> classes;  ///< per example, ascending
  std::uint32_t class_count = 0;
  std::uint32_t feature_count = 0;
};

struct linear_options {
  double cost = 3;           ///< of an error; larger fits the training set more closely
  double positive_cost = 1;  ///< times `cost` for examples of the class: raise it for rare classes
  int epochs = 15;
  std::uint64_t seed = 1;
  unsigned threads = 1;  ///< classes are learned independently: the result does not depend on it
};

/// Learns one class against the rest, for each class: an L2-regularised support vector machine with squared hinge loss.
/// Source: Hsieh et al., "A dual coordinate descent method for large-scale linear SVM", ICML 2008, algorithm 1.
[[nodiscard]] linear_scorer train_linear(const training_set& set, const linear_options& options);

}  // namespace agents::classify
