// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "libagents/contract/schema/node.hpp"

namespace agents::json_schema {

/// The types of JSON; integers and doubles are one, strings and bytes are one.
enum class type_group : std::uint8_t { null, boolean, number, string, array, object };
inline constexpr type_group all_groups[] = {type_group::null,   type_group::boolean, type_group::number,
                                            type_group::string, type_group::array,   type_group::object};

/// The bits of `type_set::kinds` that belong to a group.
[[nodiscard]] std::uint8_t kinds_of(type_group g) noexcept;

/// Schemas that all apply to the same value, with what they refer to and their `allOf` parts. What a keyword here does
/// not understand is left out: the set of values described is then larger than the real one, never smaller.
class conjunction {
 public:
  conjunction() = default;
  explicit conjunction(const node& n) { add(n); }

  void add(const node& n);
  [[nodiscard]] conjunction with(const node& n) const;
  [[nodiscard]] conjunction only(type_group g) const;

  /// The schemas, each once, in a fixed order.
  [[nodiscard]] const std::vector<const node*>& nodes() const { return nodes_; }
  [[nodiscard]] std::uint8_t kinds() const { return kinds_; }
  [[nodiscard]] bool has(type_group g) const { return (kinds_ & kinds_of(g)) != 0; }
  /// The only group left, if it is one.
  [[nodiscard]] std::optional<type_group> single_group() const;
  /// Numbers have no fraction.
  [[nodiscard]] bool is_whole() const;

  /// The values it is restricted to, if it is a finite list: by `enum`, `const`, or because only null and booleans are
  /// left. Not all of them need to satisfy all the schemas.
  [[nodiscard]] std::optional<std::vector<value>> finite_values() const;

  // The strongest bounds of all schemas.
  struct bound {
    value limit;
    bool is_exclusive = false;
  };
  [[nodiscard]] std::optional<bound> lower() const;
  [[nodiscard]] std::optional<bound> upper() const;
  [[nodiscard]] std::size_t min_length() const;
  [[nodiscard]] std::size_t max_length() const;
  [[nodiscard]] std::size_t min_items() const;
  [[nodiscard]] std::size_t max_items() const;
  [[nodiscard]] std::size_t min_properties() const;
  [[nodiscard]] std::size_t max_properties() const;
  [[nodiscard]] bool requires_member(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> required_names() const;
  /// All names that `properties` and `required` mention.
  [[nodiscard]] std::vector<std::string_view> mentioned_names() const;

  /// What applies to the item at `index`.
  [[nodiscard]] conjunction item(std::size_t index) const;
  /// What applies to all items behind every prefix.
  [[nodiscard]] conjunction rest() const { return item(unlimited); }
  [[nodiscard]] std::size_t longest_prefix() const;
  /// What applies to the member of that name, if it is there.
  [[nodiscard]] conjunction member(std::string_view name) const;

  /// Alternatives of which one must hold, taken from the schemas one by one; `next_split` is the first not yet taken.
  struct split {
    std::vector<std::vector<const node*>> branches;
    std::size_t key = 0;
  };
  [[nodiscard]] std::optional<split> next_split() const;
  /// The same with one branch of a split added.
  [[nodiscard]] conjunction branch(const split& s, std::size_t i) const;

  friend bool operator<(const conjunction& a, const conjunction& b);

 private:
  std::vector<const node*> nodes_;
  std::uint8_t kinds_ = 0xFF;
  std::vector<std::size_t> taken_;
};

/// The schemas of one object schema that apply to a member of that name.
[[nodiscard]] std::vector<const node*> member_schemas(const object_rules& rules, std::string_view name);

}  // namespace agents::json_schema
