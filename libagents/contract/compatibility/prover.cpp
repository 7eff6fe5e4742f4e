// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/compatibility/prover.hpp"

#include <algorithm>

#include "libagents/contract/fields.hpp"
#include "libagents/contract/schema/evaluator.hpp"
#include "libagents/contract/schema/number.hpp"

namespace agents::json_schema {
namespace {

constexpr int deepest_nesting = 200;

bool is_truly_dynamic(const node& n) { return n.logic && n.logic->dynamic && !n.logic->dynamic->by_resource.empty(); }

bool has_dynamic_reference(const compiled_schema& s) {
  return std::any_of(s.nodes.begin(), s.nodes.end(), is_truly_dynamic);
}

/// Counts a level as long as it lives.
class level {
 public:
  explicit level(int& counter) : counter_(counter) { ++counter_; }
  level(const level&) = delete;
  level& operator=(const level&) = delete;
  ~level() { --counter_; }

 private:
  int& counter_;
};

bool is_within(const std::optional<conjunction::bound>& have, const std::optional<value>& demanded, bool is_exclusive,
               bool is_lower) {
  if (!demanded) return true;
  if (!have) return false;
  const auto order = compare_numbers(have->limit, *demanded);
  if (order == 0) return have->is_exclusive || !is_exclusive;
  return is_lower ? order > 0 : order < 0;
}

}  // namespace

prover::prover(const compiled_schema& a, const compiled_schema& b)
    : limits_(b), has_dynamic_(has_dynamic_reference(a) || has_dynamic_reference(b)) {}

bool prover::stuck(const node& b, std::string_view keyword) {
  if (obstacle_.empty()) obstacle_ = keyword.empty() ? b.location : detail::pointer_child(b.location, keyword);
  return false;
}

bool prover::spend() {
  if (steps_left_ == 0 || nesting_ > deepest_nesting) {
    if (obstacle_.empty()) obstacle_ = "the end: the schemas are too large or too nested for the proof";
    return false;
  }
  --steps_left_;
  return true;
}

bool prover::accepts(const node& n, const value& v) const { return evaluator{limits_}.accepts(n, v); }

bool prover::accepts(const conjunction& a, const value& v) const {
  if ((a.kinds() >> static_cast<unsigned>(v.type()) & 1U) == 0) return false;
  return std::all_of(a.nodes().begin(), a.nodes().end(), [&](const node* n) { return accepts(*n, v); });
}

bool prover::implies_below(const conjunction& a, const node& b) {
  const level below{depth_};
  return implies(a, b);
}

bool prover::implies(const conjunction& a, const node& b) {
  if (b.accepts_all || a.kinds() == 0) return true;
  const level nested{nesting_};
  if (!spend()) return false;
  const auto key = std::make_pair(a, &b);
  if (const auto it = in_progress_.find(key); it != in_progress_.end()) return it->second < depth_;
  in_progress_.emplace(key, depth_);
  const bool result = implies_any_way(a, b);
  in_progress_.erase(key);
  return result;
}

bool prover::implies_any_way(const conjunction& a, const node& b) {
  if (is_empty(a)) return true;
  if (b.accepts_none) return stuck(b, "");
  if (const auto values = a.finite_values(); values && !has_dynamic_) return implies_finite(*values, a, b);
  for (const auto g : all_groups)
    if (a.has(g) && !implies_group(a.only(g), g, b)) return false;
  return true;
}

bool prover::implies_finite(const std::vector<value>& values, const conjunction& a, const node& b) {
  for (const auto& v : values)
    if (accepts(a, v) && !accepts(b, v)) return stuck(b, "");
  return true;
}

/// Directly, or by showing it for each of the alternatives that the values of `a` come in.
bool prover::implies_group(const conjunction& a, type_group g, const node& b) {
  if (implies_directly(a, g, b)) return true;
  const auto split = a.next_split();
  if (!split) return false;
  for (std::size_t i = 0; i < split->branches.size(); ++i)
    if (!implies(a.branch(*split, i), b)) return false;
  return true;
}

bool prover::implies_directly(const conjunction& a, type_group g, const node& b) {
  if ((a.kinds() & ~b.types.kinds) != 0) return stuck(b, "type");
  if (b.types.whole_numbers && g == type_group::number && !a.is_whole()) return stuck(b, "type");
  if (b.constant) return stuck(b, "const");
  if (b.allowed) return stuck(b, "enum");
  if (g == type_group::number && b.numbers && !implies_number(a, b)) return false;
  if (g == type_group::string && b.strings && !implies_string(a, b)) return false;
  if (g == type_group::array && b.arrays && !implies_array(a, b)) return false;
  if (g == type_group::object && b.objects && !implies_object(a, b)) return false;
  if (g == type_group::array && b.unevaluated_items && !b.unevaluated_items->accepts_all)
    return stuck(b, "unevaluatedItems");
  if (g == type_group::object && b.unevaluated_properties && !b.unevaluated_properties->accepts_all)
    return stuck(b, "unevaluatedProperties");
  return !b.logic || implies_logic(a, b);
}

bool prover::implies_number(const conjunction& a, const node& b) {
  const auto& r = *b.numbers;
  const auto lower = a.lower();
  const auto upper = a.upper();
  if (!is_within(lower, r.minimum, false, true)) return stuck(b, "minimum");
  if (!is_within(upper, r.maximum, false, false)) return stuck(b, "maximum");
  if (!is_within(lower, r.exclusive_minimum, true, true)) return stuck(b, "exclusiveMinimum");
  if (!is_within(upper, r.exclusive_maximum, true, false)) return stuck(b, "exclusiveMaximum");
  if (r.multiple_of && !implies_multiple(a, *r.multiple_of)) return stuck(b, "multipleOf");
  return true;
}

bool prover::implies_multiple(const conjunction& a, const value& divisor) {
  if (a.is_whole() && is_multiple_of(value{1}, divisor)) return true;
  return std::any_of(a.nodes().begin(), a.nodes().end(), [&](const node* n) {
    return n->numbers && n->numbers->multiple_of && is_multiple_of(*n->numbers->multiple_of, divisor);
  });
}

bool prover::implies_string(const conjunction& a, const node& b) {
  const auto& r = *b.strings;
  if (a.min_length() < r.min_length) return stuck(b, "minLength");
  if (a.max_length() > r.max_length) return stuck(b, "maxLength");
  const auto some = [&](auto is) { return std::any_of(a.nodes().begin(), a.nodes().end(), is); };
  if (r.pattern && !some([&](const node* n) {
        return n->strings && n->strings->pattern && n->strings->pattern->source() == r.pattern->source();
      }))
    return stuck(b, "pattern");
  if (r.format && !some([&](const node* n) { return n->strings && n->strings->format == r.format; }))
    return stuck(b, "format");
  return true;
}

bool prover::implies_logic(const conjunction& a, const node& b) {
  const auto& r = *b.logic;
  if (is_truly_dynamic(b)) return stuck(b, "$dynamicRef");
  if (r.dynamic && !implies(a, *r.dynamic->fallback)) return false;
  if (r.reference && !implies(a, *r.reference)) return false;
  for (const auto* part : r.all_of)
    if (!implies(a, *part)) return false;
  if (!r.any_of.empty() && !implies_any_of(a, b)) return stuck(b, "anyOf");
  if (!r.one_of.empty() && !implies_one_of(a, b)) return stuck(b, "oneOf");
  if (r.negated && !are_disjoint(a, *r.negated)) return stuck(b, "not");
  if (r.condition && !implies_condition(a, r)) return stuck(b, "if");
  return true;
}

bool prover::implies_any_of(const conjunction& a, const node& b) {
  const auto& branches = b.logic->any_of;
  const auto before = obstacle_;  // what a single branch lacks is no obstacle
  const bool fits = std::any_of(branches.begin(), branches.end(), [&](const node* n) { return implies(a, *n); });
  obstacle_ = before;
  return fits;
}

/// One branch fits, and the values fit no other.
bool prover::implies_one_of(const conjunction& a, const node& b) {
  const auto& branches = b.logic->one_of;
  const auto before = obstacle_;
  for (const auto* chosen : branches) {
    const bool fits = implies(a, *chosen);
    obstacle_ = before;
    if (!fits) continue;
    return std::all_of(branches.begin(), branches.end(),
                       [&](const node* other) { return other == chosen || are_disjoint(a, *other); });
  }
  return false;
}

bool prover::implies_condition(const conjunction& a, const logic_rules& b) {
  const bool then_fits = !b.then_branch || implies(a.with(*b.condition), *b.then_branch);
  const bool else_fits = !b.else_branch || implies(a, *b.else_branch);
  if (then_fits && else_fits) return true;
  if (then_fits && implies(a, *b.condition)) return true;
  return else_fits && are_disjoint(a, *b.condition);
}

bool prover::is_empty(const conjunction& a) {
  if (a.kinds() == 0) return true;
  if (emptiness_ > 8 || !spend()) return false;
  const level nested{emptiness_};
  if (const auto values = a.finite_values(); values && !has_dynamic_)
    return std::none_of(values->begin(), values->end(), [&](const value& v) { return accepts(a, v); });
  const auto group_is_empty = [&](type_group g) { return !a.has(g) || is_empty_group(a.only(g), g); };
  if (std::all_of(std::begin(all_groups), std::end(all_groups), group_is_empty)) return true;
  const auto split = a.next_split();
  if (!split) return false;
  for (std::size_t i = 0; i < split->branches.size(); ++i)
    if (!is_empty(a.branch(*split, i))) return false;
  return true;
}

bool prover::is_empty_group(const conjunction& a, type_group g) {
  switch (g) {
    case type_group::number: {
      const auto lower = a.lower();
      const auto upper = a.upper();
      if (!lower || !upper) return false;
      const auto order = compare_numbers(lower->limit, upper->limit);
      return order > 0 || (order == 0 && (lower->is_exclusive || upper->is_exclusive));
    }
    case type_group::string: return a.min_length() > a.max_length();
    case type_group::array: return is_empty_array(a);
    case type_group::object: return is_empty_object(a);
    default: return false;
  }
}

bool prover::is_empty_array(const conjunction& a) {
  const auto needed = a.min_items();
  if (needed > a.max_items()) return true;
  for (std::size_t i = 0; i < needed && i <= a.longest_prefix(); ++i)
    if (is_empty(a.item(i))) return true;
  return false;
}

bool prover::is_empty_object(const conjunction& a) {
  if (a.min_properties() > a.max_properties()) return true;
  const auto names = a.required_names();
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return is_empty(a.member(name)); });
}

}  // namespace agents::json_schema
