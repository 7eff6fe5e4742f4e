// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/number.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace agents::json_schema {
namespace {

__extension__ using uint128 = unsigned __int128;

/// The number ±mantissa · 10^exponent; the sign does not matter here.
struct decimal {
  std::uint64_t mantissa = 0;
  int exponent = 0;
};

decimal decimal_of(double v) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, std::fabs(v), std::chars_format::scientific).ptr;
  decimal out;
  const char* at = text;
  bool after_point = false;
  for (; at != end && *at != 'e'; ++at) {
    if (*at == '.') {
      after_point = true;
      continue;
    }
    out.mantissa = out.mantissa * 10 + static_cast<std::uint64_t>(*at - '0');
    out.exponent -= after_point ? 1 : 0;
  }
  int power = 0;
  ++at;                  // the e
  if (*at == '+') ++at;  // from_chars takes no plus
  std::from_chars(at, end, power);
  out.exponent += power;
  return out;
}

decimal decimal_of(const value& v) {
  if (!v.is_integer()) return decimal_of(v.as_number());
  const auto n = v.as_integer();
  const auto bits = static_cast<std::uint64_t>(n);
  return {n < 0 ? 0 - bits : bits, 0};
}

/// 10^power modulo m, by squaring.
std::uint64_t ten_to_the(int power, std::uint64_t m) {
  uint128 result = 1 % m;
  for (uint128 base = 10 % m; power > 0; power >>= 1) {
    if ((power & 1) != 0) result = result * base % m;
    base = base * base % m;
  }
  return static_cast<std::uint64_t>(result);
}

bool divides(decimal divisor, decimal v) {
  if (v.mantissa == 0) return true;
  const int shift = v.exponent - divisor.exponent;
  if (shift >= 0) {
    const uint128 m = divisor.mantissa;
    return v.mantissa % m * ten_to_the(shift, divisor.mantissa) % m == 0;
  }
  // v.mantissa < 10^20: more than 20 extra digits in the divisor cannot divide it.
  if (shift < -20) return false;
  uint128 scaled = divisor.mantissa;
  for (int i = shift; i < 0; ++i) {
    scaled *= 10;
    if (scaled > v.mantissa) return false;
  }
  return v.mantissa % scaled == 0;
}

/// Compares an integer with a double without rounding either.
std::partial_ordering compare_mixed(std::int64_t a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= 0x1p63) return std::partial_ordering::less;
  if (b < -0x1p63) return std::partial_ordering::greater;
  const double whole = std::trunc(b);
  if (const auto order = a <=> static_cast<std::int64_t>(whole); order != 0) return order;
  return 0.0 <=> (b - whole);
}

}  // namespace

std::partial_ordering compare_numbers(const value& a, const value& b) {
  if (a.is_integer() && b.is_integer()) return a.as_integer() <=> b.as_integer();
  if (a.is_integer()) return compare_mixed(a.as_integer(), b.as_number());
  if (b.is_integer()) return 0 <=> compare_mixed(b.as_integer(), a.as_number());
  return a.as_number() <=> b.as_number();
}

bool is_whole(const value& v) noexcept {
  if (v.is_integer()) return true;
  if (!v.is_number()) return false;
  const double d = v.as_number();
  return std::isfinite(d) && std::trunc(d) == d;
}

bool is_multiple_of(const value& v, const value& divisor) {
  if (v.is_integer() && divisor.is_integer()) return v.as_integer() % divisor.as_integer() == 0;
  if (!std::isfinite(v.as_number()) || !std::isfinite(divisor.as_number())) return false;
  return divides(decimal_of(divisor), decimal_of(v));
}

}  // namespace agents::json_schema
