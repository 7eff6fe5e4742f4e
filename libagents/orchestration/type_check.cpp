// SPDX-License-Identifier: Apache-2.0
#include "libagents/orchestration/type_check.hpp"

#include <algorithm>

#include "libagents/contract/compatibility.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/orchestration/admission.hpp"

namespace agents {
namespace {

constexpr std::size_t shown_counterexample = 160;  // characters

/// What is known of the values that come from a reference.
struct flow {
  value schema = true;
  bool always_there = true;
};

class checker {
 public:
  checker(const compiled_plan& p, const registry& r) : plan_(p), registry_(r) {}

  expected<void> run() {
    for (const auto& step : plan_.steps)
      if (auto ok = check_step(step); !ok) return ok;
    for (const auto& r : plan_.answer.references())
      if (auto f = source(r, nullptr); !f) return unexpected{errc::bad_input, "[answer] ← " + f.error().message};
    return {};
  }

 private:
  expected<void> check_step(const compiled_step& step) {
    const auto found = admitted_offers(registry_, step.spec);
    if (!found) return found.propagate();
    for (const auto& verifier : step.spec.verify)
      if (auto ok = offers_of(registry_, step.spec, verifier); !ok) return ok.propagate();
    if (step.each) {
      auto list = source(*step.each->as_reference(), &step);
      if (!list) return edge(step, "each", list.error().message);
      if (const auto* type = list->schema.find("type"); type && type->is_string() && type->as_string() != "array")
        return edge(step, "each", step.spec.each + " is no list but of type " + type->as_string());
    }
    for (const auto& o : **found)
      if (auto ok = check_input(step, *o); !ok) return ok;
    return {};
  }

  /// One edge per member of the consumer's input object.
  expected<void> check_input(const compiled_step& step, const offer& o) {
    const auto& wanted = o.contract->input;
    if (const auto* whole = step.with.as_reference()) return check_edge(step, "", *whole, wanted);
    if (const auto* literal = step.with.as_literal()) return check_literal(step, "", *literal, o.input);
    for (const auto& m : *step.with.as_members())
      if (auto ok = check_member(step, m, wanted); !ok) return ok;
    return check_required(step, wanted);
  }

  expected<void> check_member(const compiled_step& step, const binding::member& m, const value& wanted) {
    const auto* properties = wanted.find("properties");
    const auto* schema = properties ? properties->find(m.name) : nullptr;
    if (!schema) {
      const auto* more = wanted.find("additionalProperties");
      if (more && more->is_bool() && !more->as_bool())
        return edge(step, m.name, step.spec.ask + " takes no member \"" + m.name + "\"");
      return {};
    }
    if (const auto* r = m.from.as_reference())
      return check_edge(step, m.name, *r, *schema, is_required(wanted, m.name));
    const auto* literal = m.from.as_literal();
    if (!literal) return {};
    auto compiled = schema::compile(*schema);
    if (!compiled) return {};  // refers to the whole document; checked at run time
    return check_literal(step, m.name, *literal, *compiled);
  }

  expected<void> check_required(const compiled_step& step, const value& wanted) {
    const auto* required = wanted.find("required");
    if (!required || !required->is_array()) return {};
    const auto& given = *step.with.as_members();
    for (const auto& name : required->as_array())
      if (name.is_string() &&
          std::none_of(given.begin(), given.end(), [&](const auto& m) { return m.name == name.as_string(); }))
        return edge(step, name.as_string(), step.spec.ask + " requires it; add it to `with`");
    return {};
  }

  expected<void> check_edge(const compiled_step& step, const std::string& member, const reference& r,
                            const value& wanted, bool required = true) {
    auto from = source(r, &step);
    if (!from) return edge(step, member, from.error().message);
    if (required && !from->always_there)
      return edge(step, member, r.to_string() + " may be absent, but " + step.spec.ask + " requires it");
    const auto c = compatible(from->schema, wanted);
    if (c.result != compatibility::result::no || is_anything(from->schema)) return {};
    return edge(step, member,
                r.to_string() + " does not fit: " + c.reason + "; for example " + excerpt(c.counterexample));
  }

  expected<void> check_literal(const compiled_step& step, const std::string& member, const value& literal,
                               const schema& wanted) {
    if (auto ok = wanted.check(literal); !ok) return edge(step, member, ok.error().message);
    return {};
  }

  /// What a reference gives.
  expected<flow> source(const reference& r, const compiled_step* at) {
    if (r.root == "goal") return flow{object{{"type", "string"}}, true};
    if (r.root == "input") return flow{};
    if (r.root == "item") {
      if (!at || !at->each) return unexpected{errc::bad_input, r.to_string() + " is only known in a step with `each`"};
      auto list = source(*at->each->as_reference(), at);
      if (!list) return list;
      const auto* items = list->schema.find("items");
      return follow_schema({items ? *items : value{true}, true}, r);
    }
    const auto& producer = plan_.steps[plan_.index.at(r.root)];
    const auto found = admitted_offers(registry_, producer.spec);
    if (!found) return flow{};  // reported at that step itself
    value out = (*found)->front()->contract->output;
    if (!producer.spec.each.empty()) out = object{{"type", "array"}, {"items", std::move(out)}};
    return follow_schema({std::move(out), !producer.spec.optional}, r);
  }

  static expected<flow> follow_schema(flow f, const reference& r) {
    for (const auto& key : r.path) {
      if (f.schema.find("$ref")) return flow{};
      const auto* properties = f.schema.find("properties");
      if (properties && properties->is_object()) {
        const auto* next = properties->find(key);
        if (!next)
          return unexpected{errc::bad_input, r.to_string() + ": the producer declares no member \"" + key + "\""};
        f.always_there = f.always_there && is_required(f.schema, key);
        f.schema = value{*next};
      } else if (const auto* items = f.schema.find("items")) {
        f.schema = value{*items};  // how long the list will be is known at run time only
      } else {
        return flow{};
      }
    }
    return f;
  }

  static bool is_required(const value& schema, const std::string& name) {
    const auto* required = schema.find("required");
    if (!required || !required->is_array()) return false;
    const auto& names = required->as_array();
    return std::find(names.begin(), names.end(), value{name}) != names.end();
  }

  static bool is_anything(const value& schema) {
    return schema.is_bool() || (schema.is_object() && schema.as_object().empty());
  }

  static std::string excerpt(const value& v) {
    auto text = to_json(v);
    if (text.size() > shown_counterexample) text = text.substr(0, shown_counterexample) + "…";
    return text;
  }

  static unexpected edge(const compiled_step& step, const std::string& member, const std::string& why) {
    return {errc::bad_input,
            "type error at the edge " + step.spec.id + ".with" + (member.empty() ? "" : "." + member) + " ← " + why};
  }

  const compiled_plan& plan_;
  const registry& registry_;
};

}  // namespace

expected<void> type_check(const compiled_plan& p, const registry& r) { return checker{p, r}.run(); }

}  // namespace agents
