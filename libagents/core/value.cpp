// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/value.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace agents {
namespace {

bool name_less(const object::member& m, std::string_view name) { return m.name < name; }

/// Source: the combiner of SplitMix64.
std::uint64_t mix(std::uint64_t seed, std::uint64_t x) noexcept {
  x += seed + 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

object::object() = default;
object::object(const object&) = default;
object::object(object&&) noexcept = default;
object& object::operator=(const object&) = default;
object& object::operator=(object&&) noexcept = default;
object::~object() = default;

object::object(std::initializer_list<std::pair<std::string_view, value>> members) {
  members_.reserve(members.size());
  for (const auto& [name, v] : members) (*this)[name] = v;
}

object::object(storage members) : members_(std::move(members)) {
  const auto by_name = [](const member& a, const member& b) { return a.name < b.name; };
  if (!std::is_sorted(members_.begin(), members_.end(), by_name))
    std::stable_sort(members_.begin(), members_.end(), by_name);
  // Of equal names keep the last: unique() keeps the first, so run it backwards.
  const auto same = [](const member& a, const member& b) { return a.name == b.name; };
  if (std::adjacent_find(members_.begin(), members_.end(), same) == members_.end()) return;
  const auto kept = std::unique(members_.rbegin(), members_.rend(), same);
  members_.erase(members_.begin(), kept.base());
}

const value* object::find(std::string_view name) const noexcept {
  const auto it = std::lower_bound(members_.begin(), members_.end(), name, name_less);
  return it != members_.end() && it->name == name ? &it->value : nullptr;
}

value* object::find(std::string_view name) noexcept { return const_cast<value*>(std::as_const(*this).find(name)); }

value& object::operator[](std::string_view name) {
  const auto it = std::lower_bound(members_.begin(), members_.end(), name, name_less);
  if (it != members_.end() && it->name == name) return it->value;
  return members_.insert(it, member{std::string{name}, value{}})->value;
}

void object::erase(std::string_view name) {
  const auto it = std::lower_bound(members_.begin(), members_.end(), name, name_less);
  if (it != members_.end() && it->name == name) members_.erase(it);
}

bool operator==(const object& a, const object& b) { return a.members_ == b.members_; }

const value* value::find(std::string_view name) const noexcept {
  const auto* members = std::get_if<agents::object>(&data_);
  return members ? members->find(name) : nullptr;
}

std::string_view value::get_string(std::string_view name, std::string_view fallback) const noexcept {
  const auto* v = find(name);
  return v && v->is_string() ? std::string_view{*std::get_if<std::string>(&v->data_)} : fallback;
}

std::int64_t value::get_integer(std::string_view name, std::int64_t fallback) const noexcept {
  const auto* v = find(name);
  return v && v->is_integer() ? *std::get_if<std::int64_t>(&v->data_) : fallback;
}

double value::get_number(std::string_view name, double fallback) const noexcept {
  const auto* v = find(name);
  if (!v || !v->is_number()) return fallback;
  return v->is_integer() ? static_cast<double>(*std::get_if<std::int64_t>(&v->data_)) : *std::get_if<double>(&v->data_);
}

bool value::get_bool(std::string_view name, bool fallback) const noexcept {
  const auto* v = find(name);
  return v && v->is_bool() ? *std::get_if<bool>(&v->data_) : fallback;
}

bool operator==(const value& a, const value& b) {
  if (a.type() == b.type()) return a.data_ == b.data_;
  if (!a.is_number() || !b.is_number()) return false;
  // One integer, one double: equal only if the double is that exact integer.
  const auto whole = a.is_integer() ? a.as_integer() : b.as_integer();
  const auto real = a.is_integer() ? b.as_number() : a.as_number();
  return real >= -0x1p63 && real < 0x1p63 && static_cast<double>(static_cast<std::int64_t>(real)) == real &&
         static_cast<std::int64_t>(real) == whole;
}

std::string_view to_string(value::kind k) noexcept {
  constexpr std::array<std::string_view, 8> names{"null",   "boolean", "integer", "number",
                                                  "string", "bytes",   "array",   "object"};
  return names[static_cast<std::size_t>(k)];
}

std::uint64_t hash_of(const value& v) noexcept {
  if (v.is_number()) return mix(1, std::hash<double>{}(v.as_number() + 0.0));
  if (v.is_bool()) return mix(2, v.as_bool() ? 1 : 0);
  if (v.is_string()) return mix(3, std::hash<std::string>{}(v.as_string()));
  if (v.is_bytes()) {
    const auto& raw = v.as_bytes();
    return mix(4, std::hash<std::string_view>{}({reinterpret_cast<const char*>(raw.data()), raw.size()}));
  }
  std::uint64_t h = static_cast<std::uint64_t>(v.type());
  if (v.is_array())
    for (const auto& item : v.as_array()) h = mix(h, hash_of(item));
  if (v.is_object())
    for (const auto& m : v.as_object()) h = mix(mix(h, std::hash<std::string>{}(m.name)), hash_of(m.value));
  return h;
}

std::size_t footprint_bytes(const value& v) noexcept {
  std::size_t total = sizeof(value);
  if (v.is_string()) total += v.as_string().size();
  if (v.is_bytes()) total += v.as_bytes().size();
  if (v.is_array())
    for (const auto& item : v.as_array()) total += footprint_bytes(item);
  if (v.is_object())
    for (const auto& [name, item] : v.as_object()) total += sizeof(std::string) + name.size() + footprint_bytes(item);
  return total;
}

}  // namespace agents
