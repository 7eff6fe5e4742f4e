// SPDX-License-Identifier: Apache-2.0
#include "libagents/orchestration/binding.hpp"

#include <charconv>

namespace agents {
namespace {

const value* element(const value& from, std::string_view key) {
  if (from.is_object()) return from.as_object().find(key);
  if (!from.is_array()) return nullptr;
  std::size_t i = 0;
  const auto [end, failure] = std::from_chars(key.data(), key.data() + key.size(), i);
  if (failure != std::errc{} || end != key.data() + key.size()) return nullptr;
  return i < from.as_array().size() ? &from.as_array()[i] : nullptr;
}

bool has_reference(const value& v) {
  if (v.is_string()) return v.as_string().starts_with('{');
  if (v.is_array())
    for (const auto& item : v.as_array())
      if (has_reference(item)) return true;
  if (v.is_object())
    for (const auto& m : v.as_object())
      if (has_reference(m.value)) return true;
  return false;
}

const value* target(const reference& r, const binding::lookup& values) {
  const auto* root = values(r.root);
  return root ? follow(*root, r.path) : nullptr;
}

}  // namespace

std::string reference::to_string() const {
  std::string text = "{" + root;
  for (const auto& key : path) text += "." + key;
  return text + "}";
}

std::optional<reference> parse_reference(std::string_view text) {
  if (text.size() < 3 || text.front() != '{' || text.back() != '}' || text[1] == '{') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  if (text.find_first_of("{} \t\n") != std::string_view::npos) return std::nullopt;
  reference r;
  bool first = true;
  while (true) {
    const auto dot = text.find('.');
    const auto part = text.substr(0, dot);
    if (part.empty()) return std::nullopt;
    if (first)
      r.root = part;
    else
      r.path.emplace_back(part);
    first = false;
    if (dot == std::string_view::npos) return r;
    text.remove_prefix(dot + 1);
  }
}

const value* follow(const value& from, const std::vector<std::string>& path) {
  const auto* at = &from;
  for (const auto& key : path) {
    at = element(*at, key);
    if (!at) return nullptr;
  }
  return at;
}

binding binding::parse(const value& source) {
  binding out;
  if (!has_reference(source)) {
    out.node_ = source;
    return out;
  }
  if (source.is_string()) {
    const auto& text = source.as_string();
    if (auto r = parse_reference(text))
      out.node_ = std::move(*r);
    else
      out.node_ = value{text.starts_with("{{") ? text.substr(1) : text};
  } else if (source.is_array()) {
    std::vector<binding> items;
    for (const auto& item : source.as_array()) items.push_back(parse(item));
    out.node_ = std::move(items);
  } else {
    std::vector<member> members;
    for (const auto& m : source.as_object()) members.push_back({m.name, parse(m.value)});
    out.node_ = std::move(members);
  }
  return out;
}

value binding::resolve(const lookup& values) const {
  if (const auto* literal = as_literal()) return *literal;
  if (const auto* r = as_reference()) {
    const auto* found = target(*r, values);
    return found ? *found : value{};
  }
  if (const auto* items = as_items()) {
    array out;
    for (const auto& item : *items) out.push_back(item.resolve(values));
    return out;
  }
  object::storage out;
  for (const auto& m : *as_members()) {
    const auto* r = m.from.as_reference();
    const auto* found = r ? target(*r, values) : nullptr;
    if (r && !found) continue;
    out.push_back({m.name, r ? *found : m.from.resolve(values)});
  }
  return object{std::move(out)};
}

std::vector<reference> binding::references() const {
  std::vector<reference> out;
  if (const auto* r = as_reference()) out.push_back(*r);
  const auto take = [&out](const binding& b) {
    auto inner = b.references();
    out.insert(out.end(), std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
  };
  if (const auto* items = as_items())
    for (const auto& item : *items) take(item);
  if (const auto* members = as_members())
    for (const auto& m : *members) take(m.from);
  return out;
}

}  // namespace agents
