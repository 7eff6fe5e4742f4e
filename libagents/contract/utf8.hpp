// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace agents {

/// The length in bytes (1 to 4) of the well-formed UTF-8 sequence at the start of `text`; 0 when it is ill-formed or
/// empty. Overlong forms, surrogates and code points above U+10FFFF are ill-formed (Unicode 15, table 3-7).
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The number of code points; each byte that is no part of a well-formed sequence counts as one.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

/// Appends a code point; anything that is no scalar value becomes U+FFFD.
void append_utf8(std::string& out, std::uint32_t code_point);

/// The first `max_bytes` bytes of `text`, cut before a code point that would be split.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept;

}  // namespace agents
