// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace agents::testing {

/// What an attack came to, as the attacker sees it.
struct outcome {
  bool escaped = false;
  std::string what;  ///< what it got, or why it did not
};

/// Does what the attack of this name does, in this process. `argument` is its target.
[[nodiscard]] outcome attack(const std::string& name, const std::string& argument);

}  // namespace agents::testing
