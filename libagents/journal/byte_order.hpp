// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace agents::journal::detail {

/// Writes the lowest `size` bytes of `v`, highest first, and returns the end.
inline char* put_big_endian(char* to, std::uint64_t v, int size) noexcept {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) *to++ = static_cast<char>(v >> shift);
  return to;
}

/// The number that at most eight bytes stand for, highest byte first.
inline std::uint64_t get_big_endian(std::string_view bytes) noexcept {
  std::uint64_t v = 0;
  for (const char c : bytes) v = v << 8 | static_cast<std::uint8_t>(c);
  return v;
}

}  // namespace agents::journal::detail
