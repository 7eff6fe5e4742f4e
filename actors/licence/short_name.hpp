// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/licence/expression.hpp"

namespace agents::licence {

/// The licence that a DEP-5 short name or an SPDX identifier means: "LGPL-2.1+", "GPLv3", "Expat", "BSD-3-clause",
/// "GPL-2+ with Autoconf exception". Empty when the name has no agreed meaning ("permissive", "other", "BSD-variant").
[[nodiscard]] std::string licence_named(std::string_view short_name);

/// The parts of a DEP-5 `License:` synopsis, as written: "GPL-1+ or Artistic, and Expat" gives three.
[[nodiscard]] std::vector<std::string> names_in(std::string_view synopsis);

/// A synopsis with each name replaced by what `meaning` gives for it; empty when it gives an empty expression for any.
/// As in DEP-5: "and" binds more strongly than "or", unless a comma stands before the conjunction.
template <class Meaning>
[[nodiscard]] expression parse_synopsis(std::string_view synopsis, const Meaning& meaning);

namespace detail {

struct synopsis_part {
  std::string name;
  std::string joined_by;  ///< "", "and", "or", ", and", ", or": what stands before the name
};
[[nodiscard]] std::vector<synopsis_part> split_synopsis(std::string_view synopsis);
[[nodiscard]] expression combine(const std::vector<synopsis_part>& parts, const std::vector<expression>& meanings);

}  // namespace detail

template <class Meaning>
expression parse_synopsis(std::string_view synopsis, const Meaning& meaning) {
  const auto parts = detail::split_synopsis(synopsis);
  std::vector<expression> meanings;
  for (const auto& part : parts) {
    meanings.push_back(meaning(part.name));
    if (meanings.back().empty()) return {};
  }
  return detail::combine(parts, meanings);
}

/// A synopsis by the agreed meaning of its names alone.
[[nodiscard]] expression parse_synopsis(std::string_view synopsis);

}  // namespace agents::licence
