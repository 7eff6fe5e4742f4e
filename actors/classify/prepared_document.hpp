// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/classify/feature_space.hpp"
#include "actors/classify/labelled_document.hpp"
#include "actors/text/segment.hpp"

namespace agents::classify {

/// A category: its name, and what a person would ask to find it (the query of the lexical retriever).
struct category_info {
  std::string name;
  std::string question;
  friend bool operator==(const category_info&, const category_info&) = default;
};

/// A document cut up for the scorers: its citable segments (headings left out), their n-grams, and how well each
/// matches the question of each category by BM25 (0 to 1, relative to the best segment of the document).
struct prepared_document {
  std::vector<text::segment> segments;
  std::vector<feature_keys> keys;
  std::vector<std::vector<float>> lexical;  ///< [category][segment]
};

[[nodiscard]] prepared_document prepare(std::string_view text, std::span<const category_info> categories);

/// A marked clause as the type scorer sees it. Clauses with the same spans are one example with several classes.
struct clause_example {
  std::string text;
  std::string heading;
  std::string before;                  ///< what stands in front of it in the document; empty when the place is unknown
  std::string after;                   ///< what stands behind it
  std::vector<std::uint32_t> classes;  ///< positions in the list of categories, ascending

  [[nodiscard]] clause_place place() const noexcept { return {text, heading, before, after}; }
};

/// A prepared document with the truth.
struct prepared_example {
  prepared_document document;
  std::vector<std::vector<std::uint32_t>> relevant;  ///< per segment: the categories it speaks about
  std::vector<clause_example> clauses;
  std::vector<std::uint8_t> present;  ///< per category
  std::vector<std::uint8_t> asked;    ///< per category: whether annotators looked for it
};

[[nodiscard]] prepared_example prepare(const labelled_document& document, std::span<const category_info> categories);

/// Does the place `found` show the marked place `gold`? Yes when it covers at least half of it, or when at least nine
/// tenths of `found` lie inside.
[[nodiscard]] bool shows(const byte_range& found, const byte_range& gold) noexcept;

/// The clause's text as it stands in the document (its spans joined by a space), or the annotator's when it has no
/// place.
[[nodiscard]] std::string clause_text(const labelled_document& document, const labelled_clause& clause);

/// The heading above byte `at`.
[[nodiscard]] std::string heading_at(const std::vector<text::segment>& segments, std::int64_t at);

}  // namespace agents::classify
