// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

/// Declares the fields of a struct once; that gives `to_value`, `from_value` and `schema_of`, and with them
/// MessagePack, JSON and a JSON Schema. Write it inside the struct: `struct query { std::string text; int k = 0;
/// AGENTS_FIELDS(text, k) };`
///
/// All fields are required unless they are `std::optional`. For defaults, limits and descriptions write `visit_fields`
/// yourself: `template <class S, class V> static void visit_fields(S& s, V& v) { v("k", s.k, {.optional = true,
/// .minimum = 1}); }`
#define AGENTS_FIELDS(...)                                           \
  template <class AgentsSelf, class AgentsVisitor>                   \
  static void visit_fields(AgentsSelf& self, AgentsVisitor& visit) { \
    AGENTS_DETAIL_EACH(AGENTS_DETAIL_FIELD, __VA_ARGS__)             \
  }

#define AGENTS_DETAIL_FIELD(name) visit(#name, self.name);
#define AGENTS_DETAIL_PARENS ()
#define AGENTS_DETAIL_EXPAND(...) AGENTS_DETAIL_EXPAND3(AGENTS_DETAIL_EXPAND3(AGENTS_DETAIL_EXPAND3(__VA_ARGS__)))
#define AGENTS_DETAIL_EXPAND3(...) AGENTS_DETAIL_EXPAND2(AGENTS_DETAIL_EXPAND2(AGENTS_DETAIL_EXPAND2(__VA_ARGS__)))
#define AGENTS_DETAIL_EXPAND2(...) AGENTS_DETAIL_EXPAND1(AGENTS_DETAIL_EXPAND1(AGENTS_DETAIL_EXPAND1(__VA_ARGS__)))
#define AGENTS_DETAIL_EXPAND1(...) __VA_ARGS__
#define AGENTS_DETAIL_EACH(macro, ...) __VA_OPT__(AGENTS_DETAIL_EXPAND(AGENTS_DETAIL_STEP(macro, __VA_ARGS__)))
#define AGENTS_DETAIL_STEP(macro, first, ...) \
  macro(first) __VA_OPT__(AGENTS_DETAIL_AGAIN AGENTS_DETAIL_PARENS(macro, __VA_ARGS__))
#define AGENTS_DETAIL_AGAIN() AGENTS_DETAIL_STEP

namespace agents {

/// What a field may say about itself beside its type. Everything here ends up in the JSON Schema.
struct field_options {
  bool optional = false;  ///< may be missing; the struct's own initial value then counts
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  std::int64_t max_length = -1;  ///< characters of a string, bytes, items of a list; -1: no limit
  std::string_view doc = {};
  std::vector<std::string_view> one_of = {};  ///< allowed strings; empty: any
};

namespace detail {

struct any_visitor {
  template <class T>
  void operator()(std::string_view, T&, const field_options& = {}) {}
};

template <class T>
concept has_fields = requires(T& t, any_visitor& v) {
  T::visit_fields(t, v);
};

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = !std::is_same_v<T, std::uint8_t>;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_string_map = false;
template <class T>
inline constexpr bool is_string_map<std::map<std::string, T>> = true;

/// "query" for `my::ns::query`: the unqualified name of a type, as the compiler writes it.
template <class T>
constexpr std::string_view type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  const auto colon = text.substr(0, text.find('<')).rfind("::");
  return colon == std::string_view::npos ? text : text.substr(colon + 2);
}

/// "bad_input: at /passages/3/text: expected a string, got an integer"; `path` is a JSON Pointer.
[[nodiscard]] error wrong_type(std::string_view path, std::string_view wanted, const value& got);
[[nodiscard]] error missing_field(std::string_view path, std::string_view name);
[[nodiscard]] error out_of_range(std::string_view path, const value& got);
/// Bytes, or what they are in JSON: base64 text.
[[nodiscard]] std::optional<error> read_bytes(const value& v, bytes& out, std::string_view path);
[[nodiscard]] value integer_schema(std::int64_t low, std::uint64_t high);
void add_options(object& schema, const field_options& options);
/// Like `std::string`'s +, with the escapes of RFC 6901.
[[nodiscard]] std::string pointer_child(std::string_view path, std::string_view name);

template <class T>
value to_value(const T& x);
template <class T>
std::optional<error> read(const value& v, T& out, const std::string& path);
template <class T>
value schema_of();

struct writer {
  object::storage members = {};
  template <class T>
  void operator()(std::string_view name, const T& field, const field_options& = {}) {
    if constexpr (is_optional<T>) {
      if (!field) return;
    }
    members.push_back({std::string{name}, detail::to_value(field)});
  }
};

struct reader {
  const object& from;
  const std::string& path;
  std::optional<error> problem = {};

