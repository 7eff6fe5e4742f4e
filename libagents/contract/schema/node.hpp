// SPDX-License-Identifier: Apache-2.0
// The compiled form of a schema: a graph of nodes, one for each subschema.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libagents/contract/schema/format.hpp"
#include "libagents/contract/schema/regex.hpp"
#include "libagents/core/value.hpp"

namespace agents::json_schema {

struct node;

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// A set of the kinds of `value`, for `type`.
struct type_set {
  std::uint8_t kinds = 0xFF;   ///< bit `1 << kind`
  bool whole_numbers = false;  ///< doubles only without fraction: "integer" without "number"
  [[nodiscard]] bool has(value::kind k) const noexcept { return ((kinds >> static_cast<unsigned>(k)) & 1U) != 0; }
};

struct number_rules {
  std::optional<value> minimum, exclusive_minimum, maximum, exclusive_maximum, multiple_of;
};

struct string_rules {
  std::size_t min_length = 0;
  std::size_t max_length = unlimited;
  std::optional<regex> pattern;
  format_check format = nullptr;
  std::string format_name;
};

struct array_rules {
  std::vector<const node*> prefix;
  const node* rest = nullptr;  ///< `items`
  const node* contains = nullptr;
  std::size_t min_contains = 1;
  std::size_t max_contains = unlimited;
  std::size_t min_items = 0;
  std::size_t max_items = unlimited;
  bool unique = false;
};

/// A name that `properties` or `required` mentions.
struct property_rule {
  std::string name;
  const node* schema = nullptr;  ///< nullptr: only required
  bool is_required = false;
};

struct pattern_rule {
  regex pattern;
  const node* schema;
};

/// `dependentRequired` and `dependentSchemas` for one name.
struct dependent_rule {
  std::string name;
  std::vector<std::string> required;
  const node* schema = nullptr;
};

struct object_rules {
  std::vector<property_rule> properties;  ///< sorted by name, as the members of an object are
  std::vector<pattern_rule> patterns;
  const node* additional = nullptr;
  const node* names = nullptr;
  std::vector<dependent_rule> dependents;
  std::size_t min_properties = 0;
  std::size_t max_properties = unlimited;
};

/// `$dynamicRef`: the outermost resource in the dynamic scope that has the anchor decides.
struct dynamic_reference {
  const node* fallback = nullptr;
  std::vector<const node*> by_resource;  ///< empty: an ordinary reference
};

/// The keywords that apply other schemas to the same value.
struct logic_rules {
  const node* reference = nullptr;
  std::optional<dynamic_reference> dynamic;
  std::vector<const node*> all_of, any_of, one_of;
  const node* negated = nullptr;
  const node* condition = nullptr;
  const node* then_branch = nullptr;
  const node* else_branch = nullptr;
};

/// `enum`: the allowed values in the document; `by_hash` is filled when there are many.
struct enumeration {
  const array* values = nullptr;
  std::vector<std::pair<std::uint64_t, const value*>> by_hash;  ///< sorted by hash
};

struct node {
  bool accepts_all = false;
  bool accepts_none = false;
  type_set types;
  std::uint32_t resource = 0;
  const value* constant = nullptr;
  std::optional<enumeration> allowed;
  std::unique_ptr<number_rules> numbers;
  std::unique_ptr<string_rules> strings;
  std::unique_ptr<array_rules> arrays;
  std::unique_ptr<object_rules> objects;
  std::unique_ptr<logic_rules> logic;
  const node* unevaluated_items = nullptr;
  const node* unevaluated_properties = nullptr;
  std::string location;  ///< URI of the resource, '#' and the JSON Pointer in it
};

struct compiled_schema {
  shared_value document;
  std::vector<shared_value> documents;  ///< keeps alive what nodes point to
  std::deque<node> nodes;
  const node* root = nullptr;
  int max_depth = 0;
  std::uint64_t max_steps = 0;
};

}  // namespace agents::json_schema
