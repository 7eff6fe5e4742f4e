// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace agents::licence {

/// One thing that a licence asks, as data. A rule is asserted only with a passage of the licence that contains its
/// proof.
struct rule {
  std::string_view id;
  std::string_view licences;   ///< base identifiers, separated by blanks
  std::string_view question;   ///< of `question_table`
  std::string_view text;       ///< what to do, for the memo
  std::string_view condition;  ///< when it applies; empty: whenever the library is shipped
  std::string_view proof;      ///< a `phrase` that must stand in the cited passage
};

/// A question that retrieval answers: its name and the words to look for.
struct question {
  std::string_view name;
  std::string_view words;
};

[[nodiscard]] std::span<const rule> rule_table();
[[nodiscard]] std::span<const question> question_table();
/// The words of a question; empty for an unknown name.
[[nodiscard]] std::string_view words_of_question(std::string_view name);

/// True when the rule is about that licence (identifier without version suffix and exception).
[[nodiscard]] bool is_about(const rule& r, std::string_view base);

/// The version whose text the review follows: "LGPL-2.1" for LGPL-2.0-or-later, because the user may choose it and it
/// allows shared libraries in so many words; "GPL-2.0" for GPL-1.0-or-later; otherwise the licence's own.
[[nodiscard]] std::string followed_version(std::string_view id);

}  // namespace agents::licence
