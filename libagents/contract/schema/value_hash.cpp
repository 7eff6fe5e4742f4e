// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/value_hash.hpp"

#include <bit>
#include <functional>
#include <string_view>

#include "libagents/contract/schema/number.hpp"

namespace agents::json_schema {
namespace {

/// The finaliser of SplitMix64.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

std::uint64_t joined(std::uint64_t a, std::uint64_t b) { return mixed(a * 0x9E3779B97F4A7C15U + b); }

std::uint64_t hash_text(std::string_view text) { return std::hash<std::string_view>{}(text); }

std::uint64_t hash_number(const value& v) {
  if (v.is_integer()) return static_cast<std::uint64_t>(v.as_integer());
  const double d = v.as_number();
  if (is_whole(v) && d >= -0x1p63 && d < 0x1p63) return static_cast<std::uint64_t>(static_cast<std::int64_t>(d));
  return std::bit_cast<std::uint64_t>(d);
}

std::uint64_t hash_bytes(const bytes& data) {
  return hash_text({reinterpret_cast<const char*>(data.data()), data.size()});
}

std::uint64_t hash_content(const value& v) {
  std::uint64_t h = 0;
  switch (v.type()) {
    case value::kind::null:
      return 0;
    case value::kind::boolean:
      return v.as_bool() ? 1 : 2;
    case value::kind::integer:
    case value::kind::number:
      return hash_number(v);
    case value::kind::string:
      return hash_text(v.as_string());
    case value::kind::bytes:
      return hash_bytes(v.as_bytes());
    case value::kind::array:
      for (const auto& item : v.as_array()) h = joined(h, hash_of(item));
      return h;
    case value::kind::object:
      for (const auto& [name, item] : v.as_object()) h = joined(joined(h, hash_text(name)), hash_of(item));
      return h;
  }
  return h;
}

}  // namespace

std::uint64_t hash_of(const value& v) noexcept {
  const auto kind = v.type() == value::kind::integer ? value::kind::number : v.type();
  return joined(static_cast<std::uint64_t>(kind), hash_content(v));
}

}  // namespace agents::json_schema
