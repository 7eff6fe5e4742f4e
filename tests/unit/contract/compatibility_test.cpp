// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/compatibility.hpp"

#include "libagents/contract/fields.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/contract/schema.hpp"
#include "tests/catch.hpp"

using namespace agents;

namespace {

value json(std::string_view text) { return parse_json(text).value(); }

compatibility asked(std::string_view a, std::string_view b) {
  const auto answer = compatible(json(a), json(b));
  INFO(a << "  →  " << b << ": " << to_string(answer.result) << " " << to_json(answer.counterexample) << " "
         << answer.reason);
  if (answer.result == compatibility::result::no) {
    CHECK(schema::compile(json(a))->check(answer.counterexample));
    CHECK_FALSE(schema::compile(json(b))->check(answer.counterexample));
    CHECK_FALSE(answer.reason.empty());
  }
  if (answer.result == compatibility::result::unknown) CHECK_FALSE(answer.reason.empty());
  return answer;
}

struct question {
  const char* producer;
  const char* consumer;
};

void check_all(enum compatibility::result wanted, const std::vector<question>& questions) {
  for (const auto& [a, b] : questions) {
    const auto answer = asked(a, b);
    INFO(a << "  →  " << b << ": " << answer.reason << " " << to_json(answer.counterexample));
    CHECK(to_string(answer.result) == to_string(wanted));
  }
}

constexpr auto yes = compatibility::result::yes;
constexpr auto no = compatibility::result::no;
constexpr auto unknown = compatibility::result::unknown;

struct passage {
  std::string text;
  double score = 0;
  std::optional<std::string> source;
  AGENTS_FIELDS(text, score, source)
};
struct passages {
  std::vector<passage> items;
  std::map<std::string, std::int32_t> counts;
  AGENTS_FIELDS(items, counts)
};

}  // namespace

TEST_CASE("narrower types, bounds and lengths satisfy wider ones") {
  check_all(yes, {{R"({"type": "integer"})", R"({"type": "number"})"},
                  {R"({"type": "integer"})", R"({"type": ["number", "null"]})"},
                  {R"({"type": "string"})", "true"},
                  {"false", R"({"type": "string"})"},
                  {"{}", R"({"description": "anything"})"},
                  {R"({"minimum": 3, "maximum": 5})", R"({"minimum": 2, "exclusiveMaximum": 6})"},
                  {R"({"type": "integer", "exclusiveMinimum": 2})", R"({"minimum": 3})"},
                  {R"({"multipleOf": 0.6})", R"({"multipleOf": 0.3})"},
                  {R"({"type": "integer"})", R"({"multipleOf": 0.5})"},
                  {R"({"multipleOf": 2, "type": "number"})", R"({"type": "integer"})"},
                  {R"({"type": "string", "minLength": 2, "maxLength": 3})", R"({"minLength": 1})"},
                  {R"({"pattern": "^a+$", "maxLength": 3})", R"({"pattern": "^a+$"})"},
                  {R"({"enum": [1, 2, "x"]})", R"({"type": ["integer", "string"], "maximum": 2})"},
                  {R"({"type": "boolean"})", R"({"enum": [true, false, null]})"},
                  {R"({"const": {"a": [1]}})", R"({"properties": {"a": {"items": {"minimum": 1}}}})"}});
}

TEST_CASE("wider types, bounds and lengths are refuted by a value") {
  check_all(no, {{R"({"type": "number"})", R"({"type": "integer"})"},
                 {"true", R"({"type": "string"})"},
                 {R"({"type": ["integer", "null"]})", R"({"type": "integer"})"},
                 {R"({"minimum": 2})", R"({"minimum": 3})"},
                 {R"({"type": "integer", "minimum": 3})", R"({"exclusiveMinimum": 3})"},
                 {R"({"type": "integer", "multipleOf": 2})", R"({"multipleOf": 3})"},
                 {R"({"type": "string", "maxLength": 300})", R"({"maxLength": 299})"},
                 {R"({"type": "string"})", R"({"pattern": "^[a-z]+$"})"},
                 {R"({"enum": ["a", "b"]})", R"({"enum": ["a"]})"},
                 {R"({"type": "string"})", R"({"enum": ["a"]})"},
                 {R"({"type": "integer"})", R"({"not": {"const": 7}})"}});
}

