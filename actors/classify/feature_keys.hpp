// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace agents::classify {

/// The hashed n-grams of a text, with repetitions, in two blocks: what the text says, and what stands beside it.
struct feature_keys {
  std::vector<std::uint32_t> body;     ///< weighs fully
  std::vector<std::uint32_t> heading;  ///< weighs `feature_space`'s share for what stands beside
};

/// A clause and where it stands. The views must outlive their use only.
struct clause_place {
  std::string_view text;
  std::string_view heading;
  std::string_view
      before;              ///< at most `surroundings_before` bytes of the document in front of the clause; may be empty
  std::string_view after;  ///< at most `surroundings_after` bytes behind it; may be empty
};
inline constexpr std::size_t surroundings_before = 1000;
inline constexpr std::size_t surroundings_after = 600;

// Four views of one clause. They fail on different clauses: hence one scorer for each and a fusion of the four.

/// Words, pairs of words, stems, pairs of stems with one word between; beside it the words and stems of the heading.
[[nodiscard]] feature_keys keys_of(std::string_view text, std::string_view heading);

/// Runs of 3 to 5 characters, across words; beside it those of the heading. Endings, compounds, misspellings.
[[nodiscard]] feature_keys character_keys(std::string_view text, std::string_view heading);

/// The first 14 words, and how the clause is cut: its length, whether it begins in the middle of a sentence.
[[nodiscard]] feature_keys opening_keys(std::string_view text);

/// What stands before the clause; beside it what stands behind. Nothing of the clause itself.
[[nodiscard]] feature_keys surrounding_keys(const clause_place& place);

}  // namespace agents::classify
