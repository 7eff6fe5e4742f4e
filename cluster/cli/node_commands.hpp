// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct call_options {
  std::string capability;
  std::string input;           ///< JSON, @FILE with JSON, or "-": JSON from standard input; "" is {}
  double timeout_seconds = 0;  ///< 0: that of the contract
};

struct events_options {
  std::vector<std::string> kinds;  ///< empty: all
  std::string module;              ///< "": all
};

/// `agents status`, `call`, `events`, `down`: what a node that runs is asked. Without one they fail with the remedy.
exit_code status(const console& c);
exit_code call(const call_options& o, const console& c);
exit_code events(const events_options& o, const console& c);
exit_code down(double timeout_seconds, const console& c);

}  // namespace agents::cli
