// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/licence/types.hpp"

namespace agents::licence {

/// The licences of a package, each with its scope and the words that grant it.
///
/// In machine-readable files a declared name is looked up among the License stanzas, and the text found there decides;
/// the declared name counts alone only when it has an agreed meaning and no text is given. Where text and name disagree
/// the stricter reading is used and an open point says so. Text that promises something but matches no known licence
/// becomes an open point. O(bytes).
[[nodiscard]] classification classify(const segmentation& s);

}  // namespace agents::licence
