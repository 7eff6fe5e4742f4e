// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libagents/registry/circuit_breaker.hpp"
#include "libagents/runtime/hang_limits.hpp"
#include "libagents/runtime/hedge_options.hpp"
#include "libagents/supervision/child_spec.hpp"

namespace agents {

/// How a module is run.
struct module_options {
  std::uint32_t replicas = 1;
  /// Of the supervisor that has the replicas as children.
  supervision::supervisor_flags supervision{.intensity = 5,
                                            .period = std::chrono::seconds{5},
                                            .give_up = supervision::give_up::quarantine,
                                            .quarantine = std::chrono::seconds{30},
                                            .retry_first_start = true,
                                            .first_backoff = std::chrono::milliseconds{10},
                                            .max_backoff = std::chrono::seconds{5}};
  /// This and `significant`: as a child of `supervisor`; without one they must stay as they are.
  supervision::restart_type restart = supervision::restart_type::permanent;
  duration shutdown = std::chrono::seconds{5};  ///< for what it has begun, when it is stopped
  hang_limits hang{};
  circuit_options circuit{};
  hedge_options hedge{};
  bool significant = false;
  std::vector<std::string> depends_on{};  ///< modules of the same supervisor, added before
  /// Name of a supervisor of the node. A single replica is its child directly, under its flags; several have a
  /// supervisor of their own in between, which escalates to it. Empty: a supervisor of its own under the node's.
  std::string supervisor{};
};

/// A supervisor of modules and of other supervisors. Its own supervisors, in their order, come before its modules, in
/// the order in which they are added: the supervisors are declared with the node, the modules come later.
struct group_options {
  std::string name;
  std::string parent;  ///< name of another group, declared before; empty: the node's root
  supervision::supervisor_flags flags;
};

}  // namespace agents
