// SPDX-License-Identifier: Apache-2.0
#include "actors/retrieve/passages.hpp"

#include "actors/retrieve/bm25.hpp"

namespace agents::retrieve {

std::vector<std::string> indexed_texts(std::string_view text, const std::vector<text::segment>& segments) {
  std::vector<std::string> out;
  out.reserve(segments.size());
  for (const auto& s : segments)
    out.push_back(s.title ? std::string{} : s.heading + "\n" + std::string{text::view(text, s)});
  return out;
}

std::vector<passage> find_passages(std::string_view text, std::string_view query, std::size_t k,
                                   const text::segment_options& options) {
  const auto segments = text::segment_text(text, options);
  const auto texts = indexed_texts(text, segments);
  const std::vector<std::string_view> views{texts.begin(), texts.end()};
  std::vector<passage> out;
  for (const auto& m : bm25_index{views}.search(query, k)) {
    const auto& s = segments[m.passage];
    out.push_back({.text = std::string{text::view(text, s)},
                   .begin = s.begin,
                   .end = s.end,
                   .heading = s.heading,
                   .score = m.score});
  }
  return out;
}

}  // namespace agents::retrieve
