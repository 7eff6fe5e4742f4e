// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "libagents/contract/schema/node.hpp"
#include "libagents/contract/schema/registry.hpp"

namespace agents::json_schema {

/// Turns documents into nodes. A subschema becomes a node when something refers to it; nodes wait in a queue, so that
/// the depth of a document costs no stack. Used once.
class compiler {
 public:
  explicit compiler(const schema_options& options);

  [[nodiscard]] expected<std::shared_ptr<const compiled_schema>> run(const value& document);

  // For the keywords (keywords.cpp):

  /// The node of a subschema, compiled now or later.
  const node* request(const value& schema);
  /// The node that a `$ref` or `$dynamicRef` in the resource `from` leads to by the lexical rules.
  [[nodiscard]] expected<const node*> resolve_static(std::string_view reference, std::uint32_t from);
  [[nodiscard]] expected<void> resolve_dynamic(node& n, std::string_view reference, std::uint32_t from);
  [[nodiscard]] dialect dialect_of(std::uint32_t resource) const { return registry_.resources()[resource].dialect; }
  [[nodiscard]] bool asserts_formats() const { return options_.assert_formats; }

 private:
  struct dynamic_use {
    node* user;
    std::string anchor;
  };

  [[nodiscard]] expected<void> compile_queue();
  [[nodiscard]] bool request_dynamic_targets();
  void link_dynamic_references();

  const schema_options& options_;
  registry registry_;
  std::shared_ptr<compiled_schema> out_;
  std::unordered_map<const value*, node*> nodes_;
  std::deque<std::pair<node*, const value*>> queue_;
  std::vector<dynamic_use> dynamic_uses_;
};

/// Reads the keywords of one schema object into its node. Errors name the keyword by its JSON Pointer.
[[nodiscard]] expected<void> read_keywords(compiler& c, node& n, const value& schema);

}  // namespace agents::json_schema
