// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "actors/classify/feature_space.hpp"
#include "actors/classify/linear.hpp"
#include "actors/classify/prepared_document.hpp"

namespace agents::classify {

/// A scorer of clause types with a space of n-grams of its own.
struct view_scorer {
  feature_space space;
  linear_scorer scorer;
  /// `out` has one element per category.
  void score(const feature_keys& keys, std::span<float> out) const { scorer.score(space.vectorise(keys), out); }
};

/// The learned scorers. Two share one space of n-grams of words: which type a marked clause has, and whether a segment
/// of a document speaks about a category; the first saw clauses only, the second whole documents. Three more judge the
/// type of a clause by other views of it, see `feature_keys.hpp`.
struct clause_scorers {
  feature_space space;
  linear_scorer type;
  linear_scorer relevance;
  view_scorer characters;
  view_scorer opening;
  view_scorer surroundings;
};

struct scorer_options {
  std::uint64_t seed = 1;
  unsigned threads = 1;
};

[[nodiscard]] clause_scorers train_scorers(std::span<const prepared_example* const> documents, std::size_t categories,
                                           const scorer_options& options);

/// What the scorers and the lexical retriever say about each segment of a document, for each category.
class document_signals {
 public:
  /// Signals per segment: relevance margin, its distance to the best of the document, type margin, lexical match, best
  /// relevance margin of the two neighbours.
  static constexpr std::size_t width = 5;

  document_signals(const clause_scorers& scorers, const prepared_document& document);

  [[nodiscard]] std::size_t segments() const noexcept { return segments_; }
  /// Writes `width` numbers.
  void of(std::size_t category, std::size_t segment, std::span<float> out) const;
  [[nodiscard]] float relevance(std::size_t category, std::size_t segment) const {
    return relevance_[segment * categories_ + category];
  }
  [[nodiscard]] float type(std::size_t category, std::size_t segment) const {
    return type_[segment * categories_ + category];
  }
  /// The segments with the highest relevance plus type margins, best first.
  [[nodiscard]] std::vector<std::uint32_t> candidates(std::size_t category, std::size_t count) const;

 private:
  const prepared_document& document_;
  std::size_t segments_;
  std::size_t categories_;
  std::vector<float> relevance_;  // segments × categories
  std::vector<float> type_;
  std::vector<float> best_;  // per category
};

}  // namespace agents::classify
