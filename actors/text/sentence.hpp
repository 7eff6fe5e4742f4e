// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace agents::text {

/// A half-open range of bytes of some text.
struct range {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
  friend bool operator==(const range&, const range&) = default;
};

/// Splits `text[within]` into sentences, without the white space around them. A full stop after an abbreviation
/// ("Inc.", "No.", "U.S."), an initial or a number does not end a sentence, unless a new paragraph number follows.
[[nodiscard]] std::vector<range> sentences(std::string_view text, range within);

/// Splits what is longer than `limit` bytes at the last semicolon, colon or comma (else space) before the limit.
[[nodiscard]] std::vector<range> split_long(std::string_view text, range within, std::size_t limit);

/// `within` without the white space at its ends.
[[nodiscard]] range trim(std::string_view text, range within) noexcept;

[[nodiscard]] inline bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
[[nodiscard]] inline bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
[[nodiscard]] inline bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
[[nodiscard]] inline bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace agents::text
