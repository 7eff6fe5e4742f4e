// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/contract/schema.hpp"
#include "libagents/contract/schema/evaluated_set.hpp"
#include "libagents/contract/schema/node.hpp"

namespace agents::json_schema {

/// The resources entered so far, innermost first; lives on the stack.
struct dynamic_scope {
  const dynamic_scope* outer;
  std::uint32_t resource;
};

/// The way to a value from the top, innermost first; lives on the stack. Text is made of it only for a violation.
struct instance_path {
  const instance_path* outer;
  const std::string* name;  ///< of the member; nullptr: an item
  std::size_t index;
};

[[nodiscard]] std::string to_pointer(const instance_path* path);

/// A value, and the circumstances under which a schema is applied to it.
struct application {
  const value& instance;
  const instance_path* path;  ///< nullptr: the whole
  const dynamic_scope* scope;
  evaluated_set* evaluated;  ///< nullptr: nobody asks
};

/// Applies a compiled schema to one value; used for one value only. Without a list for violations it stops at the first
/// one and builds no text.
class evaluator {
 public:
  explicit evaluator(const compiled_schema& s) : schema_(s), steps_left_(s.max_steps) {}

  /// True when `v` is valid. `out` may be nullptr; else up to `max` violations are added to it.
  [[nodiscard]] bool run(const value& v, std::vector<violation>* out = nullptr, std::size_t max = 0);
  /// True when `v` is valid for one node alone. Not for schemas with `$dynamicRef`, where the way to the node counts.
  [[nodiscard]] bool accepts(const node& n, const value& v);

  /// True when a limit ended the evaluation: then the result says nothing about the value.
  [[nodiscard]] bool is_exhausted() const { return is_exhausted_; }

 private:
  // A keyword group each; false: invalid.
  bool apply(const node& n, const application& a);
  bool apply_in_scope(const node& n, const application& a);
  bool fail_type(const node& n, const application& a);
  bool check_constants(const node& n, const application& a);
  bool check_number(const node& n, const application& a);
  bool check_string(const node& n, const application& a);
  bool check_text(const node& n, const application& a);
  bool check_array(const node& n, const application& a);
  bool check_items(const node& n, const application& a);
  bool check_contains(const node& n, const application& a);
  bool check_unique(const node& n, const application& a);
  struct equal_items {
    std::size_t first;
    std::size_t second;
  };
  std::optional<equal_items> find_equal_by_hash(const array& values);
  bool check_object(const node& n, const application& a);
  bool check_members(const node& n, const application& a);
  bool check_patterns(const object_rules& rules, const application& a, const object::member& m, bool& is_covered);
  bool check_names(const node& n, const application& a);
  bool check_dependents(const node& n, const application& a);
  bool check_logic(const node& n, const application& a);
  bool check_any_of(const node& n, const application& a);
  bool check_one_of(const node& n, const application& a);
  bool check_condition(const node& n, const application& a);
  bool check_keywords(const node& n, const application& a);
  bool check_unevaluated_items(const node& n, const application& a);
  bool check_unevaluated_properties(const node& n, const application& a);

  bool apply_to_member(const node& child, const application& a, const object::member& m);
  bool apply_to_item(const node& child, const application& a, std::size_t index);
  /// Applies a schema to the same value and reports nothing; what it evaluated counts only when it succeeds.
  bool try_branch(const node& branch, const application& a);
  /// Why the first few branches do not fit, for the message of the keyword that tried them.
  std::string reasons(const std::vector<const node*>& branches, const application& a);

  /// Uses up the budget; false when nothing is left, which makes every further result worthless.
  bool spend(std::uint64_t steps) {
    if (steps_left_ < steps) return exhaust("max_steps");
    steps_left_ -= steps;
    return true;
  }
  bool exhaust(std::string_view limit);
  /// True when a violation was found but more are wanted.
  [[nodiscard]] bool wants_more() const {
    return violations_ && !is_exhausted_ && violations_->size() < max_violations_;
  }

  /// Records a violation of `keyword`; returns false, for `return fail(…)`. `message` is called only when it is needed.
  template <class Message>
  bool fail(const node& n, std::string_view keyword, const application& a, Message&& message) {
    if (wants_more()) add_violation(n, keyword, a, message());
    return false;
  }
  void add_violation(const node& n, std::string_view keyword, const application& a, std::string message);

  const compiled_schema& schema_;
  std::uint64_t steps_left_;
  int depth_ = 0;
  bool is_exhausted_ = false;
  std::string_view exhausted_limit_;
  std::vector<violation>* violations_ = nullptr;
  std::size_t max_violations_ = 0;
};

}  // namespace agents::json_schema
