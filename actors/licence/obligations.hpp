// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/licence/types.hpp"

namespace agents::licence {

/// What a package asks of somebody who ships it with a closed-source product, by the table of rules.
///
/// An obligation is asserted only with a passage that contains the proof its rule demands, and cites exactly that.
/// Without one it becomes an open point. Strong copyleft (GPL, AGPL) is a conflict when it covers the whole library,
/// and an open point when it covers files that may or may not be in it.
///
/// Assumed: shared linking, unmodified libraries, shipped together with the product.
[[nodiscard]] review decide_obligations(const retrieval& r);

}  // namespace agents::licence
