// SPDX-License-Identifier: Apache-2.0
#include "actors/text/sentence.hpp"

#include <algorithm>
#include <array>

namespace agents::text {
namespace {

constexpr std::array<std::string_view, 44> abbreviations{
    "Inc", "Corp", "Ltd", "Co",  "No",  "Nos", "Sec", "Secs",   "Art",  "Arts", "vs",  "v",    "Mr",   "Mrs", "Ms",
    "Dr",  "St",   "Jr",  "Sr",  "Jan", "Feb", "Mar", "Apr",    "Jun",  "Jul",  "Aug", "Sept", "Sep",  "Oct", "Nov",
    "Dec", "etc",  "e.g", "i.e", "cf",  "al",  "Ave", "approx", "incl", "Exh",  "Par", "Ph.D", "Bros", "pp"};

bool is_word(char c) noexcept { return is_upper(c) || is_lower(c) || is_digit(c); }

/// The word (with inner full stops, as in "U.S") that ends just before `stop`.
std::string_view word_before(std::string_view text, std::size_t begin, std::size_t stop) {
  auto at = stop;
  while (at > begin && (is_word(text[at - 1]) || text[at - 1] == '.')) --at;
  return text.substr(at, stop - at);
}

bool is_abbreviation(std::string_view word) {
  if (word.size() == 1 && is_upper(word[0])) return true;             // an initial
  if (word.size() >= 3 && word[word.size() - 2] == '.') return true;  // U.S, L.P, a.m
  return std::find(abbreviations.begin(), abbreviations.end(), word) != abbreviations.end();
}

std::size_t closing_length(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return 0;
  if (text[at] == '"' || text[at] == '\'' || text[at] == ')' || text[at] == ']') return 1;
  return text.substr(at, 3) == "\xE2\x80\x9D" || text.substr(at, 3) == "\xE2\x80\x99" ? 3 : 0;
}

bool opens_sentence(std::string_view text, std::size_t at) noexcept {
  const char c = text[at];
  return is_upper(c) || is_digit(c) || c == '"' || c == '(' || c == '[' || text.substr(at, 3) == "\xE2\x80\x9C";
}

/// Where the sentence that stops at the mark `text[at]` ends, or 0 when it goes on.
std::size_t sentence_end(std::string_view text, range within, std::size_t at) {
  auto end = at + 1;
  for (auto n = closing_length(text, end); n > 0 && end + n <= within.end; n = closing_length(text, end)) end += n;
  if (end >= within.end) return within.end;
  auto next = end;
  while (next < within.end && is_space(text[next])) ++next;
  if (next == end) return 0;
  if (next >= within.end) return end;
  if (!opens_sentence(text, next)) return 0;
  const bool wide_gap = next - end >= 2;
  const bool closed = end > at + 1;  // 'He said "No." Then'
  if (text[at] == '.' && !wide_gap && !closed && is_abbreviation(word_before(text, within.begin, at))) return 0;
  return end;
}

std::size_t cut_before(std::string_view text, std::size_t begin, std::size_t limit) {
  const auto half = begin + (limit - begin) / 2;
  for (const auto mark : {';', ':', ',', ' '})
    for (auto at = limit; at > half; --at)
      if (text[at - 1] == mark) return at;
  auto at = limit;
  while (at > begin + 1 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return at;
}

}  // namespace

range trim(std::string_view text, range within) noexcept {
  while (within.begin < within.end && is_space(text[within.begin])) ++within.begin;
  while (within.end > within.begin && is_space(text[within.end - 1])) --within.end;
  return within;
}

std::vector<range> sentences(std::string_view text, range within) {
  std::vector<range> out;
  const auto add = [&](range r) {
    if (r = trim(text, r); r.size() > 0) out.push_back(r);
  };
  auto begin = within.begin;
  for (auto at = within.begin; at < within.end; ++at) {
    if (text[at] != '.' && text[at] != '!' && text[at] != '?') continue;
    const auto end = sentence_end(text, within, at);
    if (end == 0) continue;
    add({begin, end});
    begin = end;
    at = end - 1;
  }
  add({begin, within.end});
  return out;
}

std::vector<range> split_long(std::string_view text, range within, std::size_t limit) {
  std::vector<range> out;
  while (within.size() > limit) {
    const auto cut = cut_before(text, within.begin, within.begin + limit);
    if (const auto part = trim(text, {within.begin, cut}); part.size() > 0) out.push_back(part);
    within.begin = cut;
  }
  if (const auto part = trim(text, within); part.size() > 0) out.push_back(part);
  return out;
}

}  // namespace agents::text
