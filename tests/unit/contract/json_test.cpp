// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/json.hpp"

#include <cmath>
#include <limits>

#include "libagents/contract/fields.hpp"
#include "libagents/contract/schema.hpp"
#include "libagents/contract/utf8.hpp"
#include "tests/catch.hpp"

using namespace agents;

namespace {

value parsed(std::string_view text) {
  auto v = parse_json(text);
  INFO(text << (v ? "" : ": " + to_string(v.error())));
  REQUIRE(v);
  return *v;
}

std::string refusal(std::string_view text, const parse_limits& limits = {}) {
  const auto v = parse_json(text, limits);
  INFO(text);
  REQUIRE_FALSE(v);
  CHECK(v.error().code == errc::bad_input);
  return v.error().message;
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("JSON text becomes values of the same kinds") {
  const auto v = parsed(R"({"a": [1, 2.5, "x", null, true], "b": {"c": {}}})");
  CHECK(v == value{object{{"a", array{1, 2.5, "x", nullptr, true}}, {"b", object{{"c", object{}}}}}});
  CHECK(parsed("-9223372036854775808") == value{INT64_MIN});
}

TEST_CASE("numbers with a point, an exponent or a minus zero are doubles, and so are integers beyond int64") {
  CHECK(parsed("1.0").type() == value::kind::number);
  CHECK(parsed("1e2").type() == value::kind::number);
  CHECK(parsed("9223372036854775807").is_integer());
  CHECK(parsed("9223372036854775808").type() == value::kind::number);
  CHECK(parsed("123456789012345678901234567890").as_number() == 123456789012345678901234567890.0);
  CHECK(std::signbit(parsed("-0").as_number()));
  CHECK(parsed("0").is_integer());
}

TEST_CASE("of members with the same name the last wins") {
  CHECK(parsed(R"({"a": 1, "b": 2, "a": 3})") == value{object{{"a", 3}, {"b", 2}}});
}

TEST_CASE("malformed JSON is refused with line and column") {
  CHECK(mentions(refusal("{\n  \"a\": 1,\n  \"b\" 2\n}"), "line 3, column 7"));
  CHECK(mentions(refusal(""), "empty"));
  CHECK(mentions(refusal("[1, 2"), "line 1, column 5"));
  for (const auto* text : {"[1,]", "{\"a\":}", "01", "tru", "1 2", "\"\\ud800\"", "'a'", "1e999", "[1]]", "nan", "+1"})
    CHECK(mentions(refusal(text), "line 1, column "));
}

TEST_CASE("the text of a JSON error does not quote the input") {
  CHECK_FALSE(mentions(refusal(R"({"password": hunter2})"), "hunter"));
  CHECK_FALSE(mentions(refusal("\"secret\x01\""), "secret"));
}

TEST_CASE("bytes that are not UTF-8 and zero bytes are refused") {
  CHECK(mentions(refusal("\"\xC3(\""), "UTF-8"));
  CHECK(mentions(refusal("\"\xED\xA0\x80\""), "UTF-8"));
  CHECK(mentions(refusal(std::string_view{"1\0{", 3}), "zero byte"));
}

TEST_CASE("depth, size and number of values are limited exactly") {
  CHECK(parse_json("[[[]]]", {.max_depth = 3}));
  CHECK(mentions(refusal("[[[]]]", {.max_depth = 2}), "line 1, column 3"));
  CHECK(parse_json("[1,2]", {.max_bytes = 5}));
  CHECK(mentions(refusal("[1,2]", {.max_bytes = 4}), "max_bytes"));
  CHECK(parse_json("[1,2]", {.max_nodes = 3}));
  CHECK(mentions(refusal("[1,2]", {.max_nodes = 2}), "max_nodes"));
  CHECK(mentions(refusal(std::string(1'000'000, '[')), "max_depth"));
}

TEST_CASE("doubles are printed in the shortest form that stays a double") {
  CHECK(to_json(0.1) == "0.1");
  CHECK(to_json(1.0) == "1.0");
  CHECK(to_json(-0.0) == "-0.0");
  CHECK(to_json(1e300) == "1e+300");
  CHECK(to_json(1.0 / 3) == "0.3333333333333333");
  CHECK(to_json(7) == "7");
  for (const double v : {0.1, 1e-310, 1.7976931348623157e308, 123456.75, 5e-324, 1e16, 1e21})
    CHECK(parsed(to_json(v)).as_number() == v);
}

namespace {

struct attachment {
  std::string name;
  bytes data;
  std::optional<bytes> thumbnail;
  std::vector<bytes> parts;
  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor& visit) {
    visit("name", self.name);
    visit("data", self.data, {.max_length = 4});
    visit("thumbnail", self.thumbnail);
    visit("parts", self.parts);
  }
};

}  // namespace

TEST_CASE("a field of bytes survives the way over JSON as base64, which its schema declares") {
  const attachment sent{"a", {0x00, 0xff, 0x80, 0x0a}, bytes{'x'}, {{}, {1, 2, 3}}};
  const auto text = to_json(to_value(sent));
  CHECK(text.find("\"data\":\"AP+ACg==\"") != std::string::npos);
  const auto parsed = parse_json(text);
  REQUIRE(parsed);
  const auto contract = schema::compile(schema_of<attachment>());
  REQUIRE(contract);
  CHECK(contract->check(*parsed));
  CHECK(contract->check(to_value(sent)));
  const auto received = from_value<attachment>(*parsed);
  REQUIRE(received);
  CHECK(received->data == sent.data);
  CHECK(received->thumbnail == sent.thumbnail);
  CHECK(received->parts == sent.parts);
  CHECK(from_value<attachment>(to_value(sent))->data == sent.data);
  const auto declared = *schema_of<attachment>().find("properties")->find("data");
  CHECK(declared == value{object{{"type", "string"}, {"contentEncoding", "base64"}, {"maxLength", 8}}});
}

TEST_CASE("text that is no base64 is refused as bytes, with the place") {
  for (const auto* wrong : {"AP+ACg=", "not base64", "AP-ACg==", "A"}) {
    const auto r = from_value<attachment>(object{{"name", "a"}, {"data", wrong}, {"parts", array{}}});
    REQUIRE_FALSE(r);
    CHECK(r.error().code == errc::bad_input);
    CHECK(r.error().message.find("at /data: ") == 0);
  }
  CHECK_FALSE(from_value<attachment>(object{{"name", "a"}, {"data", 3}, {"parts", array{}}}));
}

TEST_CASE("what JSON cannot say is replaced: NaN by null, bytes by base64, broken UTF-8 by U+FFFD") {
  CHECK(to_json(std::nan("")) == "null");
  CHECK(to_json(-std::numeric_limits<double>::infinity()) == "null");
  CHECK(to_json(bytes{'a', 'b', 'c', 'd'}) == "\"YWJjZA==\"");
  CHECK(to_json("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
  CHECK(to_json("\xE2\x82") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("quotes, backslashes and control characters are escaped; other text is kept") {
  CHECK(to_json("\"\\\n\t\x01/ü€😀") == "\"\\\"\\\\\\n\\t\\u0001/ü€😀\"");
  CHECK(to_json(object{{"a\"", 1}}) == R"({"a\"":1})");
}

TEST_CASE("the pretty style indents by two and keeps empty containers short") {
  const value v{object{{"a", array{1, object{}}}, {"b", array{}}}};
  CHECK(to_json(v) == R"({"a":[1,{}],"b":[]})");
  CHECK(to_json(v, json_style::pretty) == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST_CASE("printed JSON reads back as the same value") {
  const value v{
      object{{"ints", array{0, -1, INT64_MAX, INT64_MIN}}, {"text", "\x7F\x1F ü"}, {"nested", array{array{}}}}};
  CHECK(parsed(to_json(v)) == v);
  CHECK(parsed(to_json(v, json_style::pretty)) == v);
}

TEST_CASE("an excerpt is bounded, is valid UTF-8 and marks what was cut") {
  CHECK(json_excerpt(array{1, 2}) == "[1,2]");
  for (std::size_t limit = 0; limit < 40; ++limit) {
    const auto text = json_excerpt(array{"äöüßäöüßäöüß", bytes(100), object{{"ä", array(50, 1)}}}, limit);
    CHECK(text.size() <= limit + 3);
    CHECK(is_utf8(text));
    CHECK(mentions(text, "…"));
  }
}
