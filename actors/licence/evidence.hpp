// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace agents::licence {

/// What a set phrase is to a licence.
enum class role {
  grant,        ///< the words that give the permission: a licence begins here
  title,        ///< the heading of a complete licence text, which reaches to `until`
  feature,      ///< a condition that tells licences with the same grant apart
  exception,    ///< an additional permission to a GNU licence; `licence` names it
  reference,    ///< a pointer to a text in /usr/share/common-licenses; counts when nothing else is found
  restriction,  ///< a condition that no known licence has, and that may forbid the use
};

/// One row of the knowledge base: a short distinctive phrase. The table is in `evidence.cpp`.
struct evidence {
  std::string_view name;
  role kind = role::feature;
  std::string_view pattern;  ///< see `phrase`
  std::string_view licence = {};
};

/// How a licence is told by its phrases: the grant, further phrases that must stand in the same block, and phrases
/// that must not. The first row that fits decides, so the more specific rows come first.
struct recogniser {
  std::string_view licence;  ///< identifier; " OR " separates alternatives
  std::string_view grant;
  std::string_view all = {};   ///< names of features, separated by blanks
  std::string_view none = {};  ///< names of features, separated by blanks
  double score = 1;            ///< 1: distinctive text; less for a mere notice or name
};

[[nodiscard]] std::span<const evidence> evidence_table();
[[nodiscard]] std::span<const recogniser> recogniser_table();

}  // namespace agents::licence
