// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace agents::classify {

/// A small logistic regression over few dense signals, shared by all categories, with one offset per category and,
/// where asked for, each category's own small deviations from the shared weights. It fuses the opinions of several
/// scorers into one calibrated probability.
struct fusion {
  std::vector<float> weights;          ///< one per signal
  std::vector<float> offsets;          ///< one per category; includes the common bias
  std::vector<float> deviations = {};  ///< categories × weights; empty: none

  [[nodiscard]] double log_odds(std::span<const float> signals, std::size_t category) const;
  [[nodiscard]] double probability(std::span<const float> signals, std::size_t category) const;
  friend bool operator==(const fusion&, const fusion&) = default;
};

/// Observations: `signals` holds `width` numbers per row.
struct fusion_set {
  std::size_t width = 0;
  std::size_t categories = 0;
  std::vector<float> signals;
  std::vector<std::uint32_t> category;
  std::vector<std::uint8_t> truth;

  void add(std::span<const float> row, std::size_t category_of_row, bool is_true);
  [[nodiscard]] std::size_t rows() const noexcept { return truth.size(); }
};

/// Strengths of the Gaussian priors by which rare categories borrow from the others.
struct fusion_prior {
  double offsets = 1;                     ///< pulls the categories' offsets to their common mean
  std::optional<double> deviations = {};  ///< pulls their weights to the shared ones; nothing: no deviations
};

/// Maximum likelihood with these priors and a weak one on the shared weights. Newton steps; exact for the few hundred
/// parameters there are. Cost: cubic in their number, 0.1 s for 300 of them.
[[nodiscard]] fusion fit_fusion(const fusion_set& set, const fusion_prior& prior);

[[nodiscard]] double sigmoid(double x) noexcept;

}  // namespace agents::classify
