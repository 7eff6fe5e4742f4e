// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "libagents/runtime/remote_worker.hpp"
#include "libagents/runtime/supervised_replica.hpp"

namespace agents {

/// A replica of a process module as the child of a supervisor. Each life is a process of its own and the actor that
/// passes requests on to it; mailbox and name outlive it. A start takes until the process has said hello.
class supervised_process final : public supervised {
 public:
  /// `first`: the process of the first life, if it was launched already; else without a port.
  supervised_process(services& s, actor_host& host, worker_launcher& launcher, const process_options& options,
                     std::shared_ptr<const manifest> of, std::shared_ptr<replica> who, process_life first);

  void start(supervision::life_number which, on_start started, on_end ended) override;
  void stop() override { replica_->stop(); }
  void kill() override;
  [[nodiscard]] farewell down(const supervision::exit_reason& why) override { return as_replica_->down(why); }
  void publish(const supervision::note_command& what) override { as_replica_->publish(what); }
  [[nodiscard]] value describe() const override { return as_replica_->describe(); }

  /// A start that is under way fails, and so does every later one. Callers: any thread.
  void abandon_starts();

 private:
  [[nodiscard]] expected<process_life> next_life();
  [[nodiscard]] static supervision::start_result failure(const std::atomic<bool>& abandoned);
  [[nodiscard]] static supervision::exit_reason::kind kind_of_end(const actor_exit& exit, const replica& r,
                                                                  const process_port& port);

  services& services_;
  actor_host& host_;
  worker_launcher& launcher_;
  const process_options options_;
  std::shared_ptr<const manifest> manifest_;
  std::shared_ptr<replica> replica_;
  std::shared_ptr<supervised_replica> as_replica_;  ///< how a replica is shown and closed, however it runs
  std::mutex mutex_;
  process_life first_;
  std::weak_ptr<process_port> current_;
  /// The node stops: a start that fails now is none. Outlives this with the actor.
  const std::shared_ptr<std::atomic<bool>> abandoned_ = std::make_shared<std::atomic<bool>>(false);
};

/// Launches a process of the module.
[[nodiscard]] expected<process_life> launch_worker(services& s, worker_launcher& launcher, const process_options& o);

}  // namespace agents
