// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/cli/run_command.hpp"

namespace agents::cli {

struct approve_options {
  std::string run;
  std::string step;  ///< empty: every step that waits
  std::string note;
  std::string edit;  ///< JSON that replaces the output
  bool reject = false;
  run_options as;  ///< how the run goes on
};

/// `agents approve`: decides what a run waits for, and continues it. An edit must satisfy the contract of its step;
/// otherwise the run stays paused.
exit_code approve(const approve_options& o, const console& c);

}  // namespace agents::cli
