// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/text/sentence.hpp"

namespace agents::text {

/// The mark that opens a numbered unit: "ARTICLE IV", "Section 3.", "12.3", "(a)", "(iv)".
struct enumerator {
  int level = 0;           ///< 0 article, 1 "1.", 2 "1.1", 3 "1.1.1" and deeper, 4 "(a)", 5 "(iv)"
  std::size_t length = 0;  ///< bytes, with its full stop, without the white space that follows
};

/// The enumerator at the very beginning of `text`, if there is one.
[[nodiscard]] std::optional<enumerator> enumerator_at(std::string_view text);

/// The title within a unit ("Termination" in "15.2 Termination. Either party …"), or nullopt.
/// `body` tells where the unit goes on after the title; its size when the unit is nothing but a heading.
struct title {
  std::string text;
  int level = 0;
  std::size_t body = 0;
};
[[nodiscard]] std::optional<title> title_of(std::string_view unit);

/// The headings above the current place.
class heading_path {
 public:
  /// A heading replaces those of its own and of deeper levels. An enumerator without title is entered with "".
  void enter(int level, std::string text);
  /// " > " between the headings, outermost first; those without a title are left out.
  [[nodiscard]] std::string to_string() const;

 private:
  struct entry {
    int level;
    std::string text;
  };
  std::vector<entry> entries_;
};

/// True for what a page break leaves behind: "12", "- 4 -", "Page 6 of 20", "Source: ACME, 10-K, 3/1/2019".
[[nodiscard]] bool is_page_furniture(std::string_view unit);

}  // namespace agents::text
