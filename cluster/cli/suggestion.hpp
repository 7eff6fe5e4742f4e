// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agents::cli {

/// The name that is nearest to a word that is none of them; "" when none is near: more than a third of the word would
/// have to change. Letters left out, added, changed or exchanged with their neighbour count one each (the restricted
/// Damerau-Levenshtein distance).
[[nodiscard]] std::string nearest_name(std::string_view word, const std::vector<std::string>& names);

}  // namespace agents::cli
