// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/schema_parts.hpp"

#include <algorithm>

#include "libagents/contract/compatibility.hpp"
#include "libagents/contract/json.hpp"

namespace agents::composing {
namespace {

constexpr std::size_t max_questions = 2'000;    // some seconds at the worst: see compatible()
constexpr std::size_t max_shown_members = 6;    // of a type without a name
constexpr std::size_t max_shown_example = 120;  // characters of a counter-example

std::string excerpt(const value& v) {
  auto text = to_json(v);
  if (text.size() > max_shown_example) text = text.substr(0, max_shown_example) + "…";
  return text;
}

fit ask(const value& from, const value& to) {
  if (is_anything(to)) return {fit::answer::yes, {}};
  const auto c = compatible(from, to);
  switch (c.result) {
    case compatibility::result::yes: return {fit::answer::yes, {}};
    case compatibility::result::unknown: return {fit::answer::unproven, c.reason};
    case compatibility::result::no: break;
  }
  return {fit::answer::no, c.reason + (c.counterexample.is_null() ? "" : "; for example " + excerpt(c.counterexample))};
}

}  // namespace

std::string_view title_of(const value& schema) { return schema.get_string("title"); }

bool is_anything(const value& schema) {
  if (schema.is_bool()) return schema.as_bool();
  return schema.is_object() && schema.as_object().empty();
}

std::vector<std::string> member_names(const value& schema) {
  std::vector<std::string> out;
  const auto* properties = schema.find("properties");
  if (!properties || !properties->is_object()) return out;
  for (const auto& m : properties->as_object()) out.push_back(m.name);
  return out;
}

std::vector<std::string> required_members(const value& schema) {
  std::vector<std::string> out;
  const auto* required = schema.find("required");
  if (!required || !required->is_array()) return out;
  for (const auto& name : required->as_array())
    if (name.is_string() && std::find(out.begin(), out.end(), name.as_string()) == out.end())
      out.push_back(name.as_string());
  return out;
}

value member_schema(const value& schema, std::string_view name) {
  const auto* properties = schema.find("properties");
  const auto* found = properties ? properties->find(name) : nullptr;
  if (!found) return true;
  value out = *found;
  const auto* definitions = schema.find("$defs");
  if (definitions && out.is_object() && !out.find("$defs")) out.as_object()["$defs"] = *definitions;
  return out;
}

std::optional<value> item_schema(const value& schema) {
  const auto* items = schema.find("items");
  if (schema.get_string("type") != "array" || !items) return std::nullopt;
  value out = *items;
  const auto* definitions = schema.find("$defs");
  if (definitions && out.is_object() && !out.find("$defs")) out.as_object()["$defs"] = *definitions;
  return out;
}

value list_of(value item) { return object{{"type", "array"}, {"items", std::move(item)}}; }

std::string describe(const value& schema) {
  if (!title_of(schema).empty()) return std::string{title_of(schema)};
  if (const auto item = item_schema(schema)) return "list of " + describe(*item);
  const auto names = required_members(schema);
  if (names.empty()) return schema.get_string("type").empty() ? "anything" : std::string{schema.get_string("type")};
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < max_shown_members; ++i) text += (i == 0 ? "" : ", ") + names[i];
  return "{" + text + (names.size() > max_shown_members ? ", …}" : "}");
}

bool can_be_referenced(std::string_view name) {
  return !name.empty() && name.find_first_of(".{} \t\n") == std::string_view::npos;
}

const fit& fit_checker::check(const value& from, const value& to) {
  static const fit unasked{fit::answer::no, "the planner has compared too many types; give it a more precise goal"};
  const key k{hash_of(from), hash_of(to)};
  const auto found = answers_.find(k);
  if (found != answers_.end()) return found->second;
  if (answers_.size() >= max_questions) {
    exhausted_ = true;
    return unasked;
  }
  return answers_.emplace(k, from == to ? fit{fit::answer::yes, {}} : ask(from, to)).first->second;
}

}  // namespace agents::composing
