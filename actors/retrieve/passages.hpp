// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/text/segment.hpp"
#include "libagents/contract/fields.hpp"

namespace agents::retrieve {

/// A place of a document that answers a question, by BM25.
struct passage {
  std::string text;  ///< exactly the bytes [begin, end)
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::string heading;  ///< path of the section headings above
  double score = 0;
  AGENTS_FIELDS(text, begin, end, heading, score)
};

/// What is indexed of each segment: its headings, then its text. Headings alone have no entry of their own ("").
[[nodiscard]] std::vector<std::string> indexed_texts(std::string_view text, const std::vector<text::segment>& segments);

/// The best `k` segments of `text` for `query`, best first. For learned retrieval by category see `find_clauses`.
[[nodiscard]] std::vector<passage> find_passages(std::string_view text, std::string_view query, std::size_t k,
                                                 const text::segment_options& options = {});

}  // namespace agents::retrieve
