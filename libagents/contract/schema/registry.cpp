// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/registry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "libagents/contract/fields.hpp"
#include "libagents/contract/schema/metaschema.hpp"

namespace agents::json_schema {
namespace {

// Where subschemas stand: directly, in an array, or in an object by name.
constexpr std::array<std::string_view, 11> single_keywords{"additionalProperties",
                                                           "contains",
                                                           "contentSchema",
                                                           "else",
                                                           "if",
                                                           "items",
                                                           "not",
                                                           "propertyNames",
                                                           "then",
                                                           "unevaluatedItems",
                                                           "unevaluatedProperties"};
constexpr std::array<std::string_view, 4> array_keywords{"allOf", "anyOf", "oneOf", "prefixItems"};
constexpr std::array<std::string_view, 5> map_keywords{"$defs", "definitions", "dependentSchemas", "patternProperties",
                                                       "properties"};

template <std::size_t n>
bool is_in(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string without_fragment(uri u) {
  u.fragment.reset();
  return u.to_string();
}

std::string unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1'))
      out += token[++i] == '0' ? '~' : '/';
    else
      out += token[i];
  }
  return out;
}

/// The child of an array or object by a token of a JSON Pointer; nullptr when there is none.
const value* child_of(const value& v, const std::string& token) {
  if (v.is_object()) return v.find(token);
  if (!v.is_array() || token.empty() || (token.size() > 1 && token[0] == '0')) return nullptr;
  std::size_t index = 0;
  const auto end = token.data() + token.size();
  const auto [rest, problem] = std::from_chars(token.data(), end, index);
  if (problem != std::errc{} || rest != end || index >= v.as_array().size()) return nullptr;
  return &v.as_array()[index];
}

unexpected at_place(const resource& r, std::string_view pointer, std::string_view problem) {
  std::string message = "schema, at " + location_of(r, pointer) + ": ";
  return unexpected{errc::bad_input, message += problem};
}

}  // namespace

std::string location_of(const resource& r, std::string_view pointer) {
  std::string out = r.uri;
  out += '#';
  return out += pointer;
}

struct registry::pending {
  const value* schema;
  place at;
};

expected<const value*> registry::add_document(shared_value document, const std::string& uri) {
  const auto* root = document.get();
  documents_.push_back(std::move(document));
  const auto index = static_cast<std::uint32_t>(resources_.size());
  if (auto ok = add_resource(root, uri, {}); !ok) return ok.propagate();
  if (auto ok = scan(root, {index, ""}); !ok) return ok.propagate();
  return root;
}

expected<void> registry::add_resource(const value* schema, const std::string& uri, const dialect& inherited) {
  auto d = find_dialect(schema, inherited);
  if (!d) return d.propagate();
  by_uri_.try_emplace(uri, static_cast<std::uint32_t>(resources_.size()));
  resources_.push_back({uri, schema, *d, {}, {}});
  return {};
}

expected<dialect> registry::find_dialect(const value* schema, const dialect& inherited) {
  const auto* declared = schema->find("$schema");
  if (!declared) return inherited;
  auto uri = without_fragment(uri::parse(declared->is_string() ? declared->as_string() : std::string{}));
  if (uri == draft_2020_12) return dialect{};
  const auto metaschema = load(uri);
  if (!metaschema)
    return unexpected{errc::unsupported, "$schema is " + uri + "; only draft 2020-12 (" + std::string{draft_2020_12} +
                                             ") and meta-schemas given in schema_options.documents are supported"};
  return dialect_of(*metaschema);
}

/// Visits all subschemas of `schema` that stand under known keywords; no recursion, so that depth costs no stack.
expected<void> registry::scan(const value* schema, place at) {
  std::vector<pending> open{{schema, std::move(at)}};
  while (!open.empty()) {
    auto [v, outer] = std::move(open.back());
    open.pop_back();
    auto entered = enter(v, std::move(outer));
    if (!entered) return entered.propagate();
    places_.insert_or_assign(v, *entered);
    if (!v->is_object()) continue;
    const auto push = [&, here = *entered](const value& child, const std::string& pointer) {
      open.push_back({&child, {here.resource, pointer}});
    };
    for (const auto& [name, child] : v->as_object()) {
      const auto pointer = detail::pointer_child(entered->pointer, name);
      if (is_in(single_keywords, name)) push(child, pointer);
      if (is_in(array_keywords, name) && child.is_array())
        for (std::size_t i = 0; i < child.as_array().size(); ++i)
          push(child.as_array()[i], pointer + "/" + std::to_string(i));
      if (is_in(map_keywords, name) && child.is_object())
        for (const auto& [key, item] : child.as_object()) push(item, detail::pointer_child(pointer, key));
    }
  }
  return {};
}

