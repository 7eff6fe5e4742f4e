// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents {

/// What a module in a process of its own asks for beyond computing. The operator of the node answers.
struct grant_request {
  /// "network", "read", "write", or a limit: "memory", "tmp", "file_size" (bytes), "processes", "files", "cores",
  /// "cpu", "wall" (seconds). A kind that a node does not know is refused.
  std::string grant;
  std::string path = {};  ///< of "read" and "write": absolute
  double amount = 0;      ///< of a limit: at least so much; 0: no limit
  bool optional = false;  ///< the module also works without
  std::string why = {};   ///< for the person who decides
};

/// As in a manifest: {grant, path?, amount?, optional?, why?}.
[[nodiscard]] value to_value(const grant_request& g);

/// "read /srv/corpus", "memory 536870912"
[[nodiscard]] std::string to_string(const grant_request& g);

/// `bad_input` when fields are missing or contradict each other. An unknown kind is no error.
[[nodiscard]] expected<void> check(const grant_request& g);

}  // namespace agents
