// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/compatibility/candidates.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

namespace agents::json_schema {
namespace {

constexpr int deepest = 8;
constexpr int deepest_variation = 2;  // below it only what is required is made, once
constexpr std::size_t longest_text = 4096;
constexpr std::size_t longest_list = 64;
constexpr std::size_t most_branches = 16;

std::size_t most_values(int depth) {
  if (depth == 0) return 2000;
  return depth == 1 ? 24 : 8;
}

/// The schemas that apply to the same value, through references and in all alternatives.
std::vector<const node*> in_place(std::vector<const node*> open) {
  std::set<const node*> seen;
  std::vector<const node*> out;
  while (!open.empty()) {
    const auto* n = open.back();
    open.pop_back();
    if (!n || !seen.insert(n).second) continue;
    out.push_back(n);
    if (!n->logic) continue;
    const auto& r = *n->logic;
    for (const auto* list : {&r.all_of, &r.any_of, &r.one_of}) open.insert(open.end(), list->begin(), list->end());
    open.insert(open.end(), {r.reference, r.negated, r.condition, r.then_branch, r.else_branch});
    if (r.dynamic) open.push_back(r.dynamic->fallback);
  }
  return out;
}

std::vector<const node*> item_hints(const std::vector<const node*>& hints, std::size_t index) {
  std::vector<const node*> out;
  for (const auto* n : hints) {
    if (!n->arrays) continue;
    out.push_back(index < n->arrays->prefix.size() ? n->arrays->prefix[index] : n->arrays->rest);
    out.push_back(n->arrays->contains);
  }
  return in_place(std::move(out));
}

std::vector<const node*> member_hints(const std::vector<const node*>& hints, std::string_view name) {
  std::vector<const node*> out;
  for (const auto* n : hints) {
    if (!n->objects) continue;
    const auto schemas = member_schemas(*n->objects, name);
    out.insert(out.end(), schemas.begin(), schemas.end());
  }
  return in_place(std::move(out));
}

/// The values that `const` and `enum` name.
std::vector<value> named_values(const std::vector<const node*>& nodes) {
  std::vector<value> out;
  for (const auto* n : nodes) {
    if (n->constant) out.push_back(*n->constant);
    if (n->allowed) out.insert(out.end(), n->allowed->values->begin(), n->allowed->values->end());
  }
  return out;
}

std::vector<const node*> joined(std::vector<const node*> a, const std::vector<const node*>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

value sum(const value& a, double b) {
  if (a.is_integer() && std::trunc(b) == b) {
    std::int64_t out = 0;
    if (!__builtin_add_overflow(a.as_integer(), static_cast<std::int64_t>(b), &out)) return out;
  }
  return a.as_number() + b;
}

void add_multiples(std::vector<value>& out, const conjunction& a, const value& step) {
  for (const int factor : {1, 2, 3, 5, 7}) {
    std::int64_t product = 0;
    if (step.is_integer() && !__builtin_mul_overflow(step.as_integer(), std::int64_t{factor}, &product))
      out.emplace_back(product);
    else
      out.emplace_back(step.as_number() * factor);
  }
  if (const auto low = a.lower())
    out.emplace_back(std::ceil(low->limit.as_number() / step.as_number()) * step.as_number());
}

std::vector<value> simple_values() {
  return {nullptr, true, 0, 1, 0.5, "", "a", array{}, object{}, array{nullptr}, object{{"a", nullptr}}};
}

/// Takes one of each list in turn, so that no list fills the place of the others.
std::vector<value> interleaved(std::vector<std::vector<value>>& lists, std::size_t most) {
  std::vector<value> out;
  for (std::size_t i = 0, taken = 1; taken > 0; ++i) {
    taken = 0;
    for (auto& list : lists) {
      if (i >= list.size() || out.size() >= most) continue;
      out.push_back(std::move(list[i]));
      ++taken;
    }
  }
  return out;
}

/// The names that the schemas have to do with, and some that they have not.
std::vector<std::string> interesting_names(const std::vector<const node*>& nodes) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto* n : nodes) {
    if (!n->objects) continue;
    for (const auto& p : n->objects->properties) add(p.name);
    for (const auto& d : n->objects->dependents) {
      add(d.name);
      for (const auto& name : d.required) add(name);
    }
  }
  for (const auto* extra : {"extra", "x", "A", "0", "x-a", "_", "a_b"}) add(extra);
  return names;
}

/// A name and the values its member may have.
struct option {
  std::string name;
  std::vector<value> values;
};

/// An object with one member left out, or with one member replaced by each of its values.
void add_variants(std::vector<value>& out, const object& start, const std::vector<option>& options) {
  for (const auto& o : options) {
    auto changed = start;
    if (changed.contains(o.name)) {
      changed.erase(o.name);
      out.emplace_back(changed);
    }
    for (const auto& v : o.values) {
      changed[o.name] = v;
      out.emplace_back(changed);
    }
  }
}

}  // namespace

