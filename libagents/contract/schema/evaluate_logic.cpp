// SPDX-License-Identifier: Apache-2.0
// The keywords that apply schemas to the same value.
#include <utility>

#include "libagents/contract/schema/evaluator.hpp"

namespace agents::json_schema {
namespace {

constexpr std::size_t explained_branches = 3;

/// JSON Schema Core §8.2.3.2: of all resources in the dynamic scope the outermost with the anchor.
const node& target_of(const dynamic_reference& reference, const dynamic_scope* scope) {
  const node* target = reference.fallback;
  if (reference.by_resource.empty()) return *target;
  for (; scope; scope = scope->outer)
    if (const auto* candidate = reference.by_resource[scope->resource]) target = candidate;
  return *target;
}

}  // namespace

bool evaluator::check_logic(const node& n, const application& a) {
  const auto& r = *n.logic;
  bool ok = true;
  const auto go_on = [&] { return ok || wants_more(); };
  if (r.reference) ok &= apply(*r.reference, a);
  if (r.dynamic && go_on()) ok &= apply(target_of(*r.dynamic, a.scope), a);
  for (const auto* part : r.all_of)
    if (go_on()) ok &= apply(*part, a);
  if (!r.any_of.empty() && go_on()) ok &= check_any_of(n, a);
  if (!r.one_of.empty() && go_on()) ok &= check_one_of(n, a);
  if (r.negated && go_on() && try_branch(*r.negated, {a.instance, a.path, a.scope, nullptr}))
    ok = fail(n, "not", a, [] { return std::string{"must not be of the form that the schema excludes"}; });
  if (r.condition && go_on()) ok &= check_condition(n, a);
  return ok && !is_exhausted_;
}

bool evaluator::try_branch(const node& branch, const application& a) {
  auto* const reported = std::exchange(violations_, nullptr);
  bool result = false;
  if (!a.evaluated) {
    result = apply(branch, a);
  } else {
    auto own = *a.evaluated;
    result = apply(branch, {a.instance, a.path, a.scope, &own});
    if (result) a.evaluated->merge(own);
  }
  violations_ = reported;
  return result;
}

bool evaluator::check_any_of(const node& n, const application& a) {
  const auto& branches = n.logic->any_of;
  bool any = false;
  for (const auto* branch : branches) {
    any |= try_branch(*branch, a);
    // Somebody who asks what was evaluated must hear it of all branches.
    if (any && !a.evaluated) return true;
  }
  if (any) return true;
  return fail(n, "anyOf", a, [&] {
    return "fits none of the " + std::to_string(branches.size()) + " alternatives" + reasons(branches, a);
  });
}

bool evaluator::check_one_of(const node& n, const application& a) {
  const auto& branches = n.logic->one_of;
  std::size_t matching = 0;
  for (const auto* branch : branches) {
    if (try_branch(*branch, a)) ++matching;
    if (matching > 1) break;
  }
  if (matching == 1) return !is_exhausted_;
  return fail(n, "oneOf", a, [&] {
    if (matching > 1) return std::string{"fits more than one of the alternatives, of which exactly one must fit"};
    return "fits none of the " + std::to_string(branches.size()) + " alternatives" + reasons(branches, a);
  });
}

std::string evaluator::reasons(const std::vector<const node*>& branches, const application& a) {
  std::string out;
  auto* const reported = violations_;
  const auto reported_max = max_violations_;
  for (std::size_t i = 0; i < branches.size() && i < explained_branches && !is_exhausted_; ++i) {
    std::vector<violation> found;
    violations_ = &found;
    max_violations_ = 1;
    (void)apply(*branches[i], {a.instance, a.path, a.scope, nullptr});
    if (found.empty()) continue;
    out += "; " + std::to_string(i + 1) + ": " + found[0].message;
    if (found[0].instance != to_pointer(a.path)) out += " (at " + found[0].instance + ")";
  }
  violations_ = reported;
  max_violations_ = reported_max;
  return out;
}

bool evaluator::check_condition(const node& n, const application& a) {
  const auto& r = *n.logic;
  if (!r.then_branch && !r.else_branch && !a.evaluated) return true;
  const auto* branch = try_branch(*r.condition, a) ? r.then_branch : r.else_branch;
  return !branch || apply(*branch, a);
}

}  // namespace agents::json_schema
