// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "actors/classify/clause_scorers.hpp"
#include "actors/classify/feature_keys.hpp"
#include "actors/classify/logistic.hpp"

namespace agents::classify {

/// What each scorer says about the type of one clause, for each category.
class type_signals {
 public:
  /// Margins by wording, characters, relevance, opening and surroundings (0 when those are unknown); then the logarithm
  /// of the softmax over categories of their mean: how the category stands against its rivals.
  static constexpr std::size_t width = 6;

  type_signals(const clause_scorers& scorers, const clause_place& place);

  /// Whether the surroundings of the clause were known.
  [[nodiscard]] bool placed() const noexcept { return placed_; }
  [[nodiscard]] std::size_t categories() const noexcept { return rows_.size() / width; }
  /// `width` numbers.
  [[nodiscard]] std::span<const float> of(std::size_t category) const {
    return std::span{rows_}.subspan(category * width, width);
  }

 private:
  void set(std::size_t signal, std::span<const float> margins);
  void compare_with_rivals();

  bool placed_;
  std::vector<float> rows_;  // categories × width
};

/// How the signals become log odds that a clause is of a category: one fusion for clauses whose surroundings are known,
/// one for bare texts.
struct type_fusion {
  fusion placed;
  fusion bare;

  /// One per category.
  [[nodiscard]] std::vector<float> log_odds(const type_signals& signals) const;
};

/// Strong voices for wording and characters, weaker ones for the others: for models without held-out documents to learn
/// from.
[[nodiscard]] type_fusion default_type_fusion(std::size_t categories);

}  // namespace agents::classify
