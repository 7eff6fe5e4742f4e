// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/printable.hpp"

#include <cstdint>

#include "libagents/contract/utf8.hpp"

namespace agents {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

void append_byte(std::string& out, char c) {
  const auto b = static_cast<std::uint8_t>(c);
  out += "\\x";
  out += hex[b >> 4];
  out += hex[b & 15U];
}

void append_code_point(std::string& out, std::uint32_t c) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex[(c >> shift) & 15U];
}

void append_ascii(std::string& out, char c) {
  const auto b = static_cast<std::uint8_t>(c);
  if (c == '\n')
    out += "\\n";
  else if (c == '\r')
    out += "\\r";
  else if ((b >= 0x20 && b != 0x7F) || c == '\t')
    out += c;
  else
    append_byte(out, c);
}

/// Of a well-formed sequence of two or three bytes; above that nothing is of interest here.
std::uint32_t code_point(std::string_view s) {
  const auto tail = [s](std::size_t i) { return static_cast<std::uint8_t>(s[i]) & 0x3FU; };
  const auto first = static_cast<std::uint8_t>(s[0]);
  if (s.size() == 2) return (first & 0x1FU) << 6 | tail(1);
  return s.size() == 3 ? (first & 0x0FU) << 12 | tail(1) << 6 | tail(2) : 0x10000;
}

/// C1, line and paragraph separator, embeddings, overrides and isolates of direction.
bool acts(std::uint32_t c) { return c <= 0x9F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_sequence_length(text);
    const auto sequence = text.substr(0, length == 0 ? 1 : length);
    if (length == 0)
      append_byte(out, text.front());
    else if (length == 1)
      append_ascii(out, text.front());
    else if (const auto c = code_point(sequence); acts(c))
      append_code_point(out, c);
    else
      out += sequence;
    text.remove_prefix(sequence.size());
  }
  return out;
}

std::string printable_lines(std::string_view text) {
  std::string out;
  for (;;) {
    const auto end = text.find('\n');
    out += printable(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace agents
