// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/licence/licences.hpp"

namespace agents::licence {

/// Licences that must all be obeyed, by identifier.
using conjunction = std::vector<std::string>;

/// A licence expression as alternatives, of which the user may choose one: {{"MIT"}, {"GPL-2.0-only", "ISC"}} is
/// "MIT OR (GPL-2.0-only AND ISC)". Empty: nothing known.
using expression = std::vector<conjunction>;

[[nodiscard]] expression single(std::string id);
/// Both must be obeyed.
[[nodiscard]] expression both(const expression& a, const expression& b);
/// Either may be chosen.
[[nodiscard]] expression either(expression a, const expression& b);

/// SPDX text: "MIT OR (GPL-2.0-only AND ISC)".
[[nodiscard]] std::string to_text(const expression& e);
/// The inverse of `to_text`.
[[nodiscard]] expression from_text(std::string_view text);

/// The heaviest burden of licences that must all be obeyed.
[[nodiscard]] burden burden_of(const conjunction& all);
/// The alternative that asks least of a closed-source product; of equals the first. `e` is not empty.
[[nodiscard]] const conjunction& lightest(const expression& e);

}  // namespace agents::licence
