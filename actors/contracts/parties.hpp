// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/contract/fields.hpp"

namespace agents::contracts {

struct parties_request {
  std::string text;
  AGENTS_FIELDS(text)
};

/// Someone bound by a contract, as introduced at its beginning: 'Acme Inc., a Delaware corporation ("Licensor")'.
struct contract_party {
  std::string alias;       ///< how the contract calls it afterwards: "Licensor"
  std::string name;        ///< "Acme Inc."; "" when not found
  std::int64_t begin = 0;  ///< bytes of the introduction: name and definition
  std::int64_t end = 0;
  AGENTS_FIELDS(alias, name, begin, end)
};

struct contract_parties {
  std::vector<contract_party> parties;
  AGENTS_FIELDS(parties)
};

/// The parties of a contract, by their definitions in its first pages; when there are none, by the role words that the
/// text uses most ("Licensor" and "Licensee"), with an empty range.
[[nodiscard]] contract_parties find_parties(const parties_request& request);

/// Whose act a sentence speaks about.
struct actor {
  enum class scope : std::uint8_t { unknown, both, neither, one };
  scope who = scope::unknown;
  std::string name;  ///< as written: "Either party", "Licensee"
};

/// The subject of the first verb in `squeezed` that matches the pattern `verbs`: the nearest party before it, or the
/// one after "by" behind it.
[[nodiscard]] actor subject_of(const std::string& squeezed, const std::string& verbs,
                               const std::vector<contract_party>& parties);

}  // namespace agents::contracts
