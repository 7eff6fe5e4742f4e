// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents {

/// What a text or a byte sequence from outside may cost. Larger input is refused before memory is spent on it.
struct parse_limits {
  std::size_t max_bytes = std::size_t{64} << 20;
  int max_depth = 128;                ///< nested arrays and objects; the top one counts as 1
  std::size_t max_nodes = 4'000'000;  ///< values of any kind, each member and item counted
};

/// Parses one JSON text (RFC 8259, UTF-8).
///
/// Integers outside int64 become double; `1.0` and `-0` stay double. Of members with the same name the last wins.
/// Errors
/// (`bad_input`) name line and column, counted from 1 and in bytes, and never quote the text.
[[nodiscard]] expected<value> parse_json(std::string_view text, const parse_limits& limits = {});

enum class json_style : std::uint8_t { compact, pretty };

/// The JSON text of a value; always valid JSON and valid UTF-8.
///
/// Members come in the order of their names. Doubles are written in the shortest form that reads back as the same
/// double, with a point or an exponent. What JSON cannot say: bytes become a base64 string, NaN and infinities become
/// null, and each broken UTF-8 byte becomes U+FFFD. Control characters, DEL and C1 too, are escaped: the text does
/// nothing to a terminal.
[[nodiscard]] std::string to_json(const value& v, json_style style = json_style::compact);

/// Appends `to_json(v)` to `out`.
void append_json(std::string& out, const value& v, json_style style = json_style::compact);

/// A JSON text of at most about `max_bytes` bytes, for messages; what does not fit is cut and marked with "…".
/// The cost is bounded by `max_bytes`, not by the size of the value.
[[nodiscard]] std::string json_excerpt(const value& v, std::size_t max_bytes = 80);

}  // namespace agents