TEST_CASE("objects: required members, member types and closed objects") {
  check_all(yes,
            {{R"({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})",
              R"({"type": "object", "properties": {"a": {"type": "number"}}})"},
             {R"({"type": "object", "properties": {"a": {"const": 1}}, "additionalProperties": false})",
              R"({"maxProperties": 1, "propertyNames": {"enum": ["a", "b"]}})"},
             {R"({"type": "object", "additionalProperties": {"type": "integer"}})",
              R"({"additionalProperties": {"type": "number"}})"},
             {R"({"properties": {"a": false}})", R"({"properties": {"a": {"type": "null"}}})"},
             {R"({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false})",
              R"({"patternProperties": {"^x": {"type": "number"}}})"},
             {R"({"required": ["a", "b"]})", R"({"dependentRequired": {"a": ["b"]}, "minProperties": 2})"},
             {R"({"type": "object", "propertyNames": {"maxLength": 3}})", R"({"propertyNames": {"maxLength": 4}})"}});
  check_all(no, {{R"({"type": "object", "properties": {"a": {"type": "integer"}}})", R"({"required": ["a"]})"},
                 {R"({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})",
                  R"({"properties": {"a": {"type": "integer"}}, "additionalProperties": false})"},
                 {R"({"type": "object", "properties": {"a": {"type": ["integer", "null"]}}, "required": ["a"]})",
                  R"({"properties": {"a": {"type": "integer"}}})"},
                 {R"({"type": "object"})", R"({"properties": {"deep": {"properties": {"deeper": {"minimum": 3}}}}})"},
                 {R"({"patternProperties": {"^x": {"type": "integer"}}})",
                  R"({"additionalProperties": {"type": "integer"}})"},
                 {R"({"type": "object"})", R"({"maxProperties": 1})"},
                 {R"({"type": "object"})", R"({"dependentRequired": {"a": ["b"]}})"}});
}

TEST_CASE("arrays: items, prefixes, lengths, uniqueness and contains") {
  check_all(yes, {{R"({"type": "array", "items": {"type": "integer"}})", R"({"items": {"type": "number"}})"},
                  {R"({"type": "array", "prefixItems": [{"const": 1}, {"const": "a"}], "items": false})",
                   R"({"items": {"type": ["integer", "string"]}, "maxItems": 2})"},
                  {R"({"items": {"type": "integer"}, "minItems": 2, "type": "array"})",
                   R"({"contains": {"type": "integer"}, "minContains": 2})"},
                  {R"({"maxItems": 1})", R"({"uniqueItems": true})"},
                  {R"({"items": false})", R"({"items": {"type": "null"}})"},
                  {R"({"contains": {"const": 1}})", R"({"contains": {"type": "integer"}})"}});
  check_all(no, {{R"({"type": "array", "items": {"type": "number"}})", R"({"items": {"type": "integer"}})"},
                 {R"({"type": "array"})", R"({"minItems": 1})"},
                 {R"({"type": "array", "items": {"type": "integer"}})", R"({"uniqueItems": true})"},
                 {R"({"type": "array", "prefixItems": [{"const": 1}]})", R"({"items": {"type": "integer"}})"},
                 {R"({"type": "array", "maxItems": 5})", R"({"maxItems": 4})"},
                 {R"({"type": "array"})", R"({"contains": {"const": 1}})"}});
}

