// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "libagents/contract/compatibility/conjunction.hpp"
#include "libagents/contract/schema/node.hpp"

namespace agents::json_schema {

/// Proves that all values of some schemas satisfy another one.
///
/// Sound, not complete: false means "not shown". Recursive schemas are proved by induction over the size of the value:
/// what is being proved may be assumed for the parts of the value, never for the value itself. Used for one question
/// only.
class prover {
 public:
  prover(const compiled_schema& a, const compiled_schema& b);

  [[nodiscard]] bool implies(const conjunction& a, const node& b);
  /// True when it is shown that no value satisfies all of `a`.
  [[nodiscard]] bool is_empty(const conjunction& a);
  /// True when it is shown that every schema of `a` and `b` together excludes every value.
  [[nodiscard]] bool are_disjoint(const conjunction& a, const node& b) { return is_empty(a.with(b)); }

  /// True when all schemas of `a` accept `v`, as the validator says.
  [[nodiscard]] bool accepts(const conjunction& a, const value& v) const;
  [[nodiscard]] bool accepts(const node& n, const value& v) const;

  /// The first rule that could not be shown; empty when there was none.
  [[nodiscard]] const std::string& obstacle() const { return obstacle_; }

 private:
  /// Proves inside a part of the value.
  [[nodiscard]] bool implies_below(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_any_way(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_finite(const std::vector<value>& values, const conjunction& a, const node& b);
  [[nodiscard]] bool implies_group(const conjunction& a, type_group g, const node& b);
  [[nodiscard]] bool implies_directly(const conjunction& a, type_group g, const node& b);
  [[nodiscard]] bool implies_number(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_multiple(const conjunction& a, const value& divisor);
  [[nodiscard]] bool implies_string(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_array(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_items(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_contains(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_object(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_member(const conjunction& a, const object_rules& b, std::string_view name);
  [[nodiscard]] bool implies_other_members(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_names(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_dependents(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_logic(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_any_of(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_one_of(const conjunction& a, const node& b);
  [[nodiscard]] bool implies_condition(const conjunction& a, const logic_rules& b);

  [[nodiscard]] bool is_empty_group(const conjunction& a, type_group g);
  [[nodiscard]] bool is_empty_object(const conjunction& a);
  [[nodiscard]] bool is_empty_array(const conjunction& a);

  /// Remembers what could not be shown; returns false.
  bool stuck(const node& b, std::string_view keyword);
  bool spend();

  const compiled_schema& limits_;
  bool has_dynamic_ = false;
  /// What is being proved, with the depth in the value where that began.
  std::map<std::pair<conjunction, const node*>, int> in_progress_;
  int depth_ = 0;      ///< in the value
  int emptiness_ = 0;  ///< nested questions for emptiness
  int nesting_ = 0;    ///< nested questions of any kind; bounds the stack
  std::uint64_t steps_left_ = 20'000;
  std::string obstacle_;
};

}  // namespace agents::json_schema
