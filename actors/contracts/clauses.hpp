// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libagents/contract/fields.hpp"

namespace agents::contracts {

/// A place of a contract that may speak about a category. `text` is exactly the bytes [begin, end) of the contract.
struct clause {
  std::string category;  ///< "" when found by words of the question alone
  double score = 0;      ///< 0 to 1: how surely this place speaks about the category
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::string text;
  std::string heading;  ///< section headings above, " > " between them
  bool denies = false;  ///< says that there is no such thing: "This agreement does not renew."
  AGENTS_FIELDS(category, score, begin, end, text, heading, denies)

  [[nodiscard]] bool overlaps(const clause& other) const { return begin < other.end && other.begin < end; }
};

/// Whether the contract has a clause of a category, in the opinion of one module.
struct opinion {
  std::string category;
  bool present = false;
  double probability = 0;  ///< of `present == true`
  AGENTS_FIELDS(category, present, probability)
};

/// What a module found: by the clause model, by rules, or by words.
struct found_clauses {
  std::string source;             ///< absolute path of the contract
  std::vector<clause> clauses;    ///< per category, best first
  std::vector<opinion> opinions;  ///< one per category that the module knows; none for words alone
  AGENTS_FIELDS(source, clauses, opinions)
};

}  // namespace agents::contracts
