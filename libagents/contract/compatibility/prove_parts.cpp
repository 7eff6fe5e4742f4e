// SPDX-License-Identifier: Apache-2.0
// The part of the prover that looks into arrays and objects.
#include <algorithm>

#include "libagents/contract/compatibility/prover.hpp"

namespace agents::json_schema {
namespace {

template <class Is>
bool some(const conjunction& a, Is is) {
  return std::any_of(a.nodes().begin(), a.nodes().end(), is);
}

bool has_pattern(const object_rules& rules, const std::string& source) {
  return std::any_of(rules.patterns.begin(), rules.patterns.end(),
                     [&](const pattern_rule& p) { return p.pattern.source() == source; });
}

/// What the schemas say of members whose names match `pattern` and are mentioned nowhere.
conjunction members_matching(const conjunction& a, const std::string& pattern) {
  conjunction out;
  for (const auto* n : a.nodes()) {
    if (!n->objects) continue;
    for (const auto& p : n->objects->patterns)
      if (p.pattern.source() == pattern) out.add(*p.schema);
    if (n->objects->patterns.empty() && n->objects->additional) out.add(*n->objects->additional);
  }
  return out;
}

/// What they say of members whose names are mentioned nowhere and match none of the patterns of `b`: one conjunction
/// for each way in which such a name can match the patterns of `a`.
std::vector<conjunction> other_members(const conjunction& a, const object_rules& b) {
  conjunction sure;
  std::vector<const node*> cases;
  bool has_cases = false;
  for (const auto* n : a.nodes()) {
    if (!n->objects) continue;
    std::vector<const node*> extra;
    for (const auto& p : n->objects->patterns)
      if (!has_pattern(b, p.pattern.source())) extra.push_back(p.schema);
    if (extra.empty()) {
      if (n->objects->additional) sure.add(*n->objects->additional);
    } else if (!has_cases) {
      has_cases = true;
      cases = std::move(extra);
      cases.push_back(n->objects->additional);
    }
  }
  if (!has_cases) return {sure};
  std::vector<conjunction> out;
  out.reserve(cases.size());
  for (const auto* n : cases) out.push_back(n ? sure.with(*n) : sure);
  return out;
}

/// True when no member can have a name that is mentioned nowhere.
bool is_closed(const conjunction& a) {
  return some(a, [](const node* n) {
    return n->objects && n->objects->patterns.empty() && n->objects->additional && n->objects->additional->accepts_none;
  });
}

}  // namespace

bool prover::implies_array(const conjunction& a, const node& b) {
  const auto& r = *b.arrays;
  if (a.min_items() < r.min_items) return stuck(b, "minItems");
  if (a.max_items() > r.max_items) return stuck(b, "maxItems");
  if (r.unique && a.max_items() > 1 && !some(a, [](const node* n) { return n->arrays && n->arrays->unique; }))
    return stuck(b, "uniqueItems");
  if ((r.rest || !r.prefix.empty()) && !implies_items(a, b)) return false;
  return !r.contains || implies_contains(a, b);
}

bool prover::implies_items(const conjunction& a, const node& b) {
  const auto& r = *b.arrays;
  const auto prefix = std::max(a.longest_prefix(), r.prefix.size());
  for (std::size_t i = 0; i <= prefix; ++i) {
    if (i >= a.max_items()) return true;
    const auto* demanded = i < r.prefix.size() ? r.prefix[i] : r.rest;
    const auto given = a.item(i);
    // No value fits here: there are no longer arrays.
    if (is_empty(given)) return true;
    if (demanded && !implies_below(given, *demanded)) return stuck(b, i < r.prefix.size() ? "prefixItems" : "items");
  }
  return true;
}

bool prover::implies_contains(const conjunction& a, const node& b) {
  const auto& r = *b.arrays;
  const auto same_or_stronger = [&](const node* n) {
    return n->arrays && n->arrays->contains && n->arrays->min_contains >= r.min_contains &&
           implies_below(conjunction{*n->arrays->contains}, *r.contains);
  };
  const auto every_item_fits = [&] {
    if (a.min_items() < r.min_contains) return false;
    for (std::size_t i = 0; i <= a.longest_prefix(); ++i)
      if (!implies_below(a.item(i), *r.contains)) return false;
    return true;
  };
  if (r.min_contains > 0 && !some(a, same_or_stronger) && !every_item_fits()) return stuck(b, "contains");
  const auto same_or_fewer = [&](const node* n) {
    return n->arrays && n->arrays->contains && n->arrays->max_contains <= r.max_contains &&
           implies_below(conjunction{*r.contains}, *n->arrays->contains);
  };
  if (r.max_contains < a.max_items() && !some(a, same_or_fewer)) return stuck(b, "maxContains");
  return true;
}

bool prover::implies_object(const conjunction& a, const node& b) {
  const auto& r = *b.objects;
  for (const auto& p : r.properties)
    if (p.is_required && !a.requires_member(p.name)) return stuck(b, "required");
  if (a.min_properties() < r.min_properties) return stuck(b, "minProperties");
  const auto most = is_closed(a) ? std::min(a.max_properties(), a.mentioned_names().size()) : a.max_properties();
  if (most > r.max_properties) return stuck(b, "maxProperties");
  for (const auto name : a.mentioned_names())
    if (!implies_member(a, r, name)) return stuck(b, "properties");
  for (const auto& p : r.properties)
    if (!implies_member(a, r, p.name)) return stuck(b, "properties");
  return implies_other_members(a, b) && implies_names(a, b) && implies_dependents(a, b);
}

bool prover::implies_member(const conjunction& a, const object_rules& b, std::string_view name) {
  const auto given = a.member(name);
  if (is_empty(given)) return true;
  const auto demanded = member_schemas(b, name);
  return std::all_of(demanded.begin(), demanded.end(), [&](const node* n) { return implies_below(given, *n); });
}

bool prover::implies_other_members(const conjunction& a, const node& b) {
  const auto& r = *b.objects;
  if (is_closed(a)) return true;
  for (const auto& p : r.patterns)
    if (!implies_below(members_matching(a, p.pattern.source()), *p.schema)) return stuck(b, "patternProperties");
  if (!r.additional) return true;
  for (const auto& given : other_members(a, r))
    if (!implies_below(given, *r.additional)) return stuck(b, "additionalProperties");
  return true;
}

bool prover::implies_names(const conjunction& a, const node& b) {
  const auto* demanded = b.objects->names;
  if (!demanded || demanded->accepts_all) return true;
  if (is_closed(a) && !has_dynamic_) {
    const auto names = a.mentioned_names();
    const auto fits = [&](std::string_view name) {
      return is_empty(a.member(name)) || accepts(*demanded, value{name});
    };
    if (std::all_of(names.begin(), names.end(), fits)) return true;
  }
  conjunction given;
  for (const auto* n : a.nodes())
    if (n->objects && n->objects->names) given.add(*n->objects->names);
  return implies_below(given.only(type_group::string), *demanded) || stuck(b, "propertyNames");
}

bool prover::implies_dependents(const conjunction& a, const node& b) {
  for (const auto& d : b.objects->dependents) {
    if (is_empty(a.member(d.name))) continue;
    auto given = a;
    std::vector<std::string_view> also_required;
    for (const auto* n : a.nodes()) {
      if (!n->objects) continue;
      for (const auto& own : n->objects->dependents) {
        if (own.name != d.name) continue;
        also_required.insert(also_required.end(), own.required.begin(), own.required.end());
        if (own.schema) given.add(*own.schema);
      }
    }
    for (const auto& name : d.required)
      if (!given.requires_member(name) &&
          std::find(also_required.begin(), also_required.end(), name) == also_required.end())
        return stuck(b, "dependentRequired");
    if (d.schema && !implies(given, *d.schema)) return stuck(b, "dependentSchemas");
  }
  return true;
}

}  // namespace agents::json_schema
