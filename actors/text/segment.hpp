// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/contract/fields.hpp"

namespace agents::text {

/// A piece of a document that can be cited on its own: a sentence, a short clause, a list item or a heading.
struct segment {
  std::int64_t begin = 0;  ///< first byte
  std::int64_t end = 0;    ///< one past the last byte; begin and end never split a UTF-8 character
  std::string heading;     ///< path of the headings above, " > " between them; may be empty
  bool title = false;      ///< nothing but a heading
  AGENTS_FIELDS(begin, end, heading, title)

  friend bool operator==(const segment&, const segment&) = default;
};

struct segment_options {
  std::int64_t target_bytes = 320;  ///< neighbouring sentences of one paragraph are joined up to this size
  std::int64_t limit_bytes = 1200;  ///< longer sentences are cut at punctuation
};

/// Cuts a document (plain text, also as extracted from PDF: hard line breaks, page numbers in the middle of sentences)
/// into segments. They are in order, do not overlap, contain no white space at their ends, and leave out nothing but
/// white space and page furniture. A sentence that goes on after a page break is one segment, with the page number
/// inside.
[[nodiscard]] std::vector<segment> segment_text(std::string_view text, const segment_options& options = {});

/// The text of a segment.
[[nodiscard]] inline std::string_view view(std::string_view text, const segment& s) {
  return text.substr(static_cast<std::size_t>(s.begin), static_cast<std::size_t>(s.end - s.begin));
}

}  // namespace agents::text
