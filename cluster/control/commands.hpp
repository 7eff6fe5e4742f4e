// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "cluster/control/control_server.hpp"
#include "cluster/control/event_feed.hpp"
#include "libagents/runtime/node.hpp"

namespace agents::control {

/// What commands may use. Outlives the server.
struct control_context {
  node& of;
  event_feed& events;
  object about;                        ///< of `status`: what does not change
  std::function<value()> more_status;  ///< of `status`: what does, an object; may be empty
  std::function<void()> stop;          ///< asks the program to end in order; returns at once
  time_point started{};
  /// Begins to upgrade a module from what the node's configuration says now; returns at once. Empty: not offered.
  std::function<void(const std::string& module, const upgrade_options&, node::on_upgraded)> upgrade{};
};

/// The commands of docs/control_protocol.md.
[[nodiscard]] std::vector<command> commands_of(control_context& c);

}  // namespace agents::control
