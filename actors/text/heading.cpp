// SPDX-License-Identifier: Apache-2.0
#include "actors/text/heading.hpp"

#include <algorithm>
#include <array>

namespace agents::text {
namespace {

constexpr std::size_t longest_title = 90;  // bytes; longer first sentences are text, not titles
constexpr std::size_t longest_furniture = 160;

bool is_letter(char c) noexcept { return is_upper(c) || is_lower(c); }
bool is_roman(char c) noexcept { return std::string_view{"ivxIVX"}.find(c) != std::string_view::npos; }

std::size_t count_while(std::string_view text, std::size_t at, bool (*test)(char) noexcept) {
  const auto begin = at;
  while (at < text.size() && test(text[at])) ++at;
  return at - begin;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return (is_upper(x) ? x + ('a' - 'A') : x) == y; });
}

bool starts_with_word(std::string_view text, std::string_view lower_word) {
  return text.size() > lower_word.size() && equal_ignoring_case(text.substr(0, lower_word.size()), lower_word) &&
         is_space(text[lower_word.size()]);
}

/// "(a)", "(iv)", "(12)", "(A)".
std::optional<enumerator> parenthesised(std::string_view text) {
  if (text.empty() || text[0] != '(') return std::nullopt;
  const auto close = text.substr(0, 7).find(')');
  if (close == std::string_view::npos || close < 2) return std::nullopt;
  const auto inside = text.substr(1, close - 1);
  const bool digits = std::all_of(inside.begin(), inside.end(), is_digit);
  const bool roman = std::all_of(inside.begin(), inside.end(), is_roman) && inside != "v" && inside != "x";
  const bool letters = std::all_of(inside.begin(), inside.end(), is_letter) &&
                       (inside.size() == 1 || (inside.size() == 2 && inside[0] == inside[1]));
  if (!digits && !roman && !letters) return std::nullopt;
  return enumerator{.level = roman || digits ? 5 : 4, .length = close + 1};
}

/// "12", "12.", "12.3", "12.3.4.", "12)"; a bare number needs its full stop, or it would be an amount.
std::optional<enumerator> decimal(std::string_view text) {
  std::size_t at = 0;
  int parts = 0;
  while (true) {
    const auto digits = count_while(text, at, is_digit);
    if (digits == 0 || digits > 3) break;
    at += digits;
    ++parts;
    if (at >= text.size() || text[at] != '.') break;
    ++at;
  }
  if (parts == 0) return std::nullopt;
  const bool stopped = text[at - 1] == '.';
  if (parts == 1 && !stopped) {
    if (at >= text.size() || text[at] != ')') return std::nullopt;
    ++at;
  }
  if (at < text.size() && !is_space(text[at])) return std::nullopt;
  return enumerator{.level = std::min(parts, 3), .length = at};
}

/// "ARTICLE IV", "Section 3.2.", "EXHIBIT A", "Schedule 1".
std::optional<enumerator> named(std::string_view text) {
  struct keyword {
    std::string_view word;
    int level;
  };
  constexpr std::array<keyword, 7> keywords{
      {{"article", 0}, {"section", 1}, {"exhibit", 0}, {"schedule", 0}, {"appendix", 0}, {"annex", 0}, {"clause", 1}}};
  for (const auto& [word, level] : keywords) {
    if (!is_upper(text.empty() ? ' ' : text[0]) || !starts_with_word(text, word)) continue;
    auto at = word.size() + count_while(text, word.size(), is_space);
    const auto number = at;
    int dots = 0;
    for (; at < text.size() && (is_digit(text[at]) || is_upper(text[at]) || text[at] == '.' || text[at] == '-'); ++at)
      dots += text[at] == '.' && at + 1 < text.size() && is_digit(text[at + 1]) ? 1 : 0;
    if (at == number || at - number > 8) return std::nullopt;
    if (at < text.size() && text[at] == ':') ++at;
    const auto next = at + count_while(text, at, is_space);
    const bool goes_on =
        next < text.size() && (next == at || is_lower(text[next]));  // "Exhibit D shall …" is a mention
    if (goes_on) return std::nullopt;
    return enumerator{.level = std::min(level + dots, 3), .length = at};
  }
  return std::nullopt;
}

