// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents {

namespace json_schema {
struct compiled_schema;
}

/// Where a schema's references may lead, and what a validation may cost.
struct schema_options {
  /// The URI of the document itself, the base of its relative references; for documents without `$id`.
  std::string base_uri = {};
  /// Other documents by their absolute URI. Nothing is ever fetched from the network; the meta-schemas of 2020-12 are
  /// built in.
  std::map<std::string, shared_value, std::less<>> documents = {};
  /// Asked for URIs that are not in `documents`; nullptr: unknown. Called during `compile` only.
  std::function<shared_value(const std::string& uri)> load = {};
  /// Makes `format` an assertion; by the standard it is an annotation.
  bool assert_formats = false;
  /// Nested applications of schemas; a schema that refers to itself without end is stopped here.
  int max_depth = 1024;
  /// Applications of schemas, compared items and 32-byte pieces of text looked at by patterns, together; about a
  /// second.
  std::uint64_t max_steps = 20'000'000;
};

/// One broken rule.
struct violation {
  std::string instance;  ///< JSON Pointer of the value; "" is the whole
  std::string rule;      ///< the keyword in the schema: `$id` where there is one, then `#` and a JSON Pointer
  std::string message;   ///< what the rule demands
  value got;             ///< the value; a large one as the beginning of its JSON text
};

/// "at /age: must be at least 0; got -3 (rule #/properties/age/minimum)"
[[nodiscard]] std::string to_string(const violation& v);

/// A JSON Schema of draft 2020-12, compiled. Says whether a value satisfies it.
///
/// All keywords of the draft count; `format`, `content…` and the metadata are annotations. Values of kind `bytes` are
/// of type "string", have their size as length and match no pattern. Regular expressions are matched in linear time,
/// see docs/contracts.md for the dialect.
///
/// Copies are cheap and share the compiled form. Callers: any thread.
class schema {
 public:
  /// `bad_input` names the place of a malformed keyword or of a reference that leads nowhere; `unsupported` a `$schema`
  /// or a pattern that is valid but not handled. Cost: milliseconds for large schemas; compile once.
  [[nodiscard]] static expected<schema> compile(const value& document, const schema_options& options = {});

  /// Ok, or the first violation as `bad_input`. Does not allocate for a valid value, unless it is large and
  /// `uniqueItems`, `unevaluated…` or `propertyNames` looks at it.
  [[nodiscard]] expected<void> check(const value& v) const;

  /// All violations, at most `max_violations`; empty for a valid value.
  [[nodiscard]] std::vector<violation> validate(const value& v, std::size_t max_violations = 16) const;

  /// The document it was compiled from.
  [[nodiscard]] const value& document() const noexcept;

 private:
  explicit schema(std::shared_ptr<const json_schema::compiled_schema> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const json_schema::compiled_schema> compiled_;
};

}  // namespace agents