/// Registers `$id` and anchors of one subschema; the place in its own resource.
expected<place> registry::enter(const value* schema, place at) {
  if (const auto* id = schema->find("$id")) {
    if (!id->is_string()) return at_place(resources_[at.resource], at.pointer, "$id must be a string");
    const auto relative = uri::parse(id->as_string());
    if (relative.fragment && !relative.fragment->empty())
      return at_place(resources_[at.resource], at.pointer, "$id must have no fragment; use $anchor for that");
    const auto uri = without_fragment(resolve(uri::parse(resources_[at.resource].uri), relative));
    if (resources_[at.resource].root == schema) {
      // A document: known by the name it was found under and by its own.
      by_uri_.try_emplace(uri, at.resource);
      resources_[at.resource].uri = uri;
    } else {
      const auto index = static_cast<std::uint32_t>(resources_.size());
      if (auto ok = add_resource(schema, uri, resources_[at.resource].dialect); !ok) return ok.propagate();
      at = {index, ""};
    }
  }
  auto& own = resources_[at.resource];
  if (const auto anchor = schema->get_string("$anchor"); !anchor.empty())
    own.anchors.try_emplace(std::string{anchor}, schema);
  if (const auto anchor = schema->get_string("$dynamicAnchor"); !anchor.empty()) {
    own.anchors.try_emplace(std::string{anchor}, schema);
    own.dynamic_anchors.try_emplace(std::string{anchor}, schema);
  }
  return at;
}

shared_value registry::load(const std::string& uri) const {
  if (const auto it = options_.documents.find(uri); it != options_.documents.end()) return it->second;
  if (auto built_in = find_metaschema(uri)) return built_in;
  return options_.load ? options_.load(uri) : nullptr;
}

expected<std::uint32_t> registry::find_resource(const std::string& uri) {
  if (const auto it = by_uri_.find(uri); it != by_uri_.end()) return it->second;
  auto document = load(uri);
  if (!document)
    return unexpected{errc::bad_input,
                      "the schema \"" + uri +
                          "\" is not available; give it in schema_options.documents (nothing is fetched "
                          "from the network)"};
  const auto index = static_cast<std::uint32_t>(resources_.size());
  if (auto added = add_document(std::move(document), uri); !added) return added.propagate();
  return index;
}

expected<reference_target> registry::resolve_reference(std::string_view reference, std::uint32_t from) {
  const auto absolute = resolve(uri::parse(resources_[from].uri), uri::parse(reference));
  const auto target = find_resource(without_fragment(absolute));
  if (!target) return target.propagate();
  const auto fragment = percent_decoded(absolute.fragment.value_or(""));
  if (fragment.empty()) return reference_target{resources_[*target].root, {}};
  if (fragment[0] == '/') {
    auto schema = follow_pointer(*target, fragment);
    if (!schema) return schema.propagate();
    return reference_target{*schema, {}};
  }
  const auto& r = resources_[*target];
  const auto it = r.anchors.find(fragment);
  if (it == r.anchors.end())
    return unexpected{errc::bad_input, "there is no anchor \"" + fragment + "\" in \"" + r.uri + "\""};
  const bool is_dynamic = r.dynamic_anchors.contains(fragment) && r.dynamic_anchors.at(fragment) == it->second;
  return reference_target{it->second, is_dynamic ? fragment : std::string{}};
}

expected<const value*> registry::follow_pointer(std::uint32_t from, std::string_view pointer) {
  const value* at = resources_[from].root;
  place here{from, ""};
  const auto whole = pointer;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // the slash
    const auto token = unescaped(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(std::min(pointer.find('/'), pointer.size()));
    at = child_of(*at, token);
    if (!at) return at_place(resources_[from], "", "nothing is at the JSON Pointer " + std::string{whole});
    here.pointer = detail::pointer_child(here.pointer, token);
    if (const auto known = places_.find(at); known != places_.end()) here = known->second;
  }
  if (is_known(at)) return at;
  // Under a keyword that is unknown here: it becomes a schema by being referred to.
  if (auto ok = scan(at, here); !ok) return ok.propagate();
  return at;
}

}  // namespace agents::json_schema
