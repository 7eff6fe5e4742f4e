// SPDX-License-Identifier: Apache-2.0
#include "actors/text/sentence.hpp"

#include <string>

#include "tests/catch.hpp"

using namespace agents::text;

namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (const auto& r : sentences(text, {0, text.size()})) out.push_back(text.substr(r.begin, r.size()));
  return out;
}

}  // namespace

TEST_CASE("sentences end at marks before a capital") {
  CHECK(split("It ends. He said \"No.\" Then it went on; or not? Yes!") ==
        std::vector<std::string>{"It ends.", "He said \"No.\"", "Then it went on; or not?", "Yes!"});
}

TEST_CASE("abbreviations, initials and decimals do not end a sentence") {
  CHECK(split("Acme Inc. The U.S. Company and John F. Smith pay 1.5 No. 7 fees.").size() == 1);
  CHECK(split("This is under Sec. 12 of the Act. It applies.").size() == 2);
}

TEST_CASE("an abbreviation before a wide gap does end it") {
  CHECK(split("made by Acme Inc.   The term is one year.").size() == 2);
}

TEST_CASE("long sentences are cut at punctuation, and never within a character") {
  const std::string text = "first part; second part, third part";
  const auto parts = split_long(text, {0, text.size()}, 20);
  REQUIRE(parts.size() == 3);
  CHECK(text.substr(parts[0].begin, parts[0].size()) == "first part;");
  std::string wide;
  for (int i = 0; i < 40; ++i) wide += "\xC3\xA9";
  for (const auto& r : split_long(wide, {0, wide.size()}, 15))
    CHECK((static_cast<unsigned char>(wide[r.begin]) & 0xC0U) != 0x80U);
}
