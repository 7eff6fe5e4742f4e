// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/evaluator.hpp"

namespace agents::json_schema {
namespace {

std::string members(std::size_t count) { return std::to_string(count) + (count == 1 ? " member" : " members"); }
std::string lacks(const std::string& name) { return "the member \"" + name + "\" is missing"; }

}  // namespace

bool evaluator::check_object(const node& n, const application& a) {
  const auto& r = *n.objects;
  const auto size = a.instance.as_object().size();
  bool ok = true;
  const auto go_on = [&] { return ok || wants_more(); };
  if (size < r.min_properties)
    ok = fail(n, "minProperties", a, [&] { return "must have at least " + members(r.min_properties); });
  if (size > r.max_properties && go_on())
    ok = fail(n, "maxProperties", a, [&] { return "must have at most " + members(r.max_properties); });
  if (go_on()) ok &= check_members(n, a);
  if (r.names && go_on()) ok &= check_names(n, a);
  if (!r.dependents.empty() && go_on()) ok &= check_dependents(n, a);
  return ok;
}

bool evaluator::apply_to_member(const node& child, const application& a, const object::member& m) {
  const instance_path path{a.path, &m.name, 0};
  return apply(child, {m.value, &path, a.scope, nullptr});
}

/// Members and rules are both sorted by name: one pass over both finds what belongs together and what is missing.
bool evaluator::check_members(const node& n, const application& a) {
  const auto& r = *n.objects;
  bool ok = true;
  const auto go_on = [&] { return ok || wants_more(); };
  auto rule = r.properties.begin();
  const auto skip_rule = [&] {
    if (rule->is_required) ok = fail(n, "required", a, [&] { return lacks(rule->name); });
    ++rule;
  };
  std::size_t index = 0;
  for (const auto& m : a.instance.as_object()) {
    int order = -1;
    while (rule != r.properties.end() && (order = rule->name.compare(m.name)) < 0 && go_on()) skip_rule();
    if (!go_on()) return false;
    bool is_covered = false;
    if (rule != r.properties.end() && order == 0) {
      if ((is_covered = rule->schema != nullptr)) ok &= apply_to_member(*rule->schema, a, m);
      ++rule;
    }
    if (!r.patterns.empty() && go_on()) ok &= check_patterns(r, a, m, is_covered);
    if (!is_covered && r.additional && go_on()) {
      is_covered = true;
      ok &= apply_to_member(*r.additional, a, m);
    }
    if (is_covered && a.evaluated) a.evaluated->mark(index);
    ++index;
    if (!go_on()) return false;
  }
  while (rule != r.properties.end() && go_on()) skip_rule();
  return ok;
}

bool evaluator::check_patterns(const object_rules& r, const application& a, const object::member& m, bool& is_covered) {
  bool ok = true;
  for (const auto& p : r.patterns) {
    if (!spend(1 + m.name.size() / 32)) return false;
    if (!p.pattern.matches(m.name)) continue;
    is_covered = true;
    ok &= apply_to_member(*p.schema, a, m);
    if (!ok && !wants_more()) return false;
  }
  return ok;
}

bool evaluator::check_names(const node& n, const application& a) {
  bool ok = true;
  for (const auto& m : a.instance.as_object()) {
    const value name{m.name};
    const instance_path path{a.path, &m.name, 0};
    ok &= apply(*n.objects->names, {name, &path, a.scope, nullptr});
    if (!ok && !wants_more()) return false;
  }
  return ok;
}

bool evaluator::check_dependents(const node& n, const application& a) {
  const auto& members = a.instance.as_object();
  bool ok = true;
  for (const auto& d : n.objects->dependents) {
    if (!members.contains(d.name)) continue;
    for (const auto& name : d.required)
      if (!members.contains(name) && (ok || wants_more()))
        ok = fail(n, "dependentRequired", a, [&] { return "beside \"" + d.name + "\" " + lacks(name); });
    if (d.schema && (ok || wants_more())) ok &= apply(*d.schema, a);
    if (!ok && !wants_more()) return false;
  }
  return ok;
}

bool evaluator::check_unevaluated_properties(const node& n, const application& a) {
  bool ok = true;
  std::size_t index = 0;
  for (const auto& m : a.instance.as_object()) {
    if (!a.evaluated->contains(index++)) ok &= apply_to_member(*n.unevaluated_properties, a, m);
    if (!ok && !wants_more()) return false;
  }
  a.evaluated->mark_all();
  return ok;
}

}  // namespace agents::json_schema
