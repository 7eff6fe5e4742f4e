// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace agents::contracts {

/// Patterns (RE2, case-insensitive, over one squeezed sentence) that make it a clause of a category.
///
/// `strong`: such a sentence is one. `weak`: it may be one. `unless`: it is none, whatever the others say, except that
/// a strong match survives `unless_weak`. An empty pattern never matches.
struct rule {
  std::string_view category;
  std::string_view strong;
  std::string_view weak;
  std::string_view unless;
  std::string_view unless_weak;
  double weak_score = 0.4;  ///< how sure a weak match is; from 0.6 on the category counts as present
  std::size_t within = 0;   ///< only in the first so many bytes of a contract; 0: everywhere
};

/// A sentence that matches says the contrary: "Neither party may terminate before the end of the term."
struct denial {
  std::string_view category;
  std::string_view pattern;
};
[[nodiscard]] std::span<const denial> denials() noexcept;

/// The table of all rules; data of the program.
[[nodiscard]] std::span<const rule> rules() noexcept;

}  // namespace agents::contracts
