// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/words.hpp"

#include <algorithm>

namespace agents::licence {
namespace {

constexpr std::uint64_t fnv_offset = 14695981039346656037ULL;
constexpr std::uint64_t fnv_prime = 1099511628211ULL;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_word(char c) noexcept { return is_letter(c) || is_digit(c); }

constexpr std::uint64_t step(std::uint64_t hash, char c) noexcept {
  return (hash ^ static_cast<unsigned char>(c)) * fnv_prime;
}

constexpr std::uint64_t hash(std::string_view text) noexcept {
  std::uint64_t out = fnv_offset;
  for (const char c : text) out = step(out, lower(c));
  return out;
}

constexpr std::uint64_t licence_key = hash("licence");
constexpr std::uint64_t license_key = hash("license");
constexpr std::uint64_t licenced_key = hash("licenced");
constexpr std::uint64_t licensed_key = hash("licensed");

constexpr std::uint64_t one_spelling(std::uint64_t key) noexcept {
  if (key == licence_key) return license_key;
  return key == licenced_key ? licensed_key : key;
}

/// True when the byte at `i` continues the word that began before it.
bool continues(std::string_view text, std::size_t i) {
  if (is_word(text[i])) return true;
  if (text[i] == '+') return true;
  return text[i] == '.' && is_digit(text[i - 1]) && i + 1 < text.size() && is_digit(text[i + 1]);
}

}  // namespace

std::uint64_t key_of(std::string_view lower_case_word) noexcept { return one_spelling(hash(lower_case_word)); }

std::vector<word> split_words(std::string_view text) {
  text = text.substr(0, UINT32_MAX);
  std::vector<word> out;
  out.reserve(text.size() / 6);
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word(text[i])) {
      ++i;
      continue;
    }
    const auto begin = i;
    while (i < text.size() && (i == begin || continues(text, i))) ++i;
    out.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(i),
                   one_spelling(hash(text.substr(begin, i - begin)))});
  }
  return out;
}

}  // namespace agents::licence
