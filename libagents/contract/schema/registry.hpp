// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libagents/contract/schema.hpp"
#include "libagents/contract/schema/dialect.hpp"
#include "libagents/contract/schema/uri.hpp"
#include "libagents/core/expected.hpp"

namespace agents::json_schema {

/// A schema with an identity of its own: a document, or a subschema with `$id`.
struct resource {
  std::string uri;
  const value* root = nullptr;
  json_schema::dialect dialect;
  std::map<std::string, const value*, std::less<>> anchors;
  std::map<std::string, const value*, std::less<>> dynamic_anchors;
};

/// Where a subschema is: its resource and the JSON Pointer from the root of that.
struct place {
  std::uint32_t resource = 0;
  std::string pointer;
};

/// What a reference leads to.
struct reference_target {
  const value* schema = nullptr;
  /// The name when the reference was by a `$dynamicAnchor`; else empty.
  std::string dynamic_anchor;
};

/// Knows all documents that a schema can reach, and resolves references between them. Used during compilation only.
class registry {
 public:
  explicit registry(const schema_options& options) : options_(options) {}

  /// Adds a document under `uri` with all identifiers in it.
  [[nodiscard]] expected<const value*> add_document(shared_value document, const std::string& uri);
  /// Resolves a reference that stands in the resource `from`. May add documents.
  [[nodiscard]] expected<reference_target> resolve_reference(std::string_view reference, std::uint32_t from);

  /// The place of a subschema that `add_document` or `resolve_reference` came by.
  [[nodiscard]] const place& place_of(const value* schema) const { return places_.at(schema); }
  [[nodiscard]] bool is_known(const value* schema) const { return places_.contains(schema); }
  [[nodiscard]] const std::vector<resource>& resources() const { return resources_; }
  [[nodiscard]] std::vector<shared_value> take_documents() { return std::move(documents_); }

 private:
  struct pending;

  [[nodiscard]] expected<void> scan(const value* schema, place at);
  [[nodiscard]] expected<place> enter(const value* schema, place at);
  [[nodiscard]] expected<void> add_resource(const value* schema, const std::string& uri,
                                            const json_schema::dialect& inherited);
  [[nodiscard]] expected<json_schema::dialect> find_dialect(const value* schema, const json_schema::dialect& inherited);
  [[nodiscard]] expected<std::uint32_t> find_resource(const std::string& uri);
  [[nodiscard]] shared_value load(const std::string& uri) const;
  [[nodiscard]] expected<const value*> follow_pointer(std::uint32_t from, std::string_view pointer);

  const schema_options& options_;
  std::vector<resource> resources_;
  std::unordered_map<std::string, std::uint32_t> by_uri_;
  std::unordered_map<const value*, place> places_;
  std::vector<shared_value> documents_;
};

/// The location of a place as text, for messages.
[[nodiscard]] std::string location_of(const resource& r, std::string_view pointer);

}  // namespace agents::json_schema
