// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/compatibility/conjunction.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "libagents/contract/schema/number.hpp"

namespace agents::json_schema {
namespace {

std::uint8_t bit(value::kind k) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(k)); }

/// The largest (smallest) of a member over all nodes that have the rules.
template <class Pick>
std::size_t strongest(const std::vector<const node*>& nodes, std::size_t start, bool largest, Pick pick) {
  auto out = start;
  for (const auto* n : nodes)
    if (const auto v = pick(*n)) out = largest ? std::max(out, *v) : std::min(out, *v);
  return out;
}

void add_sorted(std::vector<std::string_view>& names, std::string_view name) {
  const auto it = std::lower_bound(names.begin(), names.end(), name);
  if (it == names.end() || *it != name) names.insert(it, name);
}

const property_rule* find_property(const object_rules& rules, std::string_view name) {
  const auto it = std::lower_bound(rules.properties.begin(), rules.properties.end(), name,
                                   [](const property_rule& p, std::string_view n) { return p.name < n; });
  return it != rules.properties.end() && it->name == name ? &*it : nullptr;
}

/// For whole numbers an exclusive bound is an inclusive one further in.
conjunction::bound tightened(conjunction::bound b, bool is_whole, int direction) {
  if (!is_whole || !b.limit.is_integer() || !b.is_exclusive) return b;
  const auto n = b.limit.as_integer();
  if (n == (direction > 0 ? INT64_MAX : INT64_MIN)) return b;
  return {n + direction, false};
}

bool is_stronger(const conjunction::bound& a, const conjunction::bound& b, bool is_lower) {
  const auto order = compare_numbers(a.limit, b.limit);
  if (order == 0) return a.is_exclusive && !b.is_exclusive;
  return is_lower ? order > 0 : order < 0;
}

}  // namespace

std::uint8_t kinds_of(type_group g) noexcept {
  using kind = value::kind;
  switch (g) {
    case type_group::null: return bit(kind::null);
    case type_group::boolean: return bit(kind::boolean);
    case type_group::number: return bit(kind::integer) | bit(kind::number);
    case type_group::string: return bit(kind::string) | bit(kind::bytes);
    case type_group::array: return bit(kind::array);
    case type_group::object: return bit(kind::object);
  }
  return 0;
}

void conjunction::add(const node& first) {
  std::vector<const node*> open{&first};
  while (!open.empty()) {
    const auto* n = open.back();
    open.pop_back();
    if (n->accepts_all) continue;
    const auto it = std::lower_bound(nodes_.begin(), nodes_.end(), n);
    if (it != nodes_.end() && *it == n) continue;
    nodes_.insert(it, n);
    kinds_ &= n->accepts_none ? std::uint8_t{0} : n->types.kinds;
    if (!n->logic) continue;
    if (n->logic->reference) open.push_back(n->logic->reference);
    if (n->logic->dynamic && n->logic->dynamic->by_resource.empty()) open.push_back(n->logic->dynamic->fallback);
    open.insert(open.end(), n->logic->all_of.begin(), n->logic->all_of.end());
  }
}

conjunction conjunction::with(const node& n) const {
  auto out = *this;
  out.add(n);
  return out;
}

conjunction conjunction::only(type_group g) const {
  auto out = *this;
  out.kinds_ &= kinds_of(g);
  return out;
}

std::optional<type_group> conjunction::single_group() const {
  std::optional<type_group> out;
  for (const auto g : all_groups) {
    if (!has(g)) continue;
    if (out) return std::nullopt;
    out = g;
  }
  return out;
}

bool conjunction::is_whole() const {
  return std::any_of(nodes_.begin(), nodes_.end(), [](const node* n) {
    return n->types.whole_numbers ||
           (n->numbers && n->numbers->multiple_of && json_schema::is_whole(*n->numbers->multiple_of));
  });
}

std::optional<std::vector<value>> conjunction::finite_values() const {
  for (const auto* n : nodes_) {
    if (n->constant) return std::vector<value>{*n->constant};
    if (n->allowed) return std::vector<value>{n->allowed->values->begin(), n->allowed->values->end()};
  }
  const auto beyond = static_cast<std::uint8_t>(~(kinds_of(type_group::null) | kinds_of(type_group::boolean)));
  if ((kinds_ & beyond) != 0) return std::nullopt;
  std::vector<value> out;
  if (has(type_group::null)) out.emplace_back();
  if (has(type_group::boolean)) out.insert(out.end(), {value{false}, value{true}});
  return out;
}

std::optional<conjunction::bound> conjunction::lower() const {
  std::optional<bound> out;
  const auto consider = [&](const std::optional<value>& limit, bool is_exclusive) {
    if (!limit) return;
    const auto b = tightened({*limit, is_exclusive}, is_whole(), 1);
    if (!out || is_stronger(b, *out, true)) out = b;
  };
  for (const auto* n : nodes_) {
    if (!n->numbers) continue;
    consider(n->numbers->minimum, false);
    consider(n->numbers->exclusive_minimum, true);
  }
  return out;
}

