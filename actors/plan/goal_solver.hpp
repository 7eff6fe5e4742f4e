// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "actors/plan/goal_graph.hpp"

namespace agents::composing {

/// How a goal is reached at the least cost that was found.
struct derivation {
  bool found = false;
  std::size_t support = 0;                ///< index into the goal's supports
  double cost = 0;                        ///< of all distinct applications, and of weak evidence
  double penalty = 0;                     ///< the part for weak evidence
  std::size_t depth = 0;                  ///< steps in a row
  std::vector<std::size_t> applications;  ///< all that are needed, each once; sorted
};

/// The cheapest derivation of every goal that can be reached, by goal number.
///
/// Knuth's generalisation of Dijkstra's algorithm to AND-OR graphs (D. E. Knuth, "A Generalization of Dijkstra's
/// Algorithm", Inf. Proc. Letters 6(1), 1977): goals are settled in the order of their cost, so cycles need no care.
/// The cost of an application counts shared applications once; that makes the order approximate where plans share
/// steps: the plan found is valid and cheap, not proven cheapest. Ties go to fewer steps, then to the order of the
/// catalog's names.
[[nodiscard]] std::vector<derivation> solve(const goal_graph& g);

/// Why the first goal cannot be reached: the missing type, who needs it, and what came nearest.
[[nodiscard]] std::string explain_failure(const goal_graph& g, const std::vector<derivation>& solved,
                                          const option_table& options);

}  // namespace agents::composing
