// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libagents/core/expected.hpp"

namespace agents::json_schema {

/// A regular expression of JSON Schema: ECMA-262 with the `u` flag, searched anywhere in the text, in time linear in
/// the text. Cheap to copy; matching is thread-safe.
///
/// Look-around and back-references are refused because they cannot be matched in linear time.
class regex {
 public:
  /// `bad_input` for a malformed expression, `unsupported` for look-around, back-references and repetition above 1000.
  [[nodiscard]] static expected<regex> compile(std::string_view ecma_pattern);

  [[nodiscard]] bool matches(std::string_view text) const;
  /// The pattern as it was given.
  [[nodiscard]] const std::string& source() const;

 private:
  struct compiled;
  explicit regex(std::shared_ptr<const compiled> c) : compiled_(std::move(c)) {}
  std::shared_ptr<const compiled> compiled_;
};

/// The same expression in RE2's syntax.
[[nodiscard]] expected<std::string> ecma_to_re2(std::string_view pattern);

}  // namespace agents::json_schema
