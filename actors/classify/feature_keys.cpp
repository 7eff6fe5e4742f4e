// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/feature_keys.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "actors/text/tokenize.hpp"

namespace agents::classify {
namespace {

/// The kinds of n-grams get different seeds, so that they never meet. Stored in models: never change a number.
enum class kind : std::uint64_t {
  word = 1,
  stem = 2,
  stem_skip = 3,
  heading_word = 4,
  heading_stem = 5,
  characters = 6,
  heading_characters = 7,
  opening_word = 8,
  opening_stem = 9,
  length = 10,
  first_letter = 11,
  before_word = 12,
  before_stem = 13,
  after_word = 14,
  after_stem = 15
};

std::uint32_t key(kind k, std::uint64_t a) {
  return static_cast<std::uint32_t>(text::join(static_cast<std::uint64_t>(k), a) >> 32);
}
std::uint32_t key(kind k, std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint32_t>(text::join(text::join(static_cast<std::uint64_t>(k), a), b) >> 32);
}

void add_words(const std::vector<text::token>& tokens, kind word, kind stem, std::vector<std::uint32_t>& out) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    out.push_back(key(word, tokens[i].hash));
    out.push_back(key(stem, tokens[i].prefix));
    if (i + 1 < tokens.size()) out.push_back(key(word, tokens[i].hash, tokens[i + 1].hash));
  }
}

bool is_word(unsigned char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

bool is_blank(unsigned char c) noexcept { return c <= ' ' || c == '*' || c == '_' || c == 0x7F; }

/// Lower case; one space around words and around each punctuation mark; redactions and rules (*, _) count as space.
std::string spaced(std::string_view text) {
  std::string out{" "};
  const auto space = [&] {
    if (out.back() != ' ') out += ' ';
  };
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_word(byte)) {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    } else {
      space();
      if (!is_blank(byte)) (out += c) += ' ';
    }
  }
  space();
  return out;
}

void add_characters(std::string_view text, kind k, std::vector<std::uint32_t>& out) {
  constexpr std::size_t shortest = 3;
  constexpr std::size_t longest = 5;
  const auto s = spaced(text);
  for (auto size = shortest; size <= longest; ++size)
    for (std::size_t i = 0; i + size <= s.size(); ++i)
      out.push_back(key(k, text::hash_bytes(std::string_view{s}.substr(i, size)), size));
}

}  // namespace

feature_keys keys_of(std::string_view text, std::string_view heading) {
  feature_keys out;
  const auto tokens = text::tokenize(text);
  out.body.reserve(tokens.size() * 4);
  add_words(tokens, kind::word, kind::stem, out.body);
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i)
    out.body.push_back(key(kind::stem_skip, tokens[i].prefix, tokens[i + 2].prefix));
  add_words(text::tokenize(heading), kind::heading_word, kind::heading_stem, out.heading);
  return out;
}

feature_keys character_keys(std::string_view text, std::string_view heading) {
  feature_keys out;
  add_characters(text, kind::characters, out.body);
  add_characters(heading, kind::heading_characters, out.heading);
  return out;
}

feature_keys opening_keys(std::string_view text) {
  constexpr std::size_t words = 14;
  constexpr std::size_t longest = 511;  // words; longer clauses count as that long
  feature_keys out;
  auto tokens = text::tokenize(text);
  out.heading.push_back(key(kind::length, std::bit_width(std::min(tokens.size(), longest) + 1)));
  if (!tokens.empty()) out.heading.push_back(key(kind::first_letter, tokens[0].capital ? 1 : 0));
  tokens.resize(std::min(tokens.size(), words));
  add_words(tokens, kind::opening_word, kind::opening_stem, out.body);
  return out;
}

feature_keys surrounding_keys(const clause_place& place) {
  feature_keys out;
  add_words(text::tokenize(place.before), kind::before_word, kind::before_stem, out.body);
  add_words(text::tokenize(place.after), kind::after_word, kind::after_stem, out.heading);
  return out;
}

}  // namespace agents::classify
