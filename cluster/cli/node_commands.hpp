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

struct upgrade_command {
  std::string module;
  double canary = 0;          ///< share of the requests, 0 to 1
  std::int64_t requests = 0;  ///< the canary gets, before it takes over; 0: the default
  double canary_seconds = 0;  ///< at most; 0: the default
  double drain_seconds = 0;   ///< for what the old version has begun; 0: the default
};

/// `agents upgrade`: exit code 1 when the new version was taken back.
exit_code upgrade(const upgrade_command& o, const console& c);

/// `agents status`, `call`, `events`, `down`: what a node that runs is asked. Without one they fail with the remedy.
exit_code status(const console& c);
exit_code call(const call_options& o, const console& c);
exit_code events(const events_options& o, const console& c);
exit_code down(double timeout_seconds, const console& c);

}  // namespace agents::cli
