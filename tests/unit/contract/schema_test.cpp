// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema.hpp"

#include <cmath>
#include <thread>

#include "libagents/contract/json.hpp"
#include "tests/catch.hpp"

using namespace agents;

namespace {

value json(std::string_view text) { return parse_json(text).value(); }

schema compiled(std::string_view text, const schema_options& options = {}) {
  auto s = schema::compile(json(text), options);
  INFO(text << (s ? "" : ": " + to_string(s.error())));
  REQUIRE(s);
  return *s;
}

error refusal(std::string_view text) {
  const auto s = schema::compile(json(text));
  INFO(text);
  REQUIRE_FALSE(s);
  return s.error();
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

bool accepts(const schema& s, const value& v) { return s.check(v).has_value(); }

}  // namespace

TEST_CASE("a violation names the place, the rule, the demand and the value") {
  const auto s = compiled(R"({"properties": {"a/b": {"items": {"minimum": 3}}}})");
  const auto found = s.validate(json(R"({"a/b": [5, 1]})"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].instance == "/a~1b/1");
  CHECK(found[0].rule == "#/properties/a~1b/items/minimum");
  CHECK(found[0].message == "must be at least 3");
  CHECK(found[0].got == value{1});
  const auto error = s.check(json(R"({"a/b": [5, 1]})")).error();
  CHECK(error.code == errc::bad_input);
  CHECK(error.message == "at /a~1b/1: must be at least 3; got 1 (rule #/properties/a~1b/items/minimum)");
}

TEST_CASE("the rule of a schema with an identity is absolute, also behind a reference") {
  const auto s = compiled(R"({"$id": "https://example.com/s", "$ref": "#/$defs/n", "$defs": {"n": {"type": "null"}}})");
  const auto found = s.validate(1);
  REQUIRE(found.size() == 1);
  CHECK(found[0].rule == "https://example.com/s#/$defs/n/type");
}

TEST_CASE("validate finds all violations, up to the wanted number") {
  const auto s = compiled(R"({"properties": {"a": {"type": "null"}, "b": {"type": "null"}}, "required": ["c", "d"]})");
  CHECK(s.validate(json(R"({"a": 1, "b": 2})")).size() == 4);
  CHECK(s.validate(json(R"({"a": 1, "b": 2})"), 3).size() == 3);
  CHECK(s.validate(json(R"({"a": 1, "b": 2})"), 0).empty());
  CHECK(s.validate(json(R"({"c": 1, "d": 2})")).empty());
}

TEST_CASE("a failed alternative says why each of the first branches does not fit") {
  const auto s = compiled(R"({"anyOf": [{"type": "null"}, {"properties": {"x": {"const": 1}}, "type": "object"}]})");
  const auto found = s.validate(json(R"({"x": 2})"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].rule == "#/anyOf");
  CHECK(mentions(found[0].message, "1: must be of type null"));
  CHECK(mentions(found[0].message, "2: must be 1 (at /x)"));
}

TEST_CASE("large values appear in a violation as a bounded excerpt") {
  const auto found = compiled(R"({"type": "null"})").validate(std::string(5000, 'x'));
  REQUIRE(found.size() == 1);
  CHECK(found[0].got.as_string().size() < 100);
}

TEST_CASE("a malformed schema is refused with the place of the keyword") {
  CHECK(mentions(refusal(R"({"properties": {"x": {"minimum": "3"}}})").message,
                 "#/properties/x/minimum: must be a number"));
  CHECK(mentions(refusal(R"({"type": "int"})").message, "#/type"));
  CHECK(mentions(refusal(R"({"allOf": []})").message, "#/allOf"));
  CHECK(mentions(refusal(R"({"minLength": -1})").message, "#/minLength"));
  CHECK(mentions(refusal(R"({"multipleOf": 0})").message, "#/multipleOf"));
  CHECK(mentions(refusal(R"({"required": [1]})").message, "#/required"));
  CHECK(mentions(refusal(R"({"items": 3})").message, "#/items"));
  CHECK(mentions(refusal(R"({"enum": 3})").message, "#/enum"));
  CHECK(mentions(refusal(R"({"$id": "a#b"})").message, "$id"));
  CHECK(mentions(refusal("3").message, "object or a boolean"));
}

TEST_CASE("a reference that leads nowhere is refused, and nothing is fetched") {
  CHECK(mentions(refusal(R"({"$ref": "#/$defs/x"})").message, "/$defs/x"));
  CHECK(mentions(refusal(R"({"$ref": "#x"})").message, "anchor"));
  CHECK(mentions(refusal(R"({"items": {"$ref": "https://example.com/x"}})").message, "schema_options.documents"));
}

TEST_CASE("references reach the documents that are given, by map and by loader") {
  schema_options options;
  options.documents["https://example.com/a"] = share(json(R"({"$ref": "b#/$defs/n"})"));
  options.load = [](const std::string& uri) -> shared_value {
    return uri == "https://example.com/b" ? share(json(R"({"$defs": {"n": {"type": "null"}}})")) : nullptr;
  };
  const auto s = compiled(R"({"$ref": "https://example.com/a"})", options);
  CHECK(accepts(s, nullptr));
  CHECK_FALSE(accepts(s, 1));
}

TEST_CASE("relative references start from the base URI of the options") {
  schema_options options;
  options.base_uri = "https://example.com/dir/self";
  options.documents["https://example.com/dir/other"] = share(json(R"({"type": "null"})"));
  CHECK_FALSE(accepts(compiled(R"({"$ref": "other"})", options), 1));
}

TEST_CASE("other drafts and unknown vocabularies are refused as unsupported") {
  CHECK(refusal(R"({"$schema": "http://json-schema.org/draft-07/schema#"})").code == errc::unsupported);
  schema_options options;
  options.documents["urn:m"] = share(json(R"({"$vocabulary": {"urn:strange": true}})"));
  const auto s = schema::compile(json(R"({"$schema": "urn:m"})"), options);
  REQUIRE_FALSE(s);
  CHECK(s.error().code == errc::unsupported);
}

TEST_CASE("a schema that refers to itself without end is stopped at the depth limit") {
  const auto s = compiled(R"({"$ref": "#"})");
  const auto result = s.check(1);
  REQUIRE_FALSE(result);
  CHECK(mentions(result.error().message, "max_depth"));
  CHECK_FALSE(accepts(compiled(R"({"not": {"$ref": "#"}})"), 1));
  CHECK_FALSE(accepts(compiled(R"({"anyOf": [{"$ref": "#"}, true]})"), 1));
}

TEST_CASE("exponential work is stopped at the step limit, and never taken for a yes") {
  // Each level tries two branches of the next: 2^40 applications.
  std::string text = R"({"$defs": {"l0": {"type": "string"})";
  for (int i = 1; i <= 40; ++i) {
    const auto below = "{\"$ref\": \"#/$defs/l" + std::to_string(i - 1) + "\"}";
    text += ", \"l" + std::to_string(i) + "\": {\"anyOf\": [" + below + ", " + below + "]}";
  }
  const schema_options options{.max_steps = 100'000};
  const auto s = compiled(text + R"(}, "$ref": "#/$defs/l40"})", options);
  CHECK(mentions(s.check(1).error().message, "max_steps"));
  CHECK(accepts(s, "x"));
  CHECK_FALSE(accepts(compiled(text + R"(}, "not": {"$ref": "#/$defs/l40"}})", options), 1));
}

TEST_CASE("a deep value is stopped at the depth limit, a shallower one is not") {
  value v = array{};
  for (int i = 0; i < 200; ++i) v = array{std::move(v)};
  CHECK(accepts(compiled(R"({"items": {"$ref": "#"}})"), v));
  CHECK_FALSE(accepts(compiled(R"({"items": {"$ref": "#"}})", {.max_depth = 100}), v));
}

TEST_CASE("unique items of a long list cost no quadratic time") {
  array items;
  for (int i = 0; i < 200'000; ++i) items.emplace_back(i);
  const auto s = compiled(R"({"uniqueItems": true})", {.max_steps = 1'000'000});
  CHECK(accepts(s, items));
  items.emplace_back(77.0);
  CHECK_FALSE(accepts(s, items));
}

TEST_CASE("integers and doubles are compared exactly") {
  CHECK_FALSE(accepts(compiled(R"({"maximum": 9007199254740992})"), 9007199254740993));
  CHECK_FALSE(accepts(compiled(R"({"exclusiveMinimum": 9223372036854775807})"), INT64_MAX));
  CHECK(accepts(compiled(R"({"maximum": 9223372036854775808})"), INT64_MAX));
  CHECK(accepts(compiled(R"({"type": "integer"})"), 1e300));
  CHECK_FALSE(accepts(compiled(R"({"minimum": 0})"), std::nan("")));
}

TEST_CASE("multiples are decided in decimal, for all sizes") {
  CHECK(accepts(compiled(R"({"multipleOf": 0.1})"), 0.3));
  CHECK(accepts(compiled(R"({"multipleOf": 0.0001})"), 0.0075));
  CHECK_FALSE(accepts(compiled(R"({"multipleOf": 0.0001})"), 0.00751));
  CHECK_FALSE(accepts(compiled(R"({"multipleOf": 0.123456789})"), 1e308));
  CHECK(accepts(compiled(R"({"multipleOf": 0.5})"), 1e308));
  CHECK(accepts(compiled(R"({"multipleOf": 1e-300})"), 1e-299));
  CHECK_FALSE(accepts(compiled(R"({"multipleOf": 1e300})"), 1e-300));
  CHECK(accepts(compiled(R"({"multipleOf": 7})"), INT64_MIN / 7 * 7));
}

TEST_CASE("bytes are strings with their size as length and match no pattern") {
  CHECK(accepts(compiled(R"({"type": "string", "maxLength": 2})"), bytes{1, 2}));
  CHECK_FALSE(accepts(compiled(R"({"maxLength": 2})"), bytes{1, 2, 3}));
  CHECK_FALSE(accepts(compiled(R"({"pattern": ""})"), bytes{1}));
  CHECK_FALSE(accepts(compiled(R"({"type": "array"})"), bytes{1}));
}

TEST_CASE("long enumerations are looked up by hash with the same result") {
  array values;
  for (int i = 0; i < 1000; ++i) values.emplace_back(std::to_string(i) + "v");
  values.emplace_back(7);
  const auto s = schema::compile(object{{"enum", values}});
  REQUIRE(s);
  CHECK(accepts(*s, "999v"));
  CHECK(accepts(*s, 7.0));
  CHECK_FALSE(accepts(*s, "1000v"));
}

TEST_CASE("format is an annotation unless asked to be an assertion") {
  CHECK(accepts(compiled(R"({"format": "date"})"), "never"));
  const auto strict = compiled(R"({"format": "date"})", {.assert_formats = true});
  CHECK(accepts(strict, "2024-02-29"));
  CHECK_FALSE(accepts(strict, "2023-02-29"));
  CHECK(accepts(strict, 3));
  CHECK(accepts(compiled(R"({"format": "unheard-of"})", {.assert_formats = true}), "x"));
}

TEST_CASE("unevaluated members of objects with more than 128 members are still found") {
  object v;
  for (int i = 0; i < 300; ++i) v[std::to_string(i) + "p"] = i;
  const auto s = compiled(R"({"patternProperties": {"p$": true}, "unevaluatedProperties": false})");
  CHECK(accepts(s, v));
  v["q"] = 1;
  const auto found = s.validate(v);
  REQUIRE(found.size() == 1);
  CHECK(found[0].instance == "/q");
}

TEST_CASE("one compiled schema serves several threads, and copies share it") {
  const auto s = compiled(R"({"properties": {"a": {"pattern": "^[a-z]+$"}}, "unevaluatedProperties": false})");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (auto& count : wrong)
    threads.emplace_back([copy = s, &count] {
      for (int i = 0; i < 500; ++i) {
        count += accepts(copy, object{{"a", "abc"}}) ? 0 : 1;
        count += accepts(copy, object{{"a", "ABC"}}) ? 1 : 0;
      }
    });
  for (auto& t : threads) t.join();
  CHECK(wrong == std::vector<int>(4, 0));
}
