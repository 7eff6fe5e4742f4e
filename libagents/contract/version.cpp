// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/version.hpp"

#include <algorithm>
#include <optional>

namespace agents {
namespace {

constexpr int largest_part = 999'999;
constexpr std::string_view blanks = " \t";

std::string quoted(std::string_view text) {
  std::string out{'"'};
  out += text.substr(0, 64);
  return out += '"';
}

unexpected bad_version(std::string_view text, std::string_view why) {
  return unexpected{errc::bad_input, "version " + quoted(text) + ": " + std::string{why} +
                                         "; write MAJOR, MAJOR.MINOR or MAJOR.MINOR.PATCH, as in 1.2.3"};
}

unexpected bad_range(std::string_view text, std::string_view why) {
  return unexpected{errc::bad_input,
                    "version range " + quoted(text) + ": " + std::string{why} +
                        "; allowed are 1, 1.2, 1.2.3, ^1.2, ~1.2, =1.2.3, 1.x, *, >=1.2 <3 and A || B"};
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// A version that may leave parts open: "1", "1.x", "1.2.*", "*".
struct partial_version {
  int part[3] = {0, 0, 0};
  int known = 0;              ///< leading parts that are given
  bool has_wildcard = false;  ///< ended by x, X or *

  [[nodiscard]] version lowest() const { return {part[0], part[1], part[2]}; }
  /// The first version after all that share the leading `parts` parts; the end of all when `parts` is 0.
  [[nodiscard]] version after(int parts) const {
    if (parts == 0) return {INT32_MAX, 0, 0};
    if (parts == 1) return {part[0] + 1, 0, 0};
    if (parts == 2) return {part[0], part[1] + 1, 0};
    return {part[0], part[1], part[2] + 1};
  }
};

std::optional<int> parse_part(std::string_view text) {
  if (text.empty() || text.size() > 6 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  static_assert(largest_part == 999'999, "six digits");
  return number;
}

bool is_wildcard(std::string_view part) { return part == "x" || part == "X" || part == "*"; }

/// Nullopt when `text` has not the form of a version.
std::optional<partial_version> parse_partial(std::string_view text) {
  partial_version out;
  for (int parts = 0; parts < 3; ++parts) {
    const auto dot = text.find('.');
    const auto part = text.substr(0, dot);
    if (is_wildcard(part)) {
      out.has_wildcard = true;
    } else {
      const auto number = parse_part(part);
      if (!number || out.has_wildcard) return std::nullopt;
      out.part[parts] = *number;
      out.known = parts + 1;
    }
    if (dot == std::string_view::npos) return out;
    text.remove_prefix(dot + 1);
  }
  return std::nullopt;
}

/// How many leading parts stay the same among versions compatible with `v`.
int compatible_parts(const partial_version& v) { return v.part[0] == 0 && v.known > 1 ? 2 : std::min(v.known, 1); }

}  // namespace

expected<version> parse_version(std::string_view text) {
  const auto partial = parse_partial(text);
  if (text.empty()) return bad_version(text, "it is empty");
  if (!partial) return bad_version(text, "it is not up to three numbers (0 to 999999) with dots between them");
  if (partial->has_wildcard) return bad_version(text, "a wildcard stands for many versions");
  return partial->lowest();
}

std::string to_string(const version& v) {
  return std::to_string(v.major) + "." + std::to_string(v.minor) + "." + std::to_string(v.patch);
}

struct version_range::parser {
  /// One comparator such as "^1.2" or "<3" as a span; nullopt when it is malformed.
  static std::optional<span> comparator(std::string_view op, const partial_version& v) {
    const bool is_open = v.has_wildcard || v.known == 0;
    if (op == ">=") return span{v.lowest(), span{}.to};
    if (op == ">") return span{v.after(v.known), span{}.to};
    if (op == "<") return span{span{}.from, v.known == 0 ? version{} : v.lowest()};
    if (op == "<=") return span{span{}.from, v.after(v.known)};
    if (op == "=") return span{v.lowest(), v.after(v.known)};
    if (op == "~") return span{v.lowest(), v.after(std::min(v.known, 2))};
    if (op == "^") return span{v.lowest(), v.after(compatible_parts(v))};
    if (op.empty()) return span{v.lowest(), v.after(is_open ? v.known : compatible_parts(v))};
    return std::nullopt;
  }

  /// Comparators joined by blanks: their intersection.
  static std::optional<span> alternative(std::string_view text) {
    span all;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
      const auto op = text.substr(0, std::min(text.find_first_not_of("<>=~^"), text.size()));
      text = trimmed(text.substr(op.size()));
      const auto token = text.substr(0, text.find_first_of(" \t<>=~^"));
      text.remove_prefix(token.size());
      const auto v = parse_partial(token);
      const auto one = v ? comparator(op, *v) : std::nullopt;
      if (!one) return std::nullopt;
      all.from = std::max(all.from, one->from);
      all.to = std::min(all.to, one->to);
    }
    return all;
  }
};

expected<version_range> version_range::parse(std::string_view text) {
  version_range out;
  out.spans_.clear();
  if (!trimmed(text).empty()) out.text_ = trimmed(text);
  const bool has_alternatives = text.find("||") != std::string_view::npos;
  for (auto rest = text;;) {
    const auto bar = rest.find("||");
    const auto part = trimmed(rest.substr(0, bar));
    if (part.empty() && has_alternatives) return bad_range(text, "nothing stands on one side of ||");
    const auto one = parser::alternative(part);
    if (!one) return bad_range(text, "cannot read " + quoted(part));
    if (one->from >= one->to) return bad_range(text, "no version satisfies " + quoted(part));
    out.spans_.push_back(*one);
    if (bar == std::string_view::npos) return out;
    rest.remove_prefix(bar + 2);
  }
}

bool version_range::matches(const version& v) const noexcept {
  return std::any_of(spans_.begin(), spans_.end(), [&](const span& s) { return v >= s.from && v < s.to; });
}

bool version_range::is_any() const noexcept { return std::find(spans_.begin(), spans_.end(), span{}) != spans_.end(); }

}  // namespace agents
