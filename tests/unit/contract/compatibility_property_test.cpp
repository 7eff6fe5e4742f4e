// SPDX-License-Identifier: Apache-2.0
// Random schemas and values: what `compatible` says never contradicts the validators.
#include <map>

#include "libagents/contract/compatibility.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/contract/schema.hpp"
#include "libagents/core/random.hpp"
#include "tests/catch.hpp"

using namespace agents;

namespace {

/// Draws schemas and values from a small world, so that they meet often.
class dice {
 public:
  explicit dice(std::uint64_t seed) : random_(seed) {}

  value schema(int depth) {
    if (depth == 0 || one_in(12)) return simple();
    switch (below(12)) {
      case 0: return object{{"anyOf", schemas(depth)}};
      case 1: return object{{"oneOf", schemas(depth)}};
      case 2: return object{{"allOf", schemas(depth)}};
      case 3: return object{{"not", schema(depth - 1)}};
      case 4: return object{{"if", schema(depth - 1)}, {"then", schema(depth - 1)}, {"else", schema(depth - 1)}};
      case 5:
      case 6: return array_schema(depth);
      case 7:
      case 8:
      case 9: return object_schema(depth);
      default: return simple();
    }
  }

  value any_value(int depth) {
    switch (below(depth == 0 ? 6 : 9)) {
      case 0: return nullptr;
      case 1: return one_in(2);
      case 2: return number();
      case 3: return static_cast<double>(number()) / 2;
      case 4: return text();
      case 5: return number();
      case 6: {
        array items;
        for (auto n = below(4); n > 0; --n) items.push_back(any_value(depth - 1));
        return items;
      }
      default: {
        object members;
        for (auto n = below(4); n > 0; --n) members[name()] = any_value(depth - 1);
        return members;
      }
    }
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_.below(n); }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::int64_t number() { return static_cast<std::int64_t>(below(9)) - 4; }
  std::string text() { return std::string(below(4), "ab"[below(2)]); }
  std::string_view name() {
    constexpr std::string_view names[] = {"a", "b", "c", "ab"};
    return names[below(4)];
  }

  array schemas(int depth) {
    array out;
    for (auto n = 1 + below(3); n > 0; --n) out.push_back(schema(depth - 1));
    return out;
  }

  value simple() {
    switch (below(9)) {
      case 0: return one_in(2);
      case 1: return object{{"type", type()}};
      case 2: return object{{"type", array{type(), type()}}};
      case 3: return object{{"enum", array{any_value(1), any_value(1), number()}}};
      case 4: return object{{"const", any_value(1)}};
      case 5: return object{{"type", "string"}, {"minLength", below(3)}, {"maxLength", 1 + below(4)}};
      case 6: return object{{"pattern", one_in(2) ? "^a" : "b$"}};
      default: return number_schema();
    }
  }

  value type() {
    constexpr const char* types[] = {"null", "boolean", "integer", "number", "string", "array", "object"};
    return types[below(7)];
  }

  value number_schema() {
    object out;
    if (one_in(2)) out["type"] = one_in(2) ? "integer" : "number";
    if (one_in(2)) out[one_in(2) ? "minimum" : "exclusiveMinimum"] = number();
    if (one_in(2)) out[one_in(2) ? "maximum" : "exclusiveMaximum"] = number();
    if (one_in(3)) out["multipleOf"] = static_cast<double>(1 + below(4)) / 2;
    return out;
  }

  value array_schema(int depth) {
    object out;
    if (one_in(2)) out["type"] = "array";
    if (one_in(2)) out["items"] = schema(depth - 1);
    if (one_in(3)) out["prefixItems"] = schemas(depth);
    if (one_in(3)) out["minItems"] = below(3);
    if (one_in(3)) out["maxItems"] = below(4);
    if (one_in(5)) out["uniqueItems"] = true;
    if (one_in(4)) {
      out["contains"] = schema(depth - 1);
      if (one_in(2)) out["minContains"] = below(3);
      if (one_in(2)) out["maxContains"] = below(3);
    }
    if (one_in(8)) out["unevaluatedItems"] = schema(depth - 1);
    return out;
  }

  value object_schema(int depth) {
    object out;
    if (one_in(2)) out["type"] = "object";
    if (!one_in(3)) out["properties"] = members(depth);
    if (one_in(2)) out["required"] = array{name()};
    if (one_in(3)) out["additionalProperties"] = schema(depth - 1);
    if (one_in(4)) out["patternProperties"] = object{{one_in(2) ? "^a" : "b$", schema(depth - 1)}};
    if (one_in(6)) out["propertyNames"] = object{{"maxLength", 1 + below(2)}};
    if (one_in(6)) out["minProperties"] = below(3);
    if (one_in(6)) out["maxProperties"] = below(3);
    if (one_in(6)) out["dependentRequired"] = object{{name(), array{name()}}};
    if (one_in(8)) out["dependentSchemas"] = object{{name(), schema(depth - 1)}};
    if (one_in(8)) out["unevaluatedProperties"] = schema(depth - 1);
    return out;
  }

  object members(int depth) {
    object out;
    for (auto n = 1 + below(3); n > 0; --n) out[name()] = one_in(10) ? value{object{{"$ref", "#"}}} : schema(depth - 1);
    return out;
  }

  seeded_random random_;
};

/// The same schema, a little relaxed or tightened: pairs that are close are the interesting ones.
value relaxed(dice& d, const value& a) {
  switch (static_cast<int>(d.any_value(0).is_null()) + static_cast<int>(d.any_value(0).is_number())) {
    case 0: return object{{"anyOf", array{a, d.schema(1)}}};
    case 1: return object{{"allOf", array{a, d.schema(1)}}};
    default: return a;
  }
}

}  // namespace

TEST_CASE("an answer of compatible never contradicts the validators on random schemas and values") {
  std::map<std::string_view, int> answers;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    dice d{seed};
    const auto a = d.schema(3);
    const auto b = seed % 3 == 0 ? relaxed(d, a) : d.schema(3);
    const auto producer = schema::compile(a);
    const auto consumer = schema::compile(b);
    if (!producer || !consumer) continue;
    const auto answer = compatible(a, b);
    ++answers[to_string(answer.result)];
    INFO("seed " << seed << "\n" << to_json(a) << "\n" << to_json(b) << "\n" << to_string(answer.result));
    if (answer.result == compatibility::result::no) {
      CHECK(producer->check(answer.counterexample));
      CHECK_FALSE(consumer->check(answer.counterexample));
    }
    if (answer.result != compatibility::result::yes) continue;
    for (int i = 0; i < 300; ++i) {
      const auto v = d.any_value(3);
      if (!producer->check(v) || consumer->check(v)) continue;
      INFO("refuted by " << to_json(v));
      CHECK(consumer->check(v));
      break;
    }
  }
  INFO("yes " << answers["yes"] << ", no " << answers["no"] << ", unknown " << answers["unknown"]);
  // The test is worth something only if all answers occur.
  CHECK(answers["yes"] > 100);
  CHECK(answers["no"] > 300);
  CHECK(answers["unknown"] < 300);
}

TEST_CASE("every schema is compatible with itself or unknown, never incompatible") {
  for (std::uint64_t seed = 5000; seed < 5300; ++seed) {
    const auto a = dice{seed}.schema(3);
    INFO(to_json(a));
    CHECK(compatible(a, a).result != compatibility::result::no);
  }
}
