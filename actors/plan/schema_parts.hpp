// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libagents/core/value.hpp"

/// What the contract planner reads out of JSON Schemas, and its question whether one fits another.
namespace agents::composing {

/// The `title`: for structs with AGENTS_FIELDS the name of the struct. "" when there is none.
[[nodiscard]] std::string_view title_of(const value& schema);
/// True for the schema that says nothing (`true` or `{}`).
[[nodiscard]] bool is_anything(const value& schema);
/// The names under `properties`, in order.
[[nodiscard]] std::vector<std::string> member_names(const value& schema);
/// The names under `required`, in order, without repetitions.
[[nodiscard]] std::vector<std::string> required_members(const value& schema);
/// The schema of a member, able to stand alone: definitions of the whole (`$defs`) are carried along. `true` when none.
[[nodiscard]] value member_schema(const value& schema, std::string_view name);
/// The schema of the items of a list; nullopt when `schema` describes no list.
[[nodiscard]] std::optional<value> item_schema(const value& schema);
[[nodiscard]] value list_of(value item);
/// "review", "list of review", "string", "{path, text}": a type for people.
[[nodiscard]] std::string describe(const value& schema);
/// True when a plan can refer to a member of that name: "{step.name}".
[[nodiscard]] bool can_be_referenced(std::string_view name);

/// Whether values of one type can be used as another.
struct fit {
  enum class answer : std::uint8_t { no, unproven, yes };
  answer result = answer::no;
  std::string why_not;  ///< of `no` and `unproven`
};

/// Asks `compatible()`, remembers the answers, and stops asking after `max_questions`: from then on all is `no`.
class fit_checker {
 public:
  [[nodiscard]] const fit& check(const value& from, const value& to);
  /// True when a question was left unasked.
  [[nodiscard]] bool exhausted() const { return exhausted_; }

 private:
  using key = std::pair<std::uint64_t, std::uint64_t>;
  std::map<key, fit> answers_;
  bool exhausted_ = false;
};

}  // namespace agents::composing
