// SPDX-License-Identifier: Apache-2.0
#include "actors/text/heading.hpp"

#include "tests/catch.hpp"

using namespace agents::text;

namespace {

int level(std::string_view text) {
  const auto e = enumerator_at(text);
  return e ? e->level : -1;
}

}  // namespace

TEST_CASE("enumerators of contracts are recognised with their level") {
  CHECK(level("ARTICLE IV Payment") == 0);
  CHECK(level("Section 3. Term") == 1);
  CHECK(level("1. Definitions") == 1);
  CHECK(level("12.3 Notices") == 2);
  CHECK(level("12.3.4 Notices") == 3);
  CHECK(level("(a) the Company") == 4);
  CHECK(level("(iv) the Company") == 5);
}

TEST_CASE("amounts, years, mentions and words in brackets are no enumerators") {
  CHECK(level("30 days") == -1);
  CHECK(level("2020. Then") == -1);
  CHECK(level("Exhibit D shall be attached") == -1);
  CHECK(level("(the \"Company\")") == -1);
  CHECK(level("1.5% of") == -1);
}

TEST_CASE("a title is cut off the text that follows it") {
  const std::string_view unit = "15.2 Termination for Convenience. Either party may terminate.";
  const auto t = title_of(unit);
  REQUIRE(t);
  CHECK(t->text == "Termination for Convenience");
  CHECK(t->level == 2);
  CHECK(unit.substr(t->body) == "Either party may terminate.");
}

TEST_CASE("a numbered sentence has no title") {
  CHECK_FALSE(title_of("3.1 The Company shall pay all fees within thirty days."));
  CHECK_FALSE(title_of("(a) pay all fees;"));
}

TEST_CASE("short capitalised lines are headings") {
  const auto t = title_of("LIMITATION OF LIABILITY");
  REQUIRE(t);
  CHECK(t->body == 23);
  CHECK_FALSE(title_of("pays the fees"));
  CHECK_FALSE(title_of("Name: John Smith"));
}

TEST_CASE("a heading replaces those of its own and of deeper levels") {
  heading_path path;
  path.enter(1, "TERM");
  path.enter(2, "Renewal");
  path.enter(4, "");
  CHECK(path.to_string() == "TERM > Renewal");
  path.enter(2, "Termination");
  CHECK(path.to_string() == "TERM > Termination");
  path.enter(1, "FEES");
  CHECK(path.to_string() == "FEES");
}

TEST_CASE("what a page break leaves behind is recognised") {
  CHECK(is_page_furniture("12"));
  CHECK(is_page_furniture("- 4 -"));
  CHECK(is_page_furniture("Page 6 of 20"));
  CHECK(is_page_furniture("Source: ACME, 10-K, 3/1/2019"));
  CHECK_FALSE(is_page_furniture("Payment terms"));
}
