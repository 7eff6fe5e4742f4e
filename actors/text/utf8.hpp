// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace agents::text {

/// Translates character offsets (code points, as Python counts them) of one text into byte offsets.
///
/// A byte that is not part of well-formed UTF-8 counts as one character. Cost: one pass to build, O(1) per offset;
/// the text must outlive the index;
/// 1/16 byte of memory per character.
class character_index {
 public:
  explicit character_index(std::string_view text);
  /// The byte where character `offset` begins; the size of the text for `offset == characters()`; nullopt beyond.
  [[nodiscard]] std::optional<std::int64_t> byte_of(std::int64_t offset) const;
  [[nodiscard]] std::int64_t characters() const noexcept { return characters_; }

 private:
  std::string_view text_;
  std::vector<std::int64_t> every_;  // the byte of each 128th character
  std::int64_t characters_ = 0;
};

/// The length in bytes of the character that begins at `text[at]`: 1 to 4; 1 for a byte that begins no character.
[[nodiscard]] std::size_t character_length(std::string_view text, std::size_t at) noexcept;

}  // namespace agents::text
