// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cluster/cli/console.hpp"
#include "cluster/config/node_settings.hpp"
#include "libagents/runtime/node.hpp"

namespace agents::cli {

/// A node of the program with its store, the shipped modules and what was learned about them.
///
/// Owner: a command. Destroying it stops the node in order, saves what was learned and removes runs beyond the
/// retention.
class session {
 public:
  struct options {
    node_settings settings;
    std::vector<std::shared_ptr<event_sink>> observers;
    bool in_memory = false;  ///< no store on disk
  };

  [[nodiscard]] static expected<std::unique_ptr<session>> open(options o);
  ~session();

  [[nodiscard]] node& get() { return *node_; }

  /// Starts a run by `begin` and waits for its end. Ctrl-C (SIGINT, SIGTERM) interrupts it; it stays resumable.
  using starter = std::function<expected<run_id>(node::on_end)>;
  struct ending {
    run_result result;
    bool interrupted = false;
  };
  [[nodiscard]] expected<ending> run(const starter& begin);

 private:
  session() = default;
  void restore_reliability();
  void save_reliability();

  journal::retention_policy retention_;
  std::shared_ptr<journal::store> store_;
  std::shared_ptr<clock> clock_;
  std::unique_ptr<node> node_;
};

/// Blocks SIGINT and SIGTERM in this thread and all it starts, so that `session::run` can wait for them. Call first in
/// main.
void block_interrupts();

/// Waits for SIGINT or SIGTERM at most that long, while no run is watched. True when one came.
[[nodiscard]] bool wait_for_interrupt(duration at_most);

}  // namespace agents::cli
