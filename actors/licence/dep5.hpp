// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agents::licence {

/// A field of a machine-readable copyright file, with its place in the file.
struct dep5_field {
  std::string name;        ///< lower case
  std::string_view first;  ///< the rest of the line of the name, trimmed
  std::size_t first_begin = 0;
  std::size_t begin = 0;  ///< of the name
  std::size_t body = 0;   ///< the continuation lines are the bytes [body, end)
  std::size_t end = 0;
};

/// A stanza: fields up to an empty line.
struct dep5_stanza {
  std::vector<dep5_field> fields;
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] const dep5_field* find(std::string_view name) const;
};

/// True when the text says that it is in Debian's machine-readable format (DEP-5).
[[nodiscard]] bool is_dep5(std::string_view text);

/// The stanzas of a DEP-5 text. Lenient, as the files in the wild: lines that fit nowhere belong to the field before
/// them. The views point into `text`.
[[nodiscard]] std::vector<dep5_stanza> parse_dep5(std::string_view text);

/// The words of a field's first line and body: file patterns.
[[nodiscard]] std::vector<std::string> words_of(const dep5_field& field, std::string_view text);

}  // namespace agents::licence
