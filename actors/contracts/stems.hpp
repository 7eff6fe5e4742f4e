// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agents::contracts {

/// The content words of a question, reduced to stems ("terminating" and "termination" become "terminat"), in order.
/// Words that every question about a contract may contain ("the", "agreement", "party", "clause") are left out.
[[nodiscard]] std::vector<std::string> stems(std::string_view text);

/// One word, lower case, reduced to its stem. English; a few suffixes, chosen for the vocabulary of contracts.
[[nodiscard]] std::string stem(std::string_view word);

}  // namespace agents::contracts
