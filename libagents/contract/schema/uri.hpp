// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agents::json_schema {

/// A URI reference in its five parts (RFC 3986, appendix B). Nothing is normalised or decoded.
struct uri {
  std::optional<std::string> scheme;
  std::optional<std::string> authority;
  std::string path;
  std::optional<std::string> query;
  std::optional<std::string> fragment;

  [[nodiscard]] static uri parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
};

/// `reference` seen from `base` (RFC 3986 §5.2). A relative base gives a relative result.
[[nodiscard]] uri resolve(const uri& base, const uri& reference);

/// Undoes %XX; a malformed escape stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace agents::json_schema
