// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "libagents/runtime/canary.hpp"

namespace agents {

/// How a new version takes over.
struct upgrade_options {
  canary_options canary{};
  duration start_limit = std::chrono::seconds{10};  ///< until every replica of the new version runs
  duration drain = std::chrono::seconds{30};        ///< for what the old version has begun, before it is told to stop
};

/// How it went.
struct upgrade_report {
  std::string module;
  std::string from;  ///< versions
  std::string to;
  bool rolled_back = false;
  std::string why;       ///< of the rollback
  outcome_counts fresh;  ///< during the canary
  outcome_counts old;
  duration took{};
};

}  // namespace agents
