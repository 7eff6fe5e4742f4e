// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/regex.hpp"

#include "tests/catch.hpp"

using namespace agents;
using json_schema::regex;

namespace {

bool found(std::string_view pattern, std::string_view text) {
  const auto r = regex::compile(pattern);
  INFO(pattern << (r ? "" : ": " + to_string(r.error())));
  REQUIRE(r);
  return r->matches(text);
}

errc refusal(std::string_view pattern) {
  const auto r = regex::compile(pattern);
  INFO(pattern);
  REQUIRE_FALSE(r);
  return r.error().code;
}

}  // namespace

TEST_CASE("a pattern is searched anywhere; ^ and $ are the ends of the text") {
  CHECK(found("b", "abc"));
  CHECK_FALSE(found("^b", "abc"));
  CHECK_FALSE(found("^b", "a\nb"));
  CHECK_FALSE(found("b$", "b\n"));
}

TEST_CASE("the classes have the meaning of ECMA-262") {
  CHECK(found("^\\d$", "7"));
  CHECK_FALSE(found("^\\d$", "٣"));
  CHECK(found("^\\w+$", "aZ_9"));
  CHECK_FALSE(found("^\\w$", "é"));
  CHECK(found("^\\W$", "é"));
  CHECK(found("^\\s$", "\xC2\xA0"));
  CHECK(found("^\\s$", "\xEF\xBB\xBF"));
  CHECK(found("^\\s$", "\v"));
  CHECK_FALSE(found("^\\S$", "\xE2\x80\xA8"));
  CHECK(found("^[\\S]$", "é"));
  CHECK(found("^[\\D\\d]$", "x"));
  CHECK(found("^[\\w.-]+$", "a.b-c"));
  CHECK(found("^[\\w-.]+$", "a.b-c"));
}

TEST_CASE("a dot matches one code point but no line end") {
  CHECK(found("^.$", "😀"));
  for (const auto* end : {"\n", "\r", "\xE2\x80\xA8", "\xE2\x80\xA9"}) CHECK_FALSE(found("^.$", end));
  CHECK(found("^[^]$", "\n"));
  CHECK_FALSE(found("[]", "a"));
}

TEST_CASE("escapes for characters") {
  CHECK(found("^\\u00e9$", "é"));
  CHECK(found("^\\u{1F600}$", "😀"));
  CHECK(found("^\\uD83D\\uDE00$", "😀"));
  CHECK(found("^\\x41\\t\\cI\\0\\/\\-$", std::string_view{"A\t\t\0/-", 6}));
  CHECK(found("^[\\b]$", "\b"));
  CHECK(found("^\\^\\$\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\\\$", "^$.*+?()[]{}|\\"));
  CHECK(found("^[[:alpha:]]$", ":]"));
}

TEST_CASE("Unicode properties by short and long names, and scripts") {
  CHECK(found("^\\p{Letter}+$", "éπ"));
  CHECK(found("^\\p{Lu}$", "Π"));
  CHECK(found("^\\P{L}$", "1"));
  CHECK(found("^[\\p{Decimal_Number}x]+$", "x٣"));
  CHECK(found("^\\p{Script=Greek}$", "π"));
  CHECK(found("^\\p{gc=Uppercase_Letter}$", "A"));
  CHECK_FALSE(found("^\\p{ASCII}$", "é"));
  CHECK(refusal("\\p{Nonsense}") == errc::bad_input);
}

TEST_CASE("groups, named groups, repetition and alternatives") {
  CHECK(found("^(?<year>\\d{4})-(?:a|b){2,}$", "2024-aba"));
  CHECK(found("^(a+)+$", std::string(50'000, 'a')));
  CHECK_FALSE(found("^(a+)+$", std::string(50'000, 'a') + "!"));
}

TEST_CASE("what cannot be matched in bounded time is refused as unsupported, with the reason") {
  for (const auto* pattern : {"(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?<n>a)\\k<n>"})
    CHECK(refusal(pattern) == errc::unsupported);
  CHECK(regex::compile("(?=a)").error().message.find("look-around") != std::string::npos);
  CHECK(refusal(std::string(10'000, 'a')) == errc::unsupported);
}

TEST_CASE("malformed patterns are refused") {
  for (const auto* pattern :
       {"(", ")", "[a", "a\\", "\\q", "\\u12", "\\x1", "\\c1", "*a", "(?i)a", "[b-a]", "\\uD800", "\\01"})
    CHECK(refusal(pattern) == errc::bad_input);
}

TEST_CASE("a pattern keeps its source") { CHECK(regex::compile("\\d+")->source() == "\\d+"); }
