// SPDX-License-Identifier: Apache-2.0
#include "monitoring/label_table.hpp"

#include <algorithm>

namespace agents::monitoring {

std::string label_value(std::string_view text) {
  constexpr std::size_t max_bytes = 100;
  if (text.empty()) return "none";
  std::string out{text.substr(0, max_bytes)};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '_');
  return out;
}

}  // namespace agents::monitoring
