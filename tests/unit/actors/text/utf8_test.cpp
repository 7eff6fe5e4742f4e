// SPDX-License-Identifier: Apache-2.0
#include "actors/text/utf8.hpp"

#include <string>

#include "tests/catch.hpp"

using agents::text::character_index;

TEST_CASE("characters are translated into bytes") {
  const std::string text = "a\xC3\xA9\xE2\x80\x9Cz\xF0\x9F\x98\x80!";  // a é “ z 😀 !
  const character_index index{text};
  CHECK(index.characters() == 6);
  CHECK(index.byte_of(0) == 0);
  CHECK(index.byte_of(1) == 1);
  CHECK(index.byte_of(2) == 3);
  CHECK(index.byte_of(3) == 6);
  CHECK(index.byte_of(4) == 7);
  CHECK(index.byte_of(5) == 11);
  CHECK(index.byte_of(6) == 12);
  CHECK_FALSE(index.byte_of(7));
  CHECK_FALSE(index.byte_of(-1));
}

TEST_CASE("a byte outside well-formed UTF-8 counts as one character") {
  const character_index index{"\x80\xC3(\xE2\x80"};
  CHECK(index.characters() == 5);
  CHECK(index.byte_of(3) == 3);
}

TEST_CASE("offsets beyond the first stride are exact") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += i % 3 == 0 ? "\xC3\xA9" : "x";
  const character_index index{text};
  std::int64_t byte = 0;
  for (std::int64_t i = 0; i < 1000; ++i) {
    REQUIRE(index.byte_of(i) == byte);
    byte += i % 3 == 0 ? 2 : 1;
  }
}
