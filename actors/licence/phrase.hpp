// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/licence/words.hpp"

namespace agents::licence {

/// A short pattern over words, for recognising set phrases whatever their layout.
///
/// Written as lower-case words with blanks between: `a|b` is either word, `?a` may be missing, `*` stands for up to 6
/// words, `**` for up to 40. The first item is a word (or alternatives), so that an index by first word finds
/// candidates. Matches are as short as their gaps allow.
class phrase {
 public:
  explicit phrase(std::string_view pattern);

  /// One past the last word of the match that begins at `at`, or nothing.
  [[nodiscard]] std::optional<std::size_t> match(std::span<const word> words, std::size_t at) const;
  /// The keys a match can begin with.
  [[nodiscard]] const std::vector<std::uint64_t>& first_keys() const { return items_.front().keys; }

 private:
  struct item {
    std::vector<std::uint64_t> keys;  ///< empty: a gap
    std::size_t gap = 0;
    bool optional = false;
  };

  [[nodiscard]] std::optional<std::size_t> match_from(std::span<const word> words, std::size_t at,
                                                      std::size_t index) const;
  [[nodiscard]] static item parse(std::string_view word);

  std::vector<item> items_;
};

/// Where a phrase of a book stands in a text; [first, last) are indexes of words.
struct phrase_hit {
  std::size_t phrase = 0;  ///< index in the book
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Many phrases, found in one pass over the words.
class phrase_book {
 public:
  explicit phrase_book(std::span<const std::string_view> patterns);

  /// All hits in the order of their first words. O(words · phrases that share a first word).
  [[nodiscard]] std::vector<phrase_hit> find_all(std::span<const word> words) const;

 private:
  std::vector<phrase> phrases_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_first_;
};

/// The first place in `words` where the phrase stands.
[[nodiscard]] std::optional<phrase_hit> find_first(const phrase& p, std::span<const word> words);

}  // namespace agents::licence
