// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cluster/transport/worker_connection_impl.hpp"
#include "libagents/contract/module.hpp"

namespace agents {

/// The state that a module in a worker process keeps, if it keeps any: its node keeps it for the next life.
///
/// Owner: the serving loop. Callers: the handling thread.
class served_state {
 public:
  served_state(const module& m, worker_connection& c) : module_(m), connection_(c) {}

  /// A session begins: the module gets what was saved before.
  [[nodiscard]] expected<void> restore(const wire::welcome& from);
  /// Sends the state, unless the node has this one already. It arrives before whatever is sent later, so nothing waits
  /// for the node's answer. Throws what the module throws, and when the state is larger than the node takes.
  void save();
  /// A handler has ended; its answer comes next.
  void handler_ended();

 private:
  const module& module_;
  worker_connection& connection_;
  std::optional<std::string> sent_;  ///< in this session
};

}  // namespace agents
