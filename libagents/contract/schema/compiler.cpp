// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/compiler.hpp"

namespace agents::json_schema {
namespace {

bool has_no_rules(const node& n) {
  return !n.accepts_none && n.types.kinds == 0xFF && !n.constant && !n.allowed && !n.numbers && !n.strings &&
         !n.arrays && !n.objects && !n.logic && !n.unevaluated_items && !n.unevaluated_properties;
}

}  // namespace

compiler::compiler(const schema_options& options)
    : options_(options), registry_(options), out_(std::make_shared<compiled_schema>()) {}

expected<std::shared_ptr<const compiled_schema>> compiler::run(const value& document) {
  out_->document = share(document);
  out_->max_depth = options_.max_depth;
  out_->max_steps = options_.max_steps;
  const auto root = registry_.add_document(out_->document, options_.base_uri);
  if (!root) return root.propagate();
  out_->root = request(**root);
  do {
    if (auto ok = compile_queue(); !ok) return ok.propagate();
  } while (request_dynamic_targets());
  link_dynamic_references();
  for (auto& n : out_->nodes) n.accepts_all = has_no_rules(n);
  out_->documents = registry_.take_documents();
  return std::shared_ptr<const compiled_schema>{std::move(out_)};
}

const node* compiler::request(const value& schema) {
  if (const auto it = nodes_.find(&schema); it != nodes_.end()) return it->second;
  const auto& at = registry_.place_of(&schema);
  auto& n = out_->nodes.emplace_back();
  n.resource = at.resource;
  n.location = location_of(registry_.resources()[at.resource], at.pointer);
  nodes_.emplace(&schema, &n);
  queue_.emplace_back(&n, &schema);
  return &n;
}

expected<void> compiler::compile_queue() {
  while (!queue_.empty()) {
    const auto [n, schema] = queue_.front();
    queue_.pop_front();
    if (schema->is_bool()) {
      n->accepts_none = !schema->as_bool();
    } else if (!schema->is_object()) {
      return unexpected{errc::bad_input, "schema, at " + n->location +
                                             ": a schema must be an object or a boolean, not " +
                                             std::string{to_string(schema->type())}};
    } else if (auto ok = read_keywords(*this, *n, *schema); !ok) {
      return ok.propagate();
    }
  }
  return {};
}

expected<const node*> compiler::resolve_static(std::string_view reference, std::uint32_t from) {
  const auto target = registry_.resolve_reference(reference, from);
  if (!target) return target.propagate();
  return request(*target->schema);
}

expected<void> compiler::resolve_dynamic(node& n, std::string_view reference, std::uint32_t from) {
  const auto target = registry_.resolve_reference(reference, from);
  if (!target) return target.propagate();
  n.logic->dynamic = dynamic_reference{request(*target->schema), {}};
  if (!target->dynamic_anchor.empty()) dynamic_uses_.push_back({&n, target->dynamic_anchor});
  return {};
}

/// Every resource that has the anchor can turn out to be the outermost. True when that brought new work.
bool compiler::request_dynamic_targets() {
  for (const auto& use : dynamic_uses_)
    for (const auto& r : registry_.resources())
      if (const auto it = r.dynamic_anchors.find(use.anchor); it != r.dynamic_anchors.end()) request(*it->second);
  return !queue_.empty();
}

void compiler::link_dynamic_references() {
  const auto& resources = registry_.resources();
  for (const auto& use : dynamic_uses_) {
    auto& targets = use.user->logic->dynamic->by_resource;
    targets.resize(resources.size());
    for (std::size_t i = 0; i < resources.size(); ++i)
      if (const auto it = resources[i].dynamic_anchors.find(use.anchor); it != resources[i].dynamic_anchors.end())
        targets[i] = request(*it->second);
  }
}

}  // namespace agents::json_schema
