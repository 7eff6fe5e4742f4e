// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/contracts/parties.hpp"

namespace agents::contracts {

/// What one clause says about a category, in a sentence without a full stop: "Merchant may terminate for convenience on
/// 90 days' notice, after the first anniversary of the Effective Date".
struct statement {
  std::string text;
  std::string value;  ///< the fact alone: "90 days", "State of Oregon"; "" when none was found
  actor who;          ///< who may, must or must not; `unknown` where it does not matter
};

/// Reads `clause` by the rules of its category: who acts, periods, amounts, dates, places. States nothing that is not
/// in the words of the clause; what the rules cannot read is left out.
[[nodiscard]] statement state(std::string_view category, std::string_view clause,
                              const std::vector<contract_party>& parties);

}  // namespace agents::contracts
