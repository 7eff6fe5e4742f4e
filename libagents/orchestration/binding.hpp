// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents {

/// A reference "{root.member.3.member}": a root (a step's id, `input`, `item`, `goal`) and a path into its value.
struct reference {
  std::string root;
  std::vector<std::string> path;

  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const reference&, const reference&) = default;
};

/// Parses "{a.b}"; nullopt when `text` is no reference, which makes it a literal. "{{" at the start escapes a literal
/// brace.
[[nodiscard]] std::optional<reference> parse_reference(std::string_view text);

/// Follows a path: names in objects, decimal numbers in arrays. nullptr when there is nothing.
[[nodiscard]] const value* follow(const value& from, const std::vector<std::string>& path);

/// A template of a value: like a `value`, but strings "{…}" stand for values of other steps.
class binding {
 public:
  /// Gives the value of a root, or nullptr while there is none.
  using lookup = std::function<const value*(std::string_view root)>;

  binding() = default;
  static binding parse(const value& source);

  /// The value with all references replaced. Members of objects whose reference leads nowhere are left out; in arrays
  /// and at the top such a reference gives null.
  [[nodiscard]] value resolve(const lookup& values) const;
  /// Every reference, in order of appearance.
  [[nodiscard]] std::vector<reference> references() const;

  struct member;
  /// The parts, for type checks.
  [[nodiscard]] const reference* as_reference() const { return std::get_if<reference>(&node_); }
  [[nodiscard]] const value* as_literal() const { return std::get_if<value>(&node_); }
  [[nodiscard]] const std::vector<member>* as_members() const { return std::get_if<std::vector<member>>(&node_); }
  [[nodiscard]] const std::vector<binding>* as_items() const { return std::get_if<std::vector<binding>>(&node_); }

 private:
  std::variant<value, reference, std::vector<member>, std::vector<binding>> node_;
};

struct binding::member {
  std::string name;
  binding from;
};

}  // namespace agents
