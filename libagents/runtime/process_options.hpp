// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libagents/core/clock.hpp"
#include "libagents/runtime/worker_launcher.hpp"

namespace agents {

/// A module in processes of its own: how they are started, and when they are given up.
struct process_options {
  std::string name;  ///< the module's; its manifest must say the same
  worker_command command;
  duration start_limit = std::chrono::seconds{10};  ///< from the start of the process until it says hello
  duration heartbeat = std::chrono::seconds{1};     ///< how often each side says something
  duration silence = std::chrono::seconds{4};       ///< a process that says nothing for so long is killed
  duration hang_grace = std::chrono::seconds{2};    ///< one that holds a call so long after its end is killed
};

}  // namespace agents