  template <class T>
  void operator()(std::string_view name, T& field, const field_options& options = {}) {
    if (problem) return;
    const auto* v = from.find(name);
    if (v)
      problem = detail::read(*v, field, pointer_child(path, name));
    else if (!options.optional && !is_optional<T>)
      problem = missing_field(path, name);
  }
};

struct describer {
  object properties = {};
  array required = {};

  template <class T>
  void operator()(std::string_view name, T&, const field_options& options = {}) {
    auto schema = detail::schema_of<std::remove_const_t<T>>();
    if (schema.is_object()) add_options(schema.as_object(), options);
    properties[name] = std::move(schema);
    if (!options.optional && !is_optional<std::remove_const_t<T>>) required.emplace_back(name);
  }
};

template <class T>
value to_value(const T& x) {
  if constexpr (std::is_same_v<T, value> || std::is_same_v<T, object> || std::is_same_v<T, array> ||
                std::is_same_v<T, bytes> || std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    return value{x};
  } else if constexpr (is_optional<T>) {
    return x ? detail::to_value(*x) : value{};
  } else if constexpr (is_vector<T>) {
    array items;
    items.reserve(x.size());
    for (const auto& item : x) items.push_back(detail::to_value(item));
    return items;
  } else if constexpr (is_string_map<T>) {
    object::storage members;
    for (const auto& [name, item] : x) members.push_back({name, detail::to_value(item)});
    return object{std::move(members)};
  } else {
    static_assert(has_fields<T>, "declare the fields of this type with AGENTS_FIELDS(…)");
    writer w;
    T::visit_fields(x, w);
    return object{std::move(w.members)};
  }
}

template <class T>
std::optional<error> read_integer(const value& v, T& out, const std::string& path) {
  if (!v.is_integer()) {
    // 3.0 is an integer in JSON Schema; accept it here as well.
    if (!v.is_number() || v.as_number() != static_cast<double>(static_cast<std::int64_t>(v.as_number())))
      return wrong_type(path, "integer", v);
  }
  const auto wide = v.is_integer() ? v.as_integer() : static_cast<std::int64_t>(v.as_number());
  if (!std::in_range<T>(wide)) return out_of_range(path, v);
  out = static_cast<T>(wide);
  return std::nullopt;
}

template <class T>
std::optional<error> read_items(const value& v, std::vector<T>& out, const std::string& path) {
  if (!v.is_array()) return wrong_type(path, "array", v);
  out.clear();
  out.reserve(v.as_array().size());
  for (const auto& item : v.as_array()) {
    T element{};
    if (auto e = detail::read(item, element, path + "/" + std::to_string(out.size()))) return e;
    out.push_back(std::move(element));
  }
  return std::nullopt;
}

template <class T>
std::optional<error> read_map(const value& v, std::map<std::string, T>& out, const std::string& path) {
  if (!v.is_object()) return wrong_type(path, "object", v);
  out.clear();
  for (const auto& [name, item] : v.as_object())
    if (auto e = detail::read(item, out[name], pointer_child(path, name))) return e;
  return std::nullopt;
}

template <class T>
std::optional<error> read(const value& v, T& out, const std::string& path) {
  if constexpr (std::is_same_v<T, value>) {
    out = v;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!v.is_bool()) return wrong_type(path, "boolean", v);
    out = v.as_bool();
  } else if constexpr (std::is_integral_v<T>) {
    return read_integer(v, out, path);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!v.is_number()) return wrong_type(path, "number", v);
    out = static_cast<T>(v.as_number());
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!v.is_string()) return wrong_type(path, "string", v);
    out = v.as_string();
  } else if constexpr (std::is_same_v<T, bytes>) {
    return read_bytes(v, out, path);
  } else if constexpr (std::is_same_v<T, object>) {
    if (!v.is_object()) return wrong_type(path, "object", v);
    out = v.as_object();
  } else if constexpr (std::is_same_v<T, array>) {
    if (!v.is_array()) return wrong_type(path, "array", v);
    out = v.as_array();
  } else if constexpr (is_optional<T>) {
    if (v.is_null()) return out.reset(), std::nullopt;
    return detail::read(v, out.emplace(), path);
  } else if constexpr (is_vector<T>) {
    return read_items(v, out, path);
  } else if constexpr (is_string_map<T>) {
    return read_map(v, out, path);
  } else {
    static_assert(has_fields<T>, "declare the fields of this type with AGENTS_FIELDS(…)");
    if (!v.is_object()) return wrong_type(path, "object", v);
    reader r{v.as_object(), path};
    T::visit_fields(out, r);
    return r.problem;
  }
  return std::nullopt;
}

