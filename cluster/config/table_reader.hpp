// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/plan/toml_document.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"

namespace agents::config {

/// Puts the value of one key where it belongs; `bad_input` says what was expected.
using setter = std::function<expected<void>(const value&)>;
/// What a table may contain, by key.
using setters = std::map<std::string, setter, std::less<>>;

[[nodiscard]] unexpected wanted(const std::string& what);

template <class Int>
[[nodiscard]] setter whole(Int& out, std::int64_t low, std::int64_t high) {
  return [&out, low, high](const value& v) -> expected<void> {
    if (!v.is_integer() || v.as_integer() < low || v.as_integer() > high)
      return wanted("a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    out = static_cast<Int>(v.as_integer());
    return {};
  };
}

/// One of a few texts. The names, in quotation marks, are listed in the error.
template <class Enum>
[[nodiscard]] setter one_of(Enum& out, std::vector<std::pair<std::string_view, Enum>> names) {
  return [&out, names = std::move(names)](const value& v) -> expected<void> {
    std::string list;
    for (const auto& [name, meaning] : names) {
      if (v == value{name}) return out = meaning, expected<void>{};
      list += (list.empty() ? "\"" : ", \"") + std::string{name} + "\"";
    }
    return wanted("one of " + list);
  };
}

[[nodiscard]] setter time_span(duration& out);
[[nodiscard]] setter text(std::string& out);
[[nodiscard]] setter flag(bool& out);
[[nodiscard]] setter texts(std::vector<std::string>& out);

/// Sets what the table at `pointer` contains. A key that is not known is an error that lists those that are; errors
/// name file, line and key.
[[nodiscard]] expected<void> read_table(const toml_document& d, const std::string& pointer, const value& table,
                                        const setters& known);

/// A table of tables, [KIND.NAME], in the order of the file; those on one line by name.
struct named_table {
  std::string name;
  std::string pointer;
  const value* content = nullptr;  ///< in the document
};
[[nodiscard]] std::vector<named_table> tables_of(const toml_document& d, std::string_view kind);

}  // namespace agents::config
