// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/evaluator.hpp"

#include <algorithm>

#include "libagents/contract/fields.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/contract/schema/number.hpp"
#include "libagents/contract/utf8.hpp"

namespace agents::json_schema {
namespace {

constexpr std::size_t excerpt_bytes = 80;
constexpr std::size_t bytes_per_step = 32;

bool fits_type(const type_set& types, const value& v) {
  const auto kind = v.type();
  return types.has(kind) && !(types.whole_numbers && kind == value::kind::number && !is_whole(v));
}

/// Small values as they are, others as the beginning of their JSON text.
value excerpt(const value& v) {
  const bool is_small = !v.is_array() && !v.is_object() && !v.is_string() && !v.is_bytes();
  if (is_small || (v.is_string() && v.as_string().size() <= excerpt_bytes)) return v;
  return json_excerpt(v, excerpt_bytes);
}

std::string type_names(const type_set& types) {
  std::string out;
  const auto add = [&](value::kind k, std::string_view name) {
    if (!types.has(k)) return;
    if (!out.empty()) out += " or ";
    out += name;
  };
  add(value::kind::null, "null");
  add(value::kind::boolean, "boolean");
  add(value::kind::number, types.whole_numbers ? "integer" : "number");
  add(value::kind::string, "string");
  add(value::kind::array, "array");
  add(value::kind::object, "object");
  return out;
}

std::string listed(const array& values) {
  constexpr std::size_t most = 8;
  std::string out;
  for (std::size_t i = 0; i < values.size() && i < most; ++i) {
    if (i > 0) out += ", ";
    out += json_excerpt(values[i], 40);
  }
  if (values.size() > most) out += ", … (" + std::to_string(values.size()) + " values)";
  return out;
}

bool is_allowed(const enumeration& e, const value& v) {
  if (e.by_hash.empty()) return std::find(e.values->begin(), e.values->end(), v) != e.values->end();
  const auto hash = hash_of(v);
  auto it =
      std::lower_bound(e.by_hash.begin(), e.by_hash.end(), hash, [](const auto& x, auto h) { return x.first < h; });
  for (; it != e.by_hash.end() && it->first == hash; ++it)
    if (*it->second == v) return true;
  return false;
}

}  // namespace

std::string to_pointer(const instance_path* path) {
  std::vector<const instance_path*> way;
  for (; path; path = path->outer) way.push_back(path);
  std::string out;
  for (auto it = way.rbegin(); it != way.rend(); ++it)
    out = detail::pointer_child(out, (*it)->name ? *(*it)->name : std::to_string((*it)->index));
  return out;
}

bool evaluator::run(const value& v, std::vector<violation>* out, std::size_t max) {
  violations_ = out;
  max_violations_ = max;
  const dynamic_scope scope{nullptr, schema_.root->resource};
  const bool is_valid = apply(*schema_.root, {v, nullptr, &scope, nullptr});
  if (!is_exhausted_) return is_valid;
  if (out && out->size() < max)
    out->push_back({"", schema_.root->location,
                    "could not be decided within the limit " + std::string{exhausted_limit_} +
                        " of the schema; the schema refers to itself without end, or the value is too large",
                    excerpt(v)});
  return false;
}

bool evaluator::accepts(const node& n, const value& v) {
  const dynamic_scope scope{nullptr, n.resource};
  return apply(n, {v, nullptr, &scope, nullptr}) && !is_exhausted_;
}

bool evaluator::exhaust(std::string_view limit) {
  is_exhausted_ = true;
  exhausted_limit_ = limit;
  return false;
}

void evaluator::add_violation(const node& n, std::string_view keyword, const application& a, std::string message) {
  auto rule = keyword.empty() ? n.location : detail::pointer_child(n.location, keyword);
  violations_->push_back({to_pointer(a.path), std::move(rule), std::move(message), excerpt(a.instance)});
}

bool evaluator::apply(const node& n, const application& a) {
  if (n.accepts_all) return true;
  if (is_exhausted_ || !spend(1)) return false;
  if (depth_ >= schema_.max_depth) return exhaust("max_depth");
  ++depth_;
  const bool is_plain = n.resource == a.scope->resource && !n.unevaluated_items && !n.unevaluated_properties;
  const bool result = is_plain ? check_keywords(n, a) : apply_in_scope(n, a);
  --depth_;
  return result;
}

/// Enters the resource of the node, and notes what is evaluated if the node wants to know.
bool evaluator::apply_in_scope(const node& n, const application& a) {
  if (!n.unevaluated_items && !n.unevaluated_properties) {
    const dynamic_scope own{a.scope, n.resource};
    return check_keywords(n, {a.instance, a.path, &own, a.evaluated});
  }
  // What this schema and those it applies to the same value have evaluated; a parent learns of it afterwards.
  const auto size = a.instance.is_object()  ? a.instance.as_object().size()
                    : a.instance.is_array() ? a.instance.as_array().size()
                                            : 0;
  evaluated_set own_set{size};
  const dynamic_scope own{a.scope, n.resource};
  const bool result = check_keywords(n, {a.instance, a.path, &own, &own_set});
  if (result && a.evaluated) a.evaluated->merge(own_set);
  return result;
}

/// All keywords of a node; the unevaluated ones come last because they ask what the others did.
bool evaluator::check_keywords(const node& n, const application& a) {
  if (n.accepts_none) return fail(n, "", a, [] { return std::string{"no value is allowed here"}; });
  bool ok = fits_type(n.types, a.instance) || fail_type(n, a);
  const auto go_on = [&] { return ok || wants_more(); };
  if (go_on() && (n.constant || n.allowed)) ok &= check_constants(n, a);
  switch (a.instance.type()) {
    case value::kind::integer:
    case value::kind::number:
      if (n.numbers && go_on()) ok &= check_number(n, a);
      break;
    case value::kind::string:
    case value::kind::bytes:
      if (n.strings && go_on()) ok &= check_string(n, a);
      break;
    case value::kind::array:
      if (n.arrays && go_on()) ok &= check_array(n, a);
      break;
    case value::kind::object:
      if (n.objects && go_on()) ok &= check_object(n, a);
      break;
    default: break;
  }
  if (n.logic && go_on()) ok &= check_logic(n, a);
  if (n.unevaluated_items && a.instance.is_array() && go_on()) ok &= check_unevaluated_items(n, a);
  if (n.unevaluated_properties && a.instance.is_object() && go_on()) ok &= check_unevaluated_properties(n, a);
  return ok;
}

bool evaluator::fail_type(const node& n, const application& a) {
  return fail(n, "type", a, [&] { return "must be of type " + type_names(n.types); });
}

bool evaluator::check_constants(const node& n, const application& a) {
  bool ok = true;
  if (n.constant && !(*n.constant == a.instance))
    ok = fail(n, "const", a, [&] { return "must be " + json_excerpt(*n.constant); });
  if (n.allowed && (ok || wants_more()) && !is_allowed(*n.allowed, a.instance))
    ok = fail(n, "enum", a, [&] { return "must be one of " + listed(*n.allowed->values); });
  return ok;
}

bool evaluator::check_number(const node& n, const application& a) {
  const auto& r = *n.numbers;
  bool ok = true;
  const auto demand = [&](const std::optional<value>& bound, std::string_view keyword, std::string_view words,
                          auto holds) {
    if (!bound || !(ok || wants_more()) || holds(compare_numbers(a.instance, *bound))) return;
    ok = fail(n, keyword, a, [&] { return std::string{words} + json_excerpt(*bound); });
  };
  using order = std::partial_ordering;
  demand(r.minimum, "minimum", "must be at least ", [](order o) { return o >= 0; });
  demand(r.exclusive_minimum, "exclusiveMinimum", "must be above ", [](order o) { return o > 0; });
  demand(r.maximum, "maximum", "must be at most ", [](order o) { return o <= 0; });
  demand(r.exclusive_maximum, "exclusiveMaximum", "must be below ", [](order o) { return o < 0; });
  if (r.multiple_of && (ok || wants_more()) && !is_multiple_of(a.instance, *r.multiple_of))
    ok = fail(n, "multipleOf", a, [&] { return "must be a multiple of " + json_excerpt(*r.multiple_of); });
  return ok;
}

bool evaluator::check_string(const node& n, const application& a) {
  const auto& r = *n.strings;
  bool ok = true;
  const auto size = a.instance.is_string() ? a.instance.as_string().size() : a.instance.as_bytes().size();
  // A character takes one to four bytes; so the size alone decides most cases.
  if (size > r.max_length || size / 4 < r.min_length) {
    const auto length = a.instance.is_string() ? utf8_length(a.instance.as_string()) : size;
    if (length < r.min_length)
      ok =
          fail(n, "minLength", a, [&] { return "must have at least " + std::to_string(r.min_length) + " characters"; });
    if (length > r.max_length && (ok || wants_more()))
      ok = fail(n, "maxLength", a, [&] { return "must have at most " + std::to_string(r.max_length) + " characters"; });
  }
  return (ok || wants_more()) && (r.pattern || r.format) ? check_text(n, a) && ok : ok;
}

bool evaluator::check_text(const node& n, const application& a) {
  const auto& r = *n.strings;
  const auto text = a.instance.is_string() ? std::string_view{a.instance.as_string()} : std::string_view{};
  if (!spend(text.size() / bytes_per_step)) return false;
  bool ok = true;
  if (r.pattern && !(a.instance.is_string() && r.pattern->matches(text)))
    ok = fail(n, "pattern", a, [&] { return "must match the pattern " + r.pattern->source(); });
  if (r.format && a.instance.is_string() && (ok || wants_more()) && !r.format(text))
    ok = fail(n, "format", a, [&] { return "must have the format " + r.format_name; });
  return ok;
}

}  // namespace agents::json_schema
