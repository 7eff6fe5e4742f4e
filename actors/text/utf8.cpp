// SPDX-License-Identifier: Apache-2.0
#include "actors/text/utf8.hpp"

namespace agents::text {
namespace {

constexpr std::int64_t stride = 128;

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::size_t announced_length(unsigned char lead) noexcept {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 1;
}

}  // namespace

std::size_t character_length(std::string_view text, std::size_t at) noexcept {
  const auto length = announced_length(static_cast<unsigned char>(text[at]));
  if (at + length > text.size()) return 1;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(text[at + i])) return 1;
  return length;
}

character_index::character_index(std::string_view text) : text_(text) {
  for (std::size_t at = 0; at < text.size(); at += character_length(text, at)) {
    if (characters_ % stride == 0) every_.push_back(static_cast<std::int64_t>(at));
    ++characters_;
  }
}

std::optional<std::int64_t> character_index::byte_of(std::int64_t offset) const {
  if (offset < 0 || offset > characters_) return std::nullopt;
  if (offset == characters_) return static_cast<std::int64_t>(text_.size());
  auto at = static_cast<std::size_t>(every_[static_cast<std::size_t>(offset / stride)]);
  for (auto left = offset % stride; left > 0; --left) at += character_length(text_, at);
  return static_cast<std::int64_t>(at);
}

}  // namespace agents::text