std::optional<conjunction::bound> conjunction::upper() const {
  std::optional<bound> out;
  const auto consider = [&](const std::optional<value>& limit, bool is_exclusive) {
    if (!limit) return;
    const auto b = tightened({*limit, is_exclusive}, is_whole(), -1);
    if (!out || is_stronger(b, *out, false)) out = b;
  };
  for (const auto* n : nodes_) {
    if (!n->numbers) continue;
    consider(n->numbers->maximum, false);
    consider(n->numbers->exclusive_maximum, true);
  }
  return out;
}

#define AGENTS_STRONGEST(function, rules, field, start, largest)                                            \
  std::size_t conjunction::function() const {                                                               \
    return strongest(nodes_, start, largest,                                                                \
                     [](const node& n) { return n.rules ? std::optional{n.rules->field} : std::nullopt; }); \
  }
AGENTS_STRONGEST(min_length, strings, min_length, 0, true)
AGENTS_STRONGEST(max_length, strings, max_length, unlimited, false)
AGENTS_STRONGEST(min_items, arrays, min_items, 0, true)
AGENTS_STRONGEST(max_properties, objects, max_properties, unlimited, false)
#undef AGENTS_STRONGEST

std::size_t conjunction::max_items() const {
  const auto stated = strongest(nodes_, unlimited, false, [](const node& n) {
    return n.arrays ? std::optional{n.arrays->max_items} : std::nullopt;
  });
  // Where no item is allowed the array ends.
  const auto prefix = longest_prefix();
  for (std::size_t i = 0; i <= prefix && i < stated; ++i)
    if (item(i).kinds() == 0) return i;
  return stated;
}

std::size_t conjunction::min_properties() const {
  return strongest(nodes_, required_names().size(), true,
                   [](const node& n) { return n.objects ? std::optional{n.objects->min_properties} : std::nullopt; });
}

bool conjunction::requires_member(std::string_view name) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const node* n) {
    const auto* p = n->objects ? find_property(*n->objects, name) : nullptr;
    return p && p->is_required;
  });
}

std::vector<std::string_view> conjunction::required_names() const {
  std::vector<std::string_view> out;
  for (const auto* n : nodes_)
    if (n->objects)
      for (const auto& p : n->objects->properties)
        if (p.is_required) add_sorted(out, p.name);
  return out;
}

std::vector<std::string_view> conjunction::mentioned_names() const {
  std::vector<std::string_view> out;
  for (const auto* n : nodes_)
    if (n->objects)
      for (const auto& p : n->objects->properties) add_sorted(out, p.name);
  return out;
}

conjunction conjunction::item(std::size_t index) const {
  conjunction out;
  for (const auto* n : nodes_) {
    if (!n->arrays) continue;
    if (index < n->arrays->prefix.size())
      out.add(*n->arrays->prefix[index]);
    else if (n->arrays->rest)
      out.add(*n->arrays->rest);
  }
  return out;
}

std::size_t conjunction::longest_prefix() const {
  std::size_t out = 0;
  for (const auto* n : nodes_)
    if (n->arrays) out = std::max(out, n->arrays->prefix.size());
  return out;
}

std::vector<const node*> member_schemas(const object_rules& rules, std::string_view name) {
  std::vector<const node*> out;
  const auto* declared = find_property(rules, name);
  if (declared && declared->schema) out.push_back(declared->schema);
  for (const auto& p : rules.patterns)
    if (p.pattern.matches(name)) out.push_back(p.schema);
  if (out.empty() && rules.additional) out.push_back(rules.additional);
  return out;
}

conjunction conjunction::member(std::string_view name) const {
  conjunction out;
  for (const auto* n : nodes_)
    if (n->objects)
      for (const auto* s : member_schemas(*n->objects, name)) out.add(*s);
  return out;
}

std::optional<conjunction::split> conjunction::next_split() const {
  for (const auto* n : nodes_) {
    if (!n->logic) continue;
    const auto base = reinterpret_cast<std::size_t>(n) & ~std::size_t{3};  // nodes are aligned: the low bits are free
    const auto is_taken = [&](std::size_t key) { return std::find(taken_.begin(), taken_.end(), key) != taken_.end(); };
    const auto singles = [](const std::vector<const node*>& branches) {
      std::vector<std::vector<const node*>> out;
      out.reserve(branches.size());
      for (const auto* b : branches) out.push_back({b});
      return out;
    };
    const auto& r = *n->logic;
    if (!r.any_of.empty() && !is_taken(base)) return split{singles(r.any_of), base};
    if (!r.one_of.empty() && !is_taken(base + 1)) return split{singles(r.one_of), base + 1};
    if (r.condition && (r.then_branch || r.else_branch) && !is_taken(base + 2)) {
      split out{{{r.condition}, {}}, base + 2};
      if (r.then_branch) out.branches[0].push_back(r.then_branch);
      if (r.else_branch) out.branches[1].push_back(r.else_branch);
      return out;
    }
  }
  return std::nullopt;
}

conjunction conjunction::branch(const split& s, std::size_t i) const {
  auto out = *this;
  out.taken_.push_back(s.key);
  for (const auto* n : s.branches[i]) out.add(*n);
  return out;
}

bool operator<(const conjunction& a, const conjunction& b) {
  return std::tie(a.nodes_, a.kinds_, a.taken_) < std::tie(b.nodes_, b.kinds_, b.taken_);
}

}  // namespace agents::json_schema
