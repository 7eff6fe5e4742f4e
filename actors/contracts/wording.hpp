// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agents::contracts {

/// White space as single blanks, typographic quotes as ASCII: for matching patterns only, offsets are lost.
[[nodiscard]] std::string squeeze(std::string_view text);

/// A length of time as written: "ninety (90) days" is {90, "day"}.
struct period {
  int count = 0;
  std::string unit;       ///< "day", "business day", "week", "month", "year"
  std::size_t begin = 0;  ///< in the squeezed text
  std::size_t end = 0;
};
/// "90 days", "1 year"
[[nodiscard]] std::string to_string(const period& p);

/// The facts in a clause, in order of appearance. All take squeezed text.
[[nodiscard]] std::vector<period> periods(const std::string& squeezed);
[[nodiscard]] std::vector<std::string> amounts(const std::string& squeezed);
[[nodiscard]] std::vector<std::string> percentages(const std::string& squeezed);
[[nodiscard]] std::vector<std::string> dates(const std::string& squeezed);

/// The period of notice in a clause: the one nearest to the word "notice", if any is within 60 characters.
[[nodiscard]] std::optional<period> notice_period(const std::string& squeezed);

/// The state or country whose law is named ("State of New York", "Dutch law"), or "".
[[nodiscard]] std::string jurisdiction(const std::string& squeezed);

/// The number that a clause begins with: "11.3", "Section 4", "A", or "".
[[nodiscard]] std::string section_number(std::string_view clause);

}  // namespace agents::contracts
