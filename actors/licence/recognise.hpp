// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/licence/expression.hpp"

namespace agents::licence {

/// A range of bytes [begin, end).
struct byte_range {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const byte_range&, const byte_range&) = default;
};

/// Licence terms found in a text.
struct recognition {
  expression licences;    ///< empty: terms that no row of the knowledge base explains
  double score = 0;       ///< 1: distinctive wording; 0.9: a notice that names the licence; 0: not recognised
  byte_range evidence;    ///< the words that grant the permission, for citation
  byte_range extent;      ///< from the grant to the next grant or the end
  byte_range exception;   ///< the words of an additional permission, if there is one
  bool pointer = false;   ///< only "the text is in /usr/share/common-licenses/…"
  bool complete = false;  ///< the complete text of a named licence, not a notice
  std::vector<byte_range> restrictions;  ///< words in the extent that may forbid the use
};

/// All licence terms in a text, in its order. Nothing but the text decides: no file name, no declared short name.
///
/// Alternatives that the text itself offers ("alternatively …", "under the terms of either …") come as one recognition.
/// O(words of the text).
[[nodiscard]] std::vector<recognition> recognise(std::string_view text);

}  // namespace agents::licence
