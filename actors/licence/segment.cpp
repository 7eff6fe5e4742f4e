// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/segment.hpp"

#include <algorithm>
#include <cctype>

#include "actors/licence/dep5.hpp"

namespace agents::licence {
namespace {

constexpr std::size_t rule_characters = 8;  ///< "--------" divides a document
constexpr std::size_t heading_bytes = 400;  ///< longer paragraphs are no headings

std::int64_t to_int(std::size_t n) { return static_cast<std::int64_t>(n); }

std::string kind_of(const dep5_stanza& stanza) {
  if (stanza.find("files")) return "files";
  return stanza.find("format") || stanza.find("upstream-name") ? "header" : "licence";
}

segment to_segment(const std::string& document, std::string_view text, const dep5_stanza& stanza,
                   const dep5_field& field) {
  segment out;
  out.document = document;
  out.begin = to_int(field.body);
  out.end = to_int(field.end);
  out.text = text.substr(field.body, field.end - field.body);
  out.kind = kind_of(stanza);
  if (const auto* files = stanza.find("files")) out.files = words_of(*files, text);
  out.declared = field.first;
  out.declared_begin = to_int(field.first_begin);
  out.declared_end = to_int(field.first_begin + field.first.size());
  return out;
}

std::vector<segment> dep5_segments(const std::string& document, std::string_view text) {
  std::vector<segment> out;
  for (const auto& stanza : parse_dep5(text))
    for (const auto& field : stanza.fields)
      if (field.name == "license") out.push_back(to_segment(document, text, stanza, field));
  return out;
}

bool is_rule(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return false;
  line = line.substr(begin);
  const auto count = std::min(line.find_first_not_of(line.front()), line.size());
  return count >= rule_characters && std::ispunct(static_cast<unsigned char>(line.front()));
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r.*#") == std::string_view::npos; }

/// A short paragraph that ends with a colon announces what follows.
bool is_heading(std::string_view paragraph) {
  const auto last = paragraph.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos || paragraph.size() > heading_bytes || paragraph[last] != ':') return false;
  // "… provided that the following conditions are met:" is inside a licence.
  for (const auto* inner : {"conditions", "condition", "terms", "restrictions", "following:", "either:", "hope",
                            "acknowledgement", "acknowledgment", "statement", "disclaimer"})
    if (paragraph.rfind(inner) != std::string_view::npos && paragraph.size() - paragraph.rfind(inner) < 40 &&
        paragraph.find("licensed") == std::string_view::npos && paragraph.find("under the") == std::string_view::npos)
      return false;
  return paragraph.find("Redistribution and use") == std::string_view::npos &&
         paragraph.find("ermission ") == std::string_view::npos;
}

/// Where a free-form text is cut: the starts of its segments.
std::vector<std::size_t> find_cuts(std::string_view text) {
  std::vector<std::size_t> out{0};
  std::size_t paragraph = 0;
  const auto close_paragraph = [&](std::size_t end) {
    if (end > paragraph && is_heading(text.substr(paragraph, end - paragraph))) out.push_back(paragraph);
  };
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    const auto next = std::min(end + 1, text.size());
    if (is_rule(line) || is_blank(line)) {
      close_paragraph(begin);
      paragraph = next;
      if (is_rule(line)) out.push_back(next);
    }
    begin = next;
  }
  close_paragraph(text.size());
  out.push_back(text.size());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<segment> free_segments(const std::string& document, std::string_view text) {
  const auto cuts = find_cuts(text);
  std::vector<segment> out;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const auto part = text.substr(cuts[i], cuts[i + 1] - cuts[i]);
    if (part.find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
    out.push_back({document, to_int(cuts[i]), to_int(cuts[i + 1]), std::string{part}, "text", {}, "", 0, 0});
  }
  return out;
}

}  // namespace

std::vector<segment> segments_of(const std::string& document, std::string_view text) {
  if (is_dep5(text))
    if (auto out = dep5_segments(document, text); !out.empty()) return out;
  return free_segments(document, text);
}

segmentation segment_package(const machine& m, const package_documents& package) {
  segmentation out{package.name, package.version, {}, {}};
  for (const auto& document : package.documents) {
    const auto text = m.read(document);
    if (!text) {
      out.undecided.push_back({package.name, text.error().message, {}});
      continue;
    }
    auto segments = segments_of(document, *text);
    if (segments.empty()) out.undecided.push_back({package.name, document + " is empty", {}});
    std::move(segments.begin(), segments.end(), std::back_inserter(out.segments));
  }
  return out;
}

}  // namespace agents::licence
