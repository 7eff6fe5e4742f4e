// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents {

/// A TOML file as a value, with the line of every key, so that errors can say where to look.
struct toml_document {
  std::string file;                  ///< as named in errors
  value root = object{};             ///< dates and times become strings
  std::map<std::string, int> lines;  ///< JSON Pointer → line

  /// "job.toml:12: …": the error with the line of the deepest known place on the way to `pointer`.
  [[nodiscard]] unexpected at(std::string_view pointer, const std::string& what) const;
};

/// Reads and parses; at most 4 MiB, nested at most 64 deep. Errors: `not_found`, `io`, `bad_input` (with line and
/// column).
[[nodiscard]] expected<toml_document> read_toml(const std::filesystem::path& file);
[[nodiscard]] expected<toml_document> parse_toml(std::string_view text, std::string file);

/// "250ms", "5s", "2m", "1h" or a number of seconds; never negative, at most a hundred years.
[[nodiscard]] expected<double> parse_seconds(const value& v);

}  // namespace agents
