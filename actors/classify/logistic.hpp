// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace agents::classify {

/// A small logistic regression over few dense signals, shared by all categories, with one offset per category.
/// It fuses the opinions of several scorers into one calibrated probability.
struct fusion {
  std::vector<float> weights;  ///< one per signal
  std::vector<float> offsets;  ///< one per category; includes the common bias

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

/// Maximum likelihood with `pull` as the strength of a Gaussian prior on the offsets (around their common mean: rare
/// categories borrow from the others) and a weak prior on the weights. Newton steps; exact for the few parameters there
/// are.
[[nodiscard]] fusion fit_fusion(const fusion_set& set, double pull);

[[nodiscard]] double sigmoid(double x) noexcept;

}  // namespace agents::classify
