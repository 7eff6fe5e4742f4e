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
/// `agents modules`: contracts, versions, reliability.
exit_code modules(bool schemas, const console& c);
/// `agents validate FILE`: a node's configuration, or a job with the types of all its edges.
exit_code validate(const std::string& file, const console& c);

}  // namespace agents::cli
