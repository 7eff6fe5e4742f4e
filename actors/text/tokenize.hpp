// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agents::text {

/// A word of a text, normalised and hashed. `begin` and `end` are bytes of the text.
struct token {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint64_t hash = 0;    ///< of the normalised word
  std::uint64_t prefix = 0;  ///< of its first five bytes: a stem good enough for English
  bool capital = false;      ///< begins with an ASCII capital letter
};

/// Splits into words: runs of ASCII letters (lower-cased, possessive 's dropped) and of other UTF-8 letters; every
/// number becomes "#"; "$", "%" and redactions such as "[***]" are words of their own. Texts over 4 GiB are cut.
[[nodiscard]] std::vector<token> tokenize(std::string_view text);

/// The normalised words themselves, for people and for tests.
[[nodiscard]] std::vector<std::string> words(std::string_view text);

/// FNV-1a, finished by a mixing step; the same on every machine, so that it may be stored.
[[nodiscard]] std::uint64_t hash_bytes(std::string_view bytes) noexcept;

/// Joins the hash of an n-gram with that of the next word. Not commutative.
[[nodiscard]] inline std::uint64_t join(std::uint64_t left, std::uint64_t right) noexcept {
  auto x = (left ^ (left >> 29)) * 0xBF58476D1CE4E5B9ULL + right;
  x = (x ^ (x >> 32)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

}  // namespace agents::text
