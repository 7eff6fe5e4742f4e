// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/prepared_document.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "actors/retrieve/bm25.hpp"
#include "actors/retrieve/passages.hpp"

namespace agents::classify {
namespace {

std::vector<text::segment> citable(std::string_view text) {
  auto all = text::segment_text(text);
  std::erase_if(all, [](const auto& s) { return s.title; });
  return all;
}

std::vector<float> relative(const std::vector<double>& scores) {
  const auto best = scores.empty() ? 0.0 : *std::max_element(scores.begin(), scores.end());
  std::vector<float> out;
  out.reserve(scores.size());
  for (const auto s : scores) out.push_back(best > 0 ? static_cast<float>(s / best) : 0.0F);
  return out;
}

std::optional<std::uint32_t> position(std::span<const category_info> categories, std::string_view name) {
  for (std::size_t i = 0; i < categories.size(); ++i)
    if (categories[i].name == name) return static_cast<std::uint32_t>(i);
  return std::nullopt;
}

void insert_sorted(std::vector<std::uint32_t>& set, std::uint32_t x) {
  const auto at = std::lower_bound(set.begin(), set.end(), x);
  if (at == set.end() || *at != x) set.insert(at, x);
}

void mark_segments(const labelled_clause& clause, std::uint32_t category, prepared_example& out) {
  for (const auto& gold : clause.spans)
    for (std::size_t i = 0; i < out.relevant.size(); ++i) {
      const auto& s = out.document.segments[i];
      if (s.begin < gold.end && gold.begin < s.end && shows({s.begin, s.end}, gold))
        insert_sorted(out.relevant[i], category);
    }
}

clause_example example_of(const labelled_document& document, const labelled_clause& clause,
                          const prepared_document& prepared, std::uint32_t category) {
  clause_example out{
      .text = clause_text(document, clause), .heading = {}, .before = {}, .after = {}, .classes = {category}};
  if (clause.spans.empty()) return out;
  const auto begin = static_cast<std::size_t>(clause.spans.front().begin);
  const auto end = static_cast<std::size_t>(clause.spans.back().end);
  const auto from = begin - std::min(begin, surroundings_before);
  out.heading = heading_at(prepared.segments, clause.spans.front().begin);
  out.before = document.text.substr(from, begin - from);
  out.after = document.text.substr(std::min(end, document.text.size()), surroundings_after);
  return out;
}

}  // namespace

bool shows(const byte_range& found, const byte_range& gold) noexcept {
  const auto shared = std::min(found.end, gold.end) - std::max(found.begin, gold.begin);
  return shared > 0 && (2 * shared >= gold.end - gold.begin || 10 * shared >= 9 * (found.end - found.begin));
}

std::string clause_text(const labelled_document& document, const labelled_clause& clause) {
  if (clause.spans.empty()) return clause.text;
  std::string out;
  for (const auto& s : clause.spans) {
    if (!out.empty()) out += ' ';
    out += document.text.substr(static_cast<std::size_t>(s.begin), static_cast<std::size_t>(s.end - s.begin));
  }
  return out;
}

std::string heading_at(const std::vector<text::segment>& segments, std::int64_t at) {
  const auto next = std::upper_bound(segments.begin(), segments.end(), at,
                                     [](std::int64_t x, const text::segment& s) { return x < s.begin; });
  return next == segments.begin() ? std::string{} : std::prev(next)->heading;
}

prepared_document prepare(std::string_view text, std::span<const category_info> categories) {
  prepared_document out;
  out.segments = citable(text);
  for (const auto& s : out.segments) out.keys.push_back(keys_of(text::view(text, s), s.heading));
  const auto texts = retrieve::indexed_texts(text, out.segments);
  const retrieve::bm25_index index{std::vector<std::string_view>{texts.begin(), texts.end()}};
  for (const auto& c : categories) out.lexical.push_back(relative(index.scores(c.question)));
  return out;
}

prepared_example prepare(const labelled_document& document, std::span<const category_info> categories) {
  prepared_example out;
  out.document = prepare(document.text, categories);
  out.relevant.resize(out.document.segments.size());
  out.present.resize(categories.size());
  for (const auto& c : categories)
    out.asked.push_back(std::find(document.asked.begin(), document.asked.end(), c.name) != document.asked.end());
  std::map<std::vector<byte_range>, std::size_t> same_place;
  for (const auto& clause : document.clauses) {
    const auto category = position(categories, clause.category);
    if (!category) continue;
    out.present[*category] = 1;
    mark_segments(clause, *category, out);
    const auto [at, is_new] = same_place.try_emplace(clause.spans, out.clauses.size());
    if (is_new || clause.spans.empty())
      out.clauses.push_back(example_of(document, clause, out.document, *category));
    else
      insert_sorted(out.clauses[at->second].classes, *category);
  }
  return out;
}

}  // namespace agents::classify
