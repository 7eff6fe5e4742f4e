// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/fields.hpp"

#include <cmath>

#include "libagents/contract/base64.hpp"

namespace agents::detail {
namespace {

std::string place(std::string_view path) { return "at " + (path.empty() ? std::string{"the top"} : std::string{path}); }

/// Bytes are longer as text: four characters of base64 for every three that have begun.
void add_max_length(object& schema, std::int64_t limit) {
  if (schema.find("items") != nullptr)
    schema["maxItems"] = limit;
  else
    schema["maxLength"] = schema.find("contentEncoding") != nullptr ? (limit + 2) / 3 * 4 : limit;
}

}  // namespace

error wrong_type(std::string_view path, std::string_view wanted, const value& got) {
  return {errc::bad_input,
          place(path) + ": expected " + std::string{wanted} + ", got " + std::string{to_string(got.type())}};
}

error missing_field(std::string_view path, std::string_view name) {
  return {errc::bad_input, place(path) + ": the field \"" + std::string{name} + "\" is missing"};
}

error out_of_range(std::string_view path, const value& got) {
  return {errc::bad_input, place(path) + ": the number " +
                               (got.is_integer() ? std::to_string(got.as_integer()) : std::to_string(got.as_number())) +
                               " does not fit the field's type"};
}

std::optional<error> read_bytes(const value& v, bytes& out, std::string_view path) {
  if (!v.is_bytes() && !v.is_string()) return wrong_type(path, "bytes or base64 text", v);
  if (v.is_bytes()) return out = v.as_bytes(), std::nullopt;
  auto decoded = parse_base64(v.as_string());
  if (!decoded) return error{errc::bad_input, place(path) + ": " + decoded.error().message};
  out = std::move(*decoded);
  return std::nullopt;
}

value integer_schema(std::int64_t low, std::uint64_t high) {
  object schema{{"type", "integer"}};
  if (low > INT64_MIN) schema["minimum"] = low;
  if (high < static_cast<std::uint64_t>(INT64_MAX)) schema["maximum"] = high;
  return schema;
}

void add_options(object& schema, const field_options& options) {
  if (std::isfinite(options.minimum)) schema["minimum"] = options.minimum;
  if (std::isfinite(options.maximum)) schema["maximum"] = options.maximum;
  if (options.max_length >= 0) add_max_length(schema, options.max_length);
  if (!options.doc.empty()) schema["description"] = options.doc;
  if (options.one_of.empty()) return;
  array allowed;
  for (const auto name : options.one_of) allowed.emplace_back(name);
  schema["enum"] = std::move(allowed);
}

std::string pointer_child(std::string_view path, std::string_view name) {
  std::string out{path};
  out += '/';
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

}  // namespace agents::detail