/// Small words that do not need a capital in a title.
bool is_small_word(std::string_view word) {
  constexpr std::array<std::string_view, 16> small{"of", "and", "the", "for", "to",   "in", "or",   "by",
                                                   "a",  "an",  "on",  "at",  "with", "as", "from", "upon"};
  return std::find(small.begin(), small.end(), word) != small.end();
}

/// True when most words begin with a capital and at least one is there.
bool looks_like_title(std::string_view text) {
  int capital = 0;
  int other = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = count_while(text, at, is_letter);
    if (length == 0) {
      ++at;
      continue;
    }
    const auto word = text.substr(at, length);
    if (is_upper(word[0]))
      ++capital;
    else if (!is_small_word(word) && length > 1)
      ++other;
    at += length;
  }
  return capital > 0 && capital <= 12 && other * 4 <= capital;
}

/// The end of the first sentence, colon or dash within the longest title; npos when there is none.
std::size_t title_end(std::string_view text) {
  for (std::size_t at = 0; at < std::min(text.size(), longest_title); ++at) {
    const bool stop = text[at] == '.' || text[at] == ':';
    if (stop && (at + 1 == text.size() || is_space(text[at + 1]))) return at;
    if (text.substr(at, 3) == " - " || text.substr(at, 2) == "--") return at;
    if (text[at] == '\n' || text.substr(at, 3) == "   ") return at;
  }
  return text.size() <= longest_title ? text.size() : std::string_view::npos;
}

std::string cleaned(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_space(c))
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '_')) out.pop_back();
  return out;
}

/// Without a number only a whole unit can be a heading, and only a short one.
std::optional<title> unnumbered(std::string_view unit) {
  constexpr std::size_t longest = 70;
  if (unit.size() > longest || unit.size() < 4 || !is_upper(unit[0])) return std::nullopt;
  const char last = unit.back();
  const auto colon = unit.find(':');
  const bool inner_colon = colon != std::string_view::npos && colon + 1 < unit.size();  // "Name: John Smith"
  if (last == ';' || last == ',' || inner_colon || unit.find("/s/") != std::string_view::npos) return std::nullopt;
  if (!looks_like_title(unit)) return std::nullopt;
  const bool shouted = std::none_of(unit.begin(), unit.end(), is_lower);
  return title{.text = cleaned(unit.substr(0, unit.size() - (last == '.' || last == ':' ? 1 : 0))),
               .level = shouted ? 1 : 2,
               .body = unit.size()};
}

}  // namespace

std::optional<enumerator> enumerator_at(std::string_view text) {
  if (auto e = parenthesised(text)) return e;
  if (auto e = decimal(text)) return e;
  return named(text);
}

std::optional<title> title_of(std::string_view unit) {
  const auto number = enumerator_at(unit);
  if (!number) return unnumbered(unit);
  const auto begin = number->length + count_while(unit, number->length, is_space);
  const auto rest = unit.substr(begin);
  const auto end = title_end(rest);
  if (end == std::string_view::npos || end == 0 || !looks_like_title(rest.substr(0, end))) return std::nullopt;
  auto body = begin + end;
  while (body < unit.size() && (is_space(unit[body]) || unit[body] == '.' || unit[body] == ':' || unit[body] == '-'))
    ++body;
  return title{.text = cleaned(rest.substr(0, end)), .level = number->level, .body = body};
}

void heading_path::enter(int level, std::string text) {
  while (!entries_.empty() && entries_.back().level >= level) entries_.pop_back();
  entries_.push_back({level, std::move(text)});
}

std::string heading_path::to_string() const {
  std::string out;
  for (const auto& e : entries_) {
    if (e.text.empty()) continue;
    if (!out.empty()) out += " > ";
    out += e.text;
  }
  return out;
}

bool is_page_furniture(std::string_view unit) {
  if (unit.size() > longest_furniture) return false;
  const auto letters = static_cast<std::size_t>(std::count_if(unit.begin(), unit.end(), is_letter));
  const bool digits = std::any_of(unit.begin(), unit.end(), is_digit);
  if (letters == 0) return true;
  if (starts_with_word(unit, "page")) return digits && letters <= 6;
  if (starts_with_word(unit, "source:")) return true;
  return digits && unit.size() <= 6 && letters <= 2;
}

}  // namespace agents::text