std::vector<value> candidate_generator::run(const conjunction& a, const node& b) {
  auto out = generate(a, in_place({&b}), 0);
  std::stable_sort(out.begin(), out.end(),
                   [](const value& x, const value& y) { return footprint_bytes(x) < footprint_bytes(y); });
  return out;
}

std::vector<value> candidate_generator::generate(const conjunction& a, const hints& h, int depth) {
  std::vector<value> out;
  if (a.kinds() == 0 || depth > deepest || --budget_ < 0) return out;
  if (a.nodes().empty() && a.kinds() == 0xFF && h.empty() && depth > 0) return simple_values();
  if (const auto split = a.next_split()) {
    for (std::size_t i = 0; i < std::min(split->branches.size(), most_branches); ++i) {
      auto some = generate(a.branch(*split, i), h, depth);
      out.insert(out.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    keep_fitting(out, a, depth);
    return out;
  }
  if (auto values = a.finite_values()) {
    keep_fitting(*values, a, depth);
    return std::move(*values);
  }
  std::vector<std::vector<value>> lists{named_values(h)};
  for (const auto g : all_groups)
    if (a.has(g)) add_group(lists.emplace_back(), a.only(g), g, h, depth);
  for (auto& list : lists) keep_fitting(list, a, depth);
  return interleaved(lists, most_values(depth));
}

void candidate_generator::add_group(std::vector<value>& out, const conjunction& a, type_group g, const hints& h,
                                    int depth) {
  switch (g) {
    case type_group::null: out.emplace_back(); break;
    case type_group::boolean: out.insert(out.end(), {value{true}, value{false}}); break;
    case type_group::number: add_numbers(out, a, h); break;
    case type_group::string: add_strings(out, a, h); break;
    case type_group::array: add_arrays(out, a, h, depth); break;
    case type_group::object: add_objects(out, a, h, depth); break;
  }
}

void candidate_generator::keep_fitting(std::vector<value>& values, const conjunction& a, int depth) const {
  std::vector<value> kept;
  for (auto& v : values) {
    if (kept.size() >= most_values(depth)) break;
    // The top is left to the validators; comparing thousands of values with each other would cost more than it saves.
    const bool is_new = depth == 0 || std::find(kept.begin(), kept.end(), v) == kept.end();
    if (is_new && prover_.accepts(a, v)) kept.push_back(std::move(v));
  }
  values = std::move(kept);
}

void candidate_generator::add_numbers(std::vector<value>& out, const conjunction& a, const hints& h) const {
  out.insert(out.end(), {value{0}, value{1}, value{-1}, value{0.5}, value{1'000'000'000}, value{-1'000'000'000}});
  std::vector<value> edges;
  for (const auto* n : joined(a.nodes(), h)) {
    if (!n->numbers) continue;
    for (const auto* limit :
         {&n->numbers->minimum, &n->numbers->maximum, &n->numbers->exclusive_minimum, &n->numbers->exclusive_maximum})
      if (*limit) edges.push_back(**limit);
    if (n->numbers->multiple_of) add_multiples(out, a, *n->numbers->multiple_of);
  }
  for (const auto& v : named_values(h))
    if (v.is_number()) edges.push_back(v);
  for (const auto& edge : edges)
    for (const double step : {0.0, 1.0, -1.0, 0.5, -0.5}) out.push_back(sum(edge, step));
}

void candidate_generator::add_strings(std::vector<value>& out, const conjunction& a, const hints& h) const {
  for (const auto* text :
       {"a", "", "A", "0", "-", "é", "abc", "Abc", "a b", "a1", "12345", "2024-02-29", "a@b.c", "a.b"})
    out.emplace_back(text);
  std::set<std::size_t> lengths;
  for (const auto* n : joined(a.nodes(), h)) {
    if (!n->strings) continue;
    for (const auto length : {n->strings->min_length, n->strings->max_length})
      for (const auto l : {length, length + 1, length - 1})
        if (l <= longest_text) lengths.insert(l);
  }
  for (const auto length : lengths)
    for (const char c : {'a', '1'}) out.emplace_back(std::string(length, c));
  for (const auto& v : named_values(h))
    if (v.is_string()) out.emplace_back(v.as_string() + "x");
}

void candidate_generator::add_arrays(std::vector<value>& out, const conjunction& a, const hints& h, int depth) {
  const auto prefix = a.longest_prefix();
  std::vector<std::vector<value>> choices;  // for each item of the prefix, and last for the rest
  for (std::size_t i = 0; i <= prefix; ++i) {
    choices.push_back(generate(a.item(i), item_hints(h, i), depth + 1));
    if (choices.back().empty()) break;
  }
  const auto choice = [&](std::size_t i) -> const std::vector<value>& {
    return choices[std::min(i, choices.size() - 1)];
  };
  const bool varies = depth <= deepest_variation;
  std::set<std::size_t> lengths{a.min_items()};
  if (varies) lengths.insert({0, 1, 2, a.min_items() + 1, prefix, prefix + 1});
  for (const auto* n : joined(a.nodes(), h))
    if (n->arrays && varies)
      for (const auto l :
           {n->arrays->min_items, n->arrays->max_items, n->arrays->prefix.size(), n->arrays->max_contains})
        lengths.insert({l, l + 1, l - 1});
  for (const auto length : lengths) {
    if (length > std::min(longest_list, a.max_items()) || length < a.min_items()) continue;
    array base;
    array distinct;
    for (std::size_t i = 0; i < length && !choice(i).empty(); ++i) {
      base.push_back(choice(i).front());
      distinct.push_back(choice(i)[i % choice(i).size()]);
    }
    if (base.size() < length) continue;
    for (std::size_t i = 0; i < std::min(length, prefix + 2); ++i)
      for (const auto& v : choice(i)) {
        auto changed = base;
        changed[i] = v;
        out.emplace_back(std::move(changed));
      }
    out.emplace_back(std::move(base));
    out.emplace_back(std::move(distinct));
  }
}

void candidate_generator::add_objects(std::vector<value>& out, const conjunction& a, const hints& h, int depth) {
  const bool varies = depth <= deepest_variation;
  std::vector<option> options;
  object base;
  object full;
  for (const auto& name : interesting_names(joined(a.nodes(), h))) {
    const bool is_required = a.requires_member(name);
    if (!varies && !is_required && a.min_properties() == 0) continue;
    auto values = generate(a.member(name), member_hints(h, name), depth + 1);
    if (values.empty()) continue;
    if (is_required) base[name] = values.front();
    full[name] = values.front();
    options.push_back({name, std::move(values)});
  }
  // Members beyond the required ones when there must be more.
  for (const auto& o : options)
    if (base.size() < a.min_properties()) base[o.name] = o.values.front();
  out.emplace_back(base);
  if (!varies) return;
  out.emplace_back(full);
  add_variants(out, base, options);
  add_variants(out, full, options);
}

}  // namespace agents::json_schema
