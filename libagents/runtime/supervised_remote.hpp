// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "libagents/runtime/remote_worker.hpp"
#include "libagents/runtime/supervised_replica.hpp"
#include "libagents/runtime/worker_admission.hpp"

namespace agents {

/// A place for a worker that others start, on another host: the child of a supervisor like any replica.
///
/// A life begins as *expected*: the place is open, nothing is routed to it. A worker takes it, is served by an actor
/// like a process of the node's own, and when it is lost the life ends; its supervisor decides about the next one. What
/// waits in the mailbox then ends with `node_down`: the next worker may be far away.
///
/// Callers: any thread, but for what `supervised` says.
class supervised_remote final : public supervised, public std::enable_shared_from_this<supervised_remote> {
 public:
  /// `of` is known by its name only, until `become`.
  supervised_remote(services& s, actor_host& host, const process_options& options, std::shared_ptr<const manifest> of,
                    std::shared_ptr<replica> who);

  void start(supervision::life_number which, on_start started, on_end ended) override;
  void stop() override;
  void kill() override;
  [[nodiscard]] farewell down(const supervision::exit_reason& why) override { return as_replica()->down(why); }
  void publish(const supervision::note_command& what) override;
  [[nodiscard]] value describe() const override;

  /// What the module is: its first worker has said so.
  void become(const std::shared_ptr<const manifest>& of);
  /// Gives the place to a worker, if it is open.
  [[nodiscard]] std::optional<worker_place> take(const std::string& worker);

 private:
  struct life;

  void begin(const std::shared_ptr<life>& l, process_life process);
  void announce(const life& l);
  void on_exit(const std::shared_ptr<life>& l, const actor_exit& exit);
  [[nodiscard]] std::shared_ptr<supervised_replica> as_replica() const;

  services& services_;
  actor_host& host_;
  const process_options options_;
  const std::shared_ptr<replica> replica_;
  mutable std::mutex mutex_;
  std::shared_ptr<const manifest> manifest_;
  std::shared_ptr<supervised_replica> as_replica_;  ///< how a replica is shown and closed, however it runs
  std::shared_ptr<life> life_;                      ///< null: not started, or over
};

}  // namespace agents
