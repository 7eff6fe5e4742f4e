// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "cluster/cli/console.hpp"

namespace agents::cli {

/// `agents runs`
exit_code runs(std::size_t limit, const console& c);
/// `agents trace RUN`: the tree with times, attempts, costs, verdicts and critiques; `--json`: every event.
exit_code trace(const std::string& run, const console& c);
/// `agents modules`: contracts, versions, reliability, of a node with this configuration ("": the defaults).
exit_code modules(bool schemas, const std::string& config, const console& c);
/// `agents modules --grants`: what the process modules of a configuration may do. It starts them once.
exit_code module_grants(const std::string& config, const console& c);

}  // namespace agents::cli
