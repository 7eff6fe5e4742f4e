// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/suggestion.hpp"

#include <algorithm>
#include <cstddef>

namespace agents::cli {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_name(std::string_view word, const std::vector<std::string>& names) {
  constexpr std::size_t longest = 64;  // what is longer is no slip of a finger
  if (word.size() > longest) return {};
  std::string best;
  auto least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& name : names)
    if (const auto d = distance(word, name); d < least) least = d, best = name;
  return best;
}

}  // namespace agents::cli
