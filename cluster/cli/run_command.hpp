// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct run_options {
  std::string job;                  ///< file or folder; empty with `resume`
  std::string resume;               ///< run id
  std::vector<std::string> inputs;  ///< "key=value", or a path for the input named `input`
  std::optional<std::string> ask;
  std::string config;
  std::string metrics;     ///< address
  std::string durability;  ///< "", "normal", "full"
  std::optional<double> max_money;
  std::optional<double> max_seconds;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> max_steps;
  bool in_memory = false;
  bool quiet = false;
};

/// `agents run`
exit_code run(const run_options& o, const console& c);

struct approve_options {
  std::string run;
  std::string step;  ///< empty: every step that waits
  std::string note;
  std::string edit;  ///< JSON that replaces the output
  bool reject = false;
  run_options as;  ///< how the run goes on
};

/// `agents approve`: decides what a run waits for, and continues it.
exit_code approve(const approve_options& o, const console& c);

}  // namespace agents::cli
