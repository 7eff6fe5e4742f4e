// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/format.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "libagents/contract/schema/regex.hpp"
#include "libagents/contract/schema/uri.hpp"

namespace agents::json_schema {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool all_of(std::string_view text, bool (*is)(char)) { return std::all_of(text.begin(), text.end(), is); }

/// The number in exactly `size` digits at `at`; nullopt for anything else.
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t size) {
  if (at + size > text.size() || !all_of(text.substr(at, size), is_digit)) return std::nullopt;
  int out = 0;
  for (const char c : text.substr(at, size)) out = out * 10 + (c - '0');
  return out;
}

int days_in(int year, int month) {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && is_leap ? 29 : days[static_cast<std::size_t>(month - 1)];
}

/// RFC 3339 §5.6, full-date.
bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = number_at(text, 0, 4);
  const auto month = number_at(text, 5, 2);
  const auto day = number_at(text, 8, 2);
  return year && month && day && *month >= 1 && *month <= 12 && *day >= 1 && *day <= days_in(*year, *month);
}

/// The offset from UTC in minutes.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = number_at(text, 1, 2);
  const auto minutes = number_at(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

/// RFC 3339 §5.6, full-time. A leap second is allowed only where it can be: at 23:59:60 UTC.
bool is_time(std::string_view text) {
  if (text.size() < 9 || text[2] != ':' || text[5] != ':') return false;
  const auto hour = number_at(text, 0, 2);
  const auto minute = number_at(text, 3, 2);
  const auto second = number_at(text, 6, 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return false;
  auto rest = text.substr(8);
  if (rest.starts_with(".")) {
    const auto end = std::find_if_not(rest.begin() + 1, rest.end(), is_digit) - rest.begin();
    if (end == 1) return false;
    rest.remove_prefix(static_cast<std::size_t>(end));
  }
  const auto offset = parse_offset(rest);
  if (!offset) return false;
  const int utc_minutes = ((*hour * 60 + *minute - *offset) % 1440 + 1440) % 1440;
  return *second < 60 || utc_minutes == 1439;
}

bool is_date_time(std::string_view text) {
  return text.size() > 11 && is_date(text.substr(0, 10)) && (text[10] == 'T' || text[10] == 't') &&
         is_time(text.substr(11));
}

/// Takes "1Y2M…": numbers followed by units, in the order of `units`, without gaps. False when something else follows.
bool take_units(std::string_view& text, std::string_view units) {
  std::size_t next = 0;
  bool first = true;
  while (!text.empty() && is_digit(text[0])) {
    const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    const auto unit = end < text.size() ? units.find(text[end], next) : std::string_view::npos;
    if (unit == std::string_view::npos || (!first && unit != next)) return false;
    next = unit + 1;
    first = false;
    text.remove_prefix(end + 1);
  }
  return !first;
}

/// RFC 3339 appendix A.
bool is_duration(std::string_view text) {
  if (!text.starts_with("P") || text.size() < 3) return false;
  text.remove_prefix(1);
  if (text.back() == 'W') return all_of(text.substr(0, text.size() - 1), is_digit);
  if (text[0] != 'T' && !take_units(text, "YMD")) return false;
  if (text.empty()) return true;
  if (text[0] != 'T') return false;
  text.remove_prefix(1);
  return take_units(text, "HMS") && text.empty();
}

bool is_hostname_label(std::string_view label) {
  const auto is_allowed = [](char c) { return is_digit(c) || is_letter(c) || c == '-'; };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         all_of(label, is_allowed);
}

/// RFC 1123 §2.1.
bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (;;) {
    const auto dot = text.find('.');
    if (!is_hostname_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

/// RFC 2673 §3.2: four decimal numbers without leading zeros.
bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    const auto dot = text.find('.');
    const auto digits = text.substr(0, dot);
    const auto number = digits.size() <= 3 && !digits.empty() ? number_at(digits, 0, digits.size()) : std::nullopt;
    if (!number || *number > 255 || (digits.size() > 1 && digits[0] == '0')) return false;
    if ((dot == std::string_view::npos) != (part == 3)) return false;
    text.remove_prefix(std::min(dot, text.size() - 1) + 1);
  }
  return true;
}

/// The number of 16-bit groups in a part of an IPv6 address without "::"; nullopt when malformed.
std::optional<int> count_groups(std::string_view text, bool may_end_in_ipv4) {
  int groups = 0;
  while (!text.empty()) {
    const auto colon = text.find(':');
    const auto group = text.substr(0, colon);
    if (colon == std::string_view::npos && may_end_in_ipv4 && is_ipv4(group)) return groups + 2;
    if (group.empty() || group.size() > 4 || !all_of(group, is_hex)) return std::nullopt;
    ++groups;
    if (colon == std::string_view::npos) return groups;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
  }
  return groups;
}

/// RFC 4291 §2.2.
bool is_ipv6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text, true) == 8;
  const auto head = count_groups(text.substr(0, gap), false);
  const auto tail = count_groups(text.substr(gap + 2), true);
  return head && tail && *head + *tail <= 7;
}

