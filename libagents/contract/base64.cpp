// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/base64.hpp"

namespace agents {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_group(std::string& out, std::uint32_t bits, int digits) {
  for (int i = 0; i < 4; ++i) out += i < digits ? alphabet[(bits >> (18 - 6 * i)) & 0x3FU] : '=';
}

unexpected not_base64(std::size_t offset) {
  return unexpected{errc::bad_input, "not base64: byte " + std::to_string(offset) +
                                         " does not fit; use the padded standard alphabet (A-Z a-z 0-9 + /)"};
}

}  // namespace

void append_base64(std::string& out, const bytes& data) {
  out.reserve(out.size() + (data.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < data.size(); i += 3) {
    const auto left = data.size() - i;
    std::uint32_t bits = static_cast<std::uint32_t>(data[i]) << 16;
    if (left > 1) bits |= static_cast<std::uint32_t>(data[i + 1]) << 8;
    if (left > 2) bits |= data[i + 2];
    append_group(out, bits, left > 2 ? 4 : static_cast<int>(left) + 1);
  }
}

expected<bytes> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return not_base64(text.size());
  std::size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=') --digits;
  bytes out;
  out.reserve(digits * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const auto digit = alphabet.find(text[i]);
    if (digit == std::string_view::npos) return not_base64(i);
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<std::uint8_t>(bits >> count));
    bits &= (1U << count) - 1;
  }
  if (bits != 0) return not_base64(digits);
  return out;
}

}  // namespace agents
