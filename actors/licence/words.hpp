// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace agents::licence {

/// One word of a text: where it stands, and a hash of its normal form.
struct word {
  std::uint32_t begin = 0;  ///< first byte
  std::uint32_t end = 0;    ///< one past the last byte
  std::uint64_t key = 0;    ///< equal for words that differ only in case or in the spelling "licence"
};

/// The words of a text, without anything that layout adds: case, line breaks, quotation marks, comment markers.
///
/// A word is a run of ASCII letters and digits; a dot between digits ("2.1") and plus signs at the end ("gplv2+",
/// "libstdc++") belong to it. Other bytes, UTF-8 included, separate. Texts above 4 GiB are cut there. O(bytes).
[[nodiscard]] std::vector<word> split_words(std::string_view text);

/// The key of one word that is already in lower case.
[[nodiscard]] std::uint64_t key_of(std::string_view lower_case_word) noexcept;

/// The bytes of a word.
[[nodiscard]] inline std::string_view text_of(std::string_view text, const word& w) {
  return text.substr(w.begin, w.end - w.begin);
}

}  // namespace agents::licence