TEST_CASE("alternatives on both sides") {
  check_all(
      yes,
      {{R"({"anyOf": [{"type": "integer"}, {"type": "null"}]})", R"({"type": ["number", "null"]})"},
       {R"({"type": ["integer", "null"]})", R"({"anyOf": [{"type": "null"}, {"type": "number"}]})"},
       {R"({"type": ["integer", "null"]})", R"({"oneOf": [{"type": "null"}, {"type": "number"}]})"},
       {R"({"allOf": [{"minimum": 1}, {"type": "integer"}]})", R"({"type": "number", "minimum": 0})"},
       {R"({"type": "integer", "minimum": 1})", R"({"allOf": [{"minimum": 0}, {"not": {"type": "string"}}]})"},
       {R"({"minimum": 5, "type": "number"})", R"({"not": {"type": "number", "maximum": 4}})"},
       {R"({"oneOf": [{"type": "object", "properties": {"k": {"const": "a"}, "n": {"type": "integer"}}, "required": ["k", "n"]},
                      {"type": "object", "properties": {"k": {"const": "b"}}, "required": ["k"]}]})",
        R"({"oneOf": [{"type": "object", "properties": {"k": {"const": "b"}}, "required": ["k"]},
                      {"type": "object", "properties": {"k": {"const": "a"}, "n": {"type": "number"}}, "required": ["k"]}]})"},
       {R"({"type": "string"})", R"({"if": {"type": "integer"}, "then": {"minimum": 3}})"},
       {R"({"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "null"}})",
        R"({"type": ["string", "null"]})"}});
  check_all(no, {{R"({"anyOf": [{"type": "integer"}, {"type": "null"}]})", R"({"type": "number"})"},
                 {R"({"type": "integer"})", R"({"oneOf": [{"minimum": 0}, {"maximum": 0}]})"},
                 {R"({"type": "integer"})", R"({"anyOf": [{"minimum": 1}, {"maximum": -1}]})"},
                 {R"({"type": "integer"})", R"({"if": {"minimum": 10}, "then": {"multipleOf": 2}})"}});
}

TEST_CASE("recursive schemas are proved by induction and refuted by a nested value") {
  constexpr auto tree = R"({"$defs": {"t": {"type": "object", "properties": {"v": {"type": "integer"},
    "kids": {"type": "array", "items": {"$ref": "#/$defs/t"}}}, "required": ["v"]}}, "$ref": "#/$defs/t"})";
  constexpr auto wide =
      R"({"type": "object", "properties": {"v": {"type": "number"}, "kids": {"items": {"$ref": "#"}}}})";
  constexpr auto strict =
      R"({"type": "object", "properties": {"v": {"type": "integer"}, "kids": {"items": {"$ref": "#"}}},
    "required": ["kids"]})";
  check_all(yes, {{tree, wide}, {tree, tree}});
  check_all(no, {{tree, strict}, {wide, tree}});
}

TEST_CASE("a schema that only refers to itself proves nothing") {
  CHECK(asked(R"({"type": "integer"})", R"({"$ref": "#"})").result == unknown);
  CHECK(asked(R"({"type": "integer"})", R"({"anyOf": [{"$ref": "#"}]})").result == unknown);
}

TEST_CASE("what is not decided is unknown, with the rule that could not be shown") {
  const auto answer = asked(R"({"type": "string", "pattern": "^a$"})", R"({"pattern": "^(a|a)$"})");
  CHECK(answer.result == unknown);
  CHECK(answer.reason.find("#/pattern") != std::string::npos);
  CHECK(asked(R"({"type": 3})", "true").reason.find("producer") != std::string::npos);
  CHECK(asked("true", R"({"type": 3})").reason.find("consumer") != std::string::npos);
}

TEST_CASE("the reason of a no names the broken rule of the consumer") {
  const auto answer = asked(R"({"type": "integer"})", R"({"minimum": 3})");
  CHECK(answer.result == no);
  CHECK(answer.reason.find("#/minimum") != std::string::npos);
}

TEST_CASE("the schema of a struct satisfies itself and a consumer that asks for less") {
  const auto own = schema_of<passages>();
  CHECK(compatible(own, own).result == yes);
  CHECK(compatible(own, json(R"({"properties": {"items": {"items": {"required": ["text"]}}}})")).result == yes);
  CHECK(compatible(own, json(R"({"properties": {"items": {"items": {"required": ["source"]}}}})")).result == no);
}