bool is_atom(std::string_view text) {
  const auto is_allowed = [](char c) {
    return is_digit(c) || is_letter(c) || std::string_view{"!#$%&'*+-/=?^_`{|}~."}.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
         all_of(text, is_allowed);
}

bool is_quoted_local_part(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const auto is_allowed = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  return all_of(text.substr(1, text.size() - 2), is_allowed);
}

/// RFC 5321 §4.1.2, without quoted pairs.
bool is_email(std::string_view text) {
  const auto at = text.rfind('@');
  if (at > 64) return false;  // which npos is, too
  const auto domain = text.substr(at + 1);
  if (domain.starts_with("[") && domain.ends_with("]")) {
    const auto address = domain.substr(1, domain.size() - 2);
    if (!is_ipv4(address) && !(address.starts_with("IPv6:") && is_ipv6(address.substr(5)))) return false;
  } else if (!is_hostname(domain)) {
    return false;
  }
  return is_atom(text.substr(0, at)) || is_quoted_local_part(text.substr(0, at));
}

bool has_only_uri_characters(std::string_view text) {
  constexpr std::string_view marks = "-._~:/?#[]@!$&'()*+,;=";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_digit(text[i]) && !is_letter(text[i]) && marks.find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_authority(std::string_view text) {
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    if (text.substr(0, at).find_first_of("[]") != std::string_view::npos) return false;
    text.remove_prefix(at + 1);
  }
  if (text.starts_with("[")) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) return false;
    text.remove_prefix(end + 1);
  } else {
    text.remove_prefix(std::min(text.find(':'), text.size()));
  }
  return text.empty() || (text[0] == ':' && all_of(text.substr(1), is_digit));
}

/// RFC 3986 §4.1.
bool is_uri_reference(std::string_view text) {
  if (!has_only_uri_characters(text)) return false;
  const auto parts = uri::parse(text);
  if (parts.authority && !is_authority(*parts.authority)) return false;
  if (parts.path.find_first_of("[]") != std::string::npos) return false;
  if (!parts.scheme && !parts.authority && parts.path.substr(0, parts.path.find('/')).find(':') != std::string::npos)
    return false;
  return !parts.fragment || parts.fragment->find('#') == std::string::npos;
}

bool is_uri(std::string_view text) { return is_uri_reference(text) && uri::parse(text).scheme.has_value(); }

/// RFC 9562 §4.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool wants_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (wants_hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

/// RFC 6901 §3.
bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) return false;
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  if (end == 0 || (end > 1 && text[0] == '0')) return false;
  return text.substr(end) == "#" || is_json_pointer(text.substr(end));
}

bool is_regex(std::string_view text) { return regex::compile(text).has_value(); }

constexpr std::array<std::pair<std::string_view, format_check>, 14> formats{{
    {"date", is_date},
    {"time", is_time},
    {"date-time", is_date_time},
    {"duration", is_duration},
    {"email", is_email},
    {"hostname", is_hostname},
    {"ipv4", is_ipv4},
    {"ipv6", is_ipv6},
    {"uri", is_uri},
    {"uri-reference", is_uri_reference},
    {"uuid", is_uuid},
    {"json-pointer", is_json_pointer},
    {"relative-json-pointer", is_relative_json_pointer},
    {"regex", is_regex},
}};

}  // namespace

format_check find_format(std::string_view name) noexcept {
  for (const auto& [known, check] : formats)
    if (name == known) return check;
  return nullptr;
}

}  // namespace agents::json_schema
