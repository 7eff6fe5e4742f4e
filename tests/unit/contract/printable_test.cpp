// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/printable.hpp"

#include "libagents/contract/json.hpp"
#include "tests/catch.hpp"

using namespace agents;

TEST_CASE("what would act on a terminal or begin a line is shown") {
  CHECK(printable("p\x1b[2Jq\nFAKE ALERT") == "p\\x1b[2Jq\\nFAKE ALERT");
  CHECK(printable("\x1b]0;title\x07\r\x7f") == "\\x1b]0;title\\x07\\r\\x7f");
  CHECK(printable("\xC2\x9B"
                  "31m \xC2\x85") == "\\u009b31m \\u0085");
  CHECK(printable("\xE2\x80\xAE\xE2\x80\xA8\xE2\x81\xA6") == "\\u202e\\u2028\\u2066");
  CHECK(printable(std::string_view{"\0", 1}) == "\\x00");
}

TEST_CASE("what is no UTF-8 is shown byte by byte") {
  CHECK(printable("a\xff"
                  "b\xC2") == "a\\xffb\\xc2");
  CHECK(printable("\xC0\x9B") == "\\xc0\\x9b");           // overlong
  CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");  // a surrogate
}

TEST_CASE("every other text stays as it is") {
  for (const std::string text : {"", "a\tb", "C:\\new", "Grüße, 你好 🙂 «x»", "\xC2\xA0", "\xE2\x80\xA7"})
    CHECK(printable(text) == text);
}

TEST_CASE("a text with lines keeps them, and nothing else") {
  CHECK(printable_lines("one\n\ttwo\x1b\n") == "one\n\ttwo\\x1b\n");
  CHECK(printable_lines("one\r\ntwo") == "one\\r\ntwo");
}

TEST_CASE("JSON can be printed: it holds no control character") {
  const std::string text = "\x7f \xC2\x9B \xC2\x80 \xC2\xA0 \x1b";
  const auto json = to_json(value{text});
  CHECK(json == "\"\\u007f \\u009b \\u0080 \xC2\xA0 \\u001b\"");
  CHECK(parse_json(json)->as_string() == text);
}
