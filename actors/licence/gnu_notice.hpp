// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/licence/words.hpp"

namespace agents::licence {

/// A sentence that puts something under a GNU licence: "under the terms of the GNU General Public License … either
/// version 2 of the License, or (at your option) any later version".
struct gnu_notice {
  std::string licence;    ///< "GPL-2.0-or-later"
  bool versioned = true;  ///< false: no version is named, so that any may be chosen
  std::size_t first = 0;  ///< words [first, last)
  std::size_t last = 0;
};

/// The notices in a text. Mere references ("see the GNU General Public License", "a copy of the …", "exception to
/// the …") are left out. Complete licence texts mention themselves often: leave them out before.
[[nodiscard]] std::vector<gnu_notice> find_gnu_notices(std::string_view text, std::span<const word> words);

}  // namespace agents::licence
