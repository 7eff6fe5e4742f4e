// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cluster/cli/console.hpp"
#include "cluster/config/node_settings.hpp"
#include "cluster/transport/worker_gate.hpp"
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
    bool listens = false;    ///< for workers of other hosts, where the settings say so
  };

  [[nodiscard]] static expected<std::unique_ptr<session>> open(options o);
  ~session();

  [[nodiscard]] node& get() { return *node_; }
  /// The door for workers of other hosts, or null.
  [[nodiscard]] const worker_gate* gate() const { return gate_.get(); }
  /// Waits until every module whose workers others start has one, at most so long. False when one has none.
  [[nodiscard]] bool wait_for_workers(duration at_most);

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

  [[nodiscard]] expected<void> listen(const node_settings& s, std::vector<std::shared_ptr<event_sink>> observers);

  journal::retention_policy retention_;
  std::vector<std::string> remote_modules_;
  std::shared_ptr<journal::store> store_;
  std::shared_ptr<clock> clock_;
  std::unique_ptr<random> random_;
  std::unique_ptr<worker_gate> gate_;  // ends after the node, so that workers hear how it stops
  std::unique_ptr<node> node_;
};

/// Blocks SIGINT and SIGTERM in this thread and all it starts, so that `session::run` can wait for them. Call first in
/// main.
void block_interrupts();

/// Waits for SIGINT or SIGTERM at most that long, while no run is watched. True when one came.
[[nodiscard]] bool wait_for_interrupt(duration at_most);

}  // namespace agents::cli
