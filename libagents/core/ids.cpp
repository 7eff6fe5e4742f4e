// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/ids.hpp"

#include <cstring>

namespace agents {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

uuid uuid::make(time_point now, random& source) {
  uuid id;
  const auto ms = static_cast<std::uint64_t>(now.ns / 1'000'000);
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  const auto a = source.next();
  const auto b = source.next();
  std::memcpy(id.bytes.data() + 6, &a, 2);
  std::memcpy(id.bytes.data() + 8, &b, 8);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x70);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

std::string uuid::to_string() const {
  std::string text;
  text.reserve(36);
  for (const auto byte : bytes) {
    if (is_dash_position(text.size())) text += '-';
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::optional<uuid> uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  uuid id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int v = hex_value(text[i]);
    if (v < 0) return std::nullopt;
    id.bytes[nibble / 2] = static_cast<std::uint8_t>(id.bytes[nibble / 2] << 4 | v);
    ++nibble;
  }
  return id;
}

}  // namespace agents

std::size_t std::hash<agents::run_id>::operator()(const agents::run_id& id) const noexcept {
  std::uint64_t low = 0;
  std::memcpy(&low, id.bytes.data() + 8, 8);  // the random half
  return low;
}
