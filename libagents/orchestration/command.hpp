// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "libagents/core/event.hpp"

namespace agents {

/// Route and send one attempt. The shell answers with `attempt_started` and `attempt_finished` (or only the latter when
/// there is no route).
struct call_command {
  std::string step;  ///< "classify[3]"
  std::uint32_t attempt = 1;
  std::string capability;
  shared_value input;
  std::vector<std::string> only;     ///< modules allowed; empty: all
  std::vector<std::string> exclude;  ///< modules refused
  std::string prefer;                ///< this module if it is eligible
  std::string policy;
  std::string critique;
  shared_value previous;
  duration delay{};    ///< back-off before sending
  duration timeout{};  ///< zero: the capability's own
};

/// Send {input, output} of an attempt to a verifier. The shell answers with a `verdict`.
struct verify_command {
  std::string step;
  std::uint32_t attempt = 1;
  std::string capability;
  shared_value input;
};

/// Type-check a plan against the registry. The shell answers with `plan_accepted` or `plan_rejected`.
struct check_plan_command {
  shared_value plan;
};

/// An attempt's answer is no longer wanted.
struct cancel_command {
  std::string step;
  std::uint32_t attempt = 1;
};

/// The machine decided something: journal and publish it. `at` and `run` are filled in.
struct record_command {
  event what;
};

/// What an attempt taught about a module.
struct lesson_command {
  std::string module;
  std::string version;
  std::string capability;
  bool good = true;
  bool refused = false;  ///< it answered, and a verifier found fault with it
};

/// Nothing runs and a person must decide: the run may leave memory.
struct pause_command {};

/// The run has ended; the last command of its life.
struct finish_command {};

using command = std::variant<call_command, verify_command, check_plan_command, cancel_command, record_command,
                             lesson_command, pause_command, finish_command>;

}  // namespace agents
