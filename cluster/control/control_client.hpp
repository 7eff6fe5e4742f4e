// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cluster/control/control_message.hpp"
#include "libagents/core/clock.hpp"

namespace agents::control {

/// Asks a node that runs. One request at a time; not thread-safe. Destroying it cancels what is open.
class client {
 public:
  /// Looked at ten times a second while something is waited for; true ends the wait with `cancelled`.
  using stop_condition = std::function<bool()>;

  /// Nothing is sent yet. `endpoint`: of `node_place::find`.
  explicit client(const std::string& endpoint, stop_condition stop = {});
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client();

  /// The result of a command. Errors: the node's; `node_down` when it says nothing for 5 s or its socket is gone;
  /// `cancelled` by the stop condition.
  [[nodiscard]] expected<value> ask(const std::string& command, value arguments = object{});

  /// Begins a command that gives items.
  void begin(const std::string& command, value arguments = object{});
  /// The next item of what was begun, or nothing when none has come by then; errors as those of `ask`, also that it has
  /// ended.
  [[nodiscard]] expected<std::optional<value>> next(duration patience);

 private:
  class connection;
  std::unique_ptr<connection> connection_;
};

}  // namespace agents::control
