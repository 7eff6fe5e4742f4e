// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "libagents/contract/schema/evaluator.hpp"

namespace agents::json_schema {
namespace {

constexpr std::size_t pairwise_items = 8;  // up to here comparing each with each is faster than hashing

std::string items(std::size_t count) { return std::to_string(count) + (count == 1 ? " item" : " items"); }

template <class Pair>
std::optional<Pair> find_equal_pairwise(const array& values) {
  for (std::size_t i = 1; i < values.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (values[i] == values[j]) return Pair{j, i};
  return std::nullopt;
}

}  // namespace

bool evaluator::check_array(const node& n, const application& a) {
  const auto& r = *n.arrays;
  const auto size = a.instance.as_array().size();
  bool ok = true;
  const auto go_on = [&] { return ok || wants_more(); };
  if (size < r.min_items) ok = fail(n, "minItems", a, [&] { return "must have at least " + items(r.min_items); });
  if (size > r.max_items && go_on())
    ok = fail(n, "maxItems", a, [&] { return "must have at most " + items(r.max_items); });
  if ((r.rest || !r.prefix.empty()) && go_on()) ok &= check_items(n, a);
  if (r.contains && go_on()) ok &= check_contains(n, a);
  if (r.unique && go_on()) ok &= check_unique(n, a);
  return ok;
}

bool evaluator::apply_to_item(const node& child, const application& a, std::size_t index) {
  const instance_path path{a.path, nullptr, index};
  return apply(child, {a.instance.as_array()[index], &path, a.scope, nullptr});
}

bool evaluator::check_items(const node& n, const application& a) {
  const auto& r = *n.arrays;
  const auto size = a.instance.as_array().size();
  const auto with_schema = r.rest ? size : std::min(size, r.prefix.size());
  bool ok = true;
  for (std::size_t i = 0; i < with_schema && (ok || wants_more()); ++i) {
    const node* item = i < r.prefix.size() ? r.prefix[i] : r.rest;
    if (item) ok &= apply_to_item(*item, a, i);
    if (a.evaluated) a.evaluated->mark(i);
  }
  return ok;
}

bool evaluator::check_contains(const node& n, const application& a) {
  const auto& r = *n.arrays;
  const auto size = a.instance.as_array().size();
  const bool needs_all = a.evaluated || r.max_contains != unlimited;
  std::size_t found = 0;
  auto* const reported = std::exchange(violations_, nullptr);
  for (std::size_t i = 0; i < size && (needs_all || found < r.min_contains) && !is_exhausted_; ++i) {
    if (!apply_to_item(*r.contains, a, i)) continue;
    ++found;
    if (a.evaluated) a.evaluated->mark(i);
  }
  violations_ = reported;
  if (found < r.min_contains)
    return fail(n, r.min_contains == 1 ? "contains" : "minContains", a, [&] {
      return "must contain at least " + items(r.min_contains) + " of a certain form, has " + std::to_string(found);
    });
  if (found > r.max_contains)
    return fail(n, "maxContains", a, [&] {
      return "must contain at most " + items(r.max_contains) + " of a certain form, has " + std::to_string(found);
    });
  return !is_exhausted_;
}

bool evaluator::check_unique(const node& n, const application& a) {
  const auto& values = a.instance.as_array();
  const auto equal =
      values.size() <= pairwise_items ? find_equal_pairwise<equal_items>(values) : find_equal_by_hash(values);
  if (!equal) return !is_exhausted_;
  return fail(n, "uniqueItems", a, [&] {
    return "must have no equal items; " + std::to_string(equal->first) + " and " + std::to_string(equal->second) +
           " are equal";
  });
}

std::optional<evaluator::equal_items> evaluator::find_equal_by_hash(const array& values) {
  struct entry {
    std::uint64_t hash;
    std::size_t index;
  };
  if (!spend(values.size())) return std::nullopt;
  std::vector<entry> sorted;
  sorted.reserve(values.size());
  for (const auto& v : values) sorted.push_back({hash_of(v), sorted.size()});
  std::sort(sorted.begin(), sorted.end(), [](const entry& x, const entry& y) { return x.hash < y.hash; });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    // Different values with equal hashes are rare, unless somebody made them: their comparisons are paid for.
    for (std::size_t j = i; j > 0 && sorted[j - 1].hash == sorted[i].hash; --j) {
      if (!spend(1)) return std::nullopt;
      if (values[sorted[j - 1].index] == values[sorted[i].index])
        return equal_items{std::min(sorted[j - 1].index, sorted[i].index),
                           std::max(sorted[j - 1].index, sorted[i].index)};
    }
  }
  return std::nullopt;
}

bool evaluator::check_unevaluated_items(const node& n, const application& a) {
  const auto size = a.instance.as_array().size();
  bool ok = true;
  for (std::size_t i = 0; i < size && (ok || wants_more()); ++i)
    if (!a.evaluated->contains(i)) ok &= apply_to_item(*n.unevaluated_items, a, i);
  a.evaluated->mark_all();
  return ok;
}

}  // namespace agents::json_schema
