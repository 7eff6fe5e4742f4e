// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libagents/orchestration/run_state.hpp"
#include "libagents/registry/registry.hpp"

namespace agents::cli {

/// A step that waits for a person: what somebody needs to know to decide.
struct waiting_step {
  std::string step;
  std::string capability;
  std::string effect;    ///< "pure", "idempotent", "effectful"; "" when no module here offers it
  std::string question;  ///< why a person is asked
  std::string input;     ///< JSON, cut
  std::string output;    ///< JSON, cut: what would be approved; "" when the step has not run
  std::string approve;   ///< the command line
};

/// The steps of a run that wait. `options` are added to the command line: " --config node.toml".
[[nodiscard]] std::vector<waiting_step> waiting_steps(const run_state& s, const registry& modules,
                                                      const std::string& options);

/// As rows of a report in JSON.
[[nodiscard]] array to_rows(const std::vector<waiting_step>& steps);

}  // namespace agents::cli
