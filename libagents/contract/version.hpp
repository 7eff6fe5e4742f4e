// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/expected.hpp"

namespace agents {

/// The version of a capability or a module: "1.2.3". Missing parts count as 0. Changes of `major` break the contract,
/// changes of `minor` add to it, changes of `patch` keep it. There are no pre-releases.
struct version {
  int major = 0;
  int minor = 0;
  int patch = 0;

  friend auto operator<=>(const version&, const version&) = default;
};

/// Parses "1", "1.2" or "1.2.3"; numbers up to 999999 without leading zeros.
[[nodiscard]] expected<version> parse_version(std::string_view text);
/// "1.2.3"
[[nodiscard]] std::string to_string(const version& v);

/// A set of versions that somebody can work with.
///
/// | text                        | versions                                              |
/// | "1", "1.2", "1.2.3"         | compatible with it: that or later, same major         |
/// | "^1.2"                      | the same, said explicitly                             |
/// | "~1.2"                      | that or later, same minor ("~1": same major)          |
/// | ">=1.2 <3"                  | all of these comparisons (<, <=, >, >=)               |
/// | "=1.2.3"                    | exactly that                                          |
/// | "1.x", "1.2.x", "1.2.*"     | any in the place of x                                 |
/// | "*", ""                     | any                                                   |
/// | "1 || 3"                    | one or the other                                      |
///
/// Below 1.0.0 nothing is promised by a minor number, so "0.3" means ≥0.3 <0.4 and "0.3.1" ≥0.3.1 <0.4; "0" is any 0.x.
class version_range {
 public:
  /// Every version.
  version_range() = default;

  [[nodiscard]] static expected<version_range> parse(std::string_view text);

  [[nodiscard]] bool matches(const version& v) const noexcept;
  /// True for the range that `version_range{}` is.
  [[nodiscard]] bool is_any() const noexcept;
  /// The text it was parsed from, without surrounding blanks; "*" for any.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  friend bool operator==(const version_range& a, const version_range& b) noexcept { return a.spans_ == b.spans_; }

 private:
  /// Versions in [from, to).
  struct span {
    version from = {0, 0, 0};
    version to = {INT32_MAX, 0, 0};
    friend bool operator==(const span&, const span&) = default;
  };
  struct parser;

  std::vector<span> spans_{span{}};
  std::string text_ = "*";
};

/// What a step asks for: "text.retrieve@1" or "text.retrieve" (any version).
struct capability_ref {
  std::string name;
  version_range range;

  [[nodiscard]] static expected<capability_ref> parse(std::string_view text);
  friend bool operator==(const capability_ref&, const capability_ref&) = default;
};

/// What a module offers: "text.retrieve@1.2".
struct capability_id {
  std::string name;
  agents::version version;

  [[nodiscard]] static expected<capability_id> parse(std::string_view text);
  friend bool operator==(const capability_id&, const capability_id&) = default;
  friend auto operator<=>(const capability_id&, const capability_id&) = default;
};

/// "text.retrieve@1", or "text.retrieve" for any version.
[[nodiscard]] std::string to_string(const capability_ref& ref);
/// "text.retrieve@1.2.0"
[[nodiscard]] std::string to_string(const capability_id& id);

/// True when `id` is what `ref` asks for.
[[nodiscard]] bool matches(const capability_ref& ref, const capability_id& id) noexcept;

/// Ok, or why this is no name of a capability: lower-case identifiers (a letter, then letters, digits, `_` or `-`)
/// joined by dots, at most 128 characters.
[[nodiscard]] expected<void> check_capability_name(std::string_view name);

}  // namespace agents
