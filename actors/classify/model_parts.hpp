// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actors/classify/clause_model.hpp"
#include "actors/classify/clause_scorers.hpp"
#include "actors/classify/logistic.hpp"
#include "actors/classify/type_signals.hpp"

namespace agents::classify {

/// What a clause model is made of; its form in a file is docs/model_format.md.
struct clause_model::parts {
  std::vector<category_info> categories;
  std::vector<std::string> names;  ///< of the categories, in the same order
  clause_scorers scorers;
  type_fusion type;                        ///< signals of a clause → log odds that it is of a type
  fusion place;                            ///< signals of a segment → log odds that it is such a clause
  fusion presence;                         ///< signals of a document → log odds that it has such a clause
  std::vector<float> presence_thresholds;  ///< per category, of the probability
  float single_threshold = 0;              ///< on the type margin alone: the yardstick of the evaluation
  float sharpness = 1;                     ///< of the softmax over types
};

/// Signals of a whole document about one category.
inline constexpr std::size_t presence_width = 5;

/// A segment and its log odds.
struct ranked_segment {
  std::uint32_t segment = 0;
  double log_odds = 0;
};

/// The best `count` segments for a category by the fused opinion, best first.
[[nodiscard]] std::vector<ranked_segment> rank_segments(const fusion& place, const document_signals& signals,
                                                        std::size_t category, std::size_t count);

/// Log odds of the three best places, the logarithm of the expected number of places, and the best relevance margin.
[[nodiscard]] std::vector<float> presence_signals(const fusion& place, const document_signals& signals,
                                                  std::size_t category);

/// The highest type margin of any segment: what the type scorer alone says about presence.
[[nodiscard]] float best_type_margin(const document_signals& signals, std::size_t category);

}  // namespace agents::classify
