// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/phrase.hpp"

#include <array>
#include <string_view>

#include "tests/catch.hpp"

using namespace agents::licence;

namespace {

bool stands_in(std::string_view pattern, std::string_view text) {
  return find_first(phrase{pattern}, split_words(text)).has_value();
}

}  // namespace

TEST_CASE("words ignore case, layout and comment markers, and keep versions and plus signs") {
  const std::string_view text = "/* GNU\n * LICENCE, v2.1 GPLv2+ libstdc++. */";
  const auto words = split_words(text);
  REQUIRE(words.size() == 5);
  CHECK(words[0].key == key_of("gnu"));
  CHECK(words[1].key == key_of("license"));
  CHECK(text_of(text, words[2]) == "v2.1");
  CHECK(text_of(text, words[3]) == "GPLv2+");
  CHECK(text_of(text, words[4]) == "libstdc++");
}

TEST_CASE("a phrase matches alternatives, optional words and gaps") {
  CHECK(stands_in("redistribution in binary|source form", "Redistribution in\n # source form"));
  CHECK_FALSE(stands_in("redistribution in binary|source form", "redistribution in any form"));
  CHECK(stands_in("public ?license version 2", "public version 2"));
  CHECK(stands_in("must * retain", "must at all times retain"));
  CHECK_FALSE(stands_in("must * retain", "must a b c d e f g retain"));
  CHECK(stands_in("must ** retain", "must a b c d e f g retain"));
}

TEST_CASE("a book finds every phrase with its place") {
  const std::array<std::string_view, 2> patterns{"free of charge", "of charge"};
  const phrase_book book{patterns};
  const auto hits = book.find_all(split_words("granted, free of charge"));
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].phrase == 0);
  CHECK(hits[0].first == 1);
  CHECK(hits[0].last == 4);
  CHECK(hits[1].first == 2);
}

TEST_CASE("a phrase at the end of a text does not read beyond it") {
  CHECK_FALSE(stands_in("without any warranty", "without any"));
  CHECK_FALSE(stands_in("without ** warranty", "without"));
  CHECK(split_words("").empty());
}
