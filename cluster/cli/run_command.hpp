// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cluster/cli/console.hpp"
#include "libagents/core/event.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/registry/registry.hpp"

namespace agents::cli {

struct run_options {
  std::string job;                  ///< file or folder; empty with `resume`
  std::string resume;               ///< run id
  std::vector<std::string> inputs;  ///< "key=value", or a path for the input named `input`
  std::optional<std::string> ask;
  std::string config;
  std::string metrics;        ///< address
  double metrics_linger = 0;  ///< seconds to keep serving after the run, until it was scraped
  std::string durability;     ///< "", "normal", "full"
  std::optional<double> max_money;
  std::optional<double> max_seconds;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> max_steps;
  bool in_memory = false;
  bool take_over = false;  ///< of a run that another process works on
  bool quiet = false;
};

/// `agents run`
exit_code run(const run_options& o, const console& c);

/// Continues a run from its journal with what a person has decided. `check` sees the modules of the node before the run
/// goes on; when it refuses, nothing has happened. `conflict` when another process works on it.
using registry_check = std::function<expected<void>(const registry&)>;
exit_code resume(const run_options& o, const run_id& id, std::vector<event> decisions, const console& c,
                 const registry_check& check = {});

}  // namespace agents::cli