template <class T>
value schema_of() {
  if constexpr (std::is_same_v<T, value>) {
    return true;
  } else if constexpr (std::is_same_v<T, bool>) {
    return object{{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return integer_schema(static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                          static_cast<std::uint64_t>(std::numeric_limits<T>::max()));
  } else if constexpr (std::is_floating_point_v<T>) {
    return object{{"type", "number"}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return object{{"type", "string"}};
  } else if constexpr (std::is_same_v<T, bytes>) {
    return object{{"type", "string"}, {"contentEncoding", "base64"}};
  } else if constexpr (std::is_same_v<T, object>) {
    return object{{"type", "object"}};
  } else if constexpr (std::is_same_v<T, array>) {
    return object{{"type", "array"}};
  } else if constexpr (is_optional<T>) {
    return detail::schema_of<typename T::value_type>();
  } else if constexpr (is_vector<T>) {
    return object{{"type", "array"}, {"items", detail::schema_of<typename T::value_type>()}};
  } else if constexpr (is_string_map<T>) {
    return object{{"type", "object"}, {"additionalProperties", detail::schema_of<typename T::mapped_type>()}};
  } else {
    static_assert(has_fields<T>, "declare the fields of this type with AGENTS_FIELDS(…)");
    T sample{};
    describer d;
    T::visit_fields(sample, d);
    return object{{"title", type_name<T>()},
                  {"type", "object"},
                  {"properties", std::move(d.properties)},
                  {"required", std::move(d.required)}};
  }
}

}  // namespace detail

/// A struct as a dynamic value. Absent optionals are left out.
template <class T>
[[nodiscard]] value to_value(const T& x) {
  return detail::to_value(x);
}

/// A dynamic value as a struct, or `bad_input` with the JSON Pointer of the place. Unknown members are ignored, so that
/// a newer sender can talk to an older receiver. Ranges of `field_options` are the schema's business, not checked here.
template <class T>
[[nodiscard]] expected<T> from_value(const value& v) {
  T out{};
  if (auto problem = detail::read(v, out, std::string{})) return unexpected{std::move(*problem)};
  return out;
}

/// The JSON Schema (2020-12) of a struct; `title` is the name of the type.
template <class T>
[[nodiscard]] value schema_of() {
  return detail::schema_of<T>();
}

}  // namespace agents
