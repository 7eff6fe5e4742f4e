// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "libagents/contract/module.hpp"
#include "libagents/runtime/hang_watch.hpp"
#include "libagents/runtime/supervisor.hpp"

namespace agents {

/// A replica of a module as the child of a supervisor. Each life is an actor with a fresh module; mailbox and name
/// outlive it.
class supervised_replica final : public supervised, public std::enable_shared_from_this<supervised_replica> {
 public:
  supervised_replica(services& s, actor_host& host, module_factory factory, std::shared_ptr<const manifest> of,
                     std::shared_ptr<replica> who, hang_limits limits);

  void start(supervision::life_number which, on_start started, on_end ended) override;
  void stop() override;
  void kill() override;
  [[nodiscard]] farewell down(const supervision::exit_reason& why) override;
  void publish(const supervision::note_command& what) override;
  [[nodiscard]] value describe() const override;

 private:
  struct running;
  [[nodiscard]] std::shared_ptr<hang_watch> watch(const std::shared_ptr<running>& life);
  [[nodiscard]] expected<void> restore(const module& m, running& life);
  void on_exit(running& life, const actor_exit& exit);
  void on_hang(running& life, const hang_watch::activity& what);
  void abandon(running& life, const supervision::exit_reason& why);
  void alert(std::string text);

  services& services_;
  actor_host& host_;
  module_factory factory_;
  std::shared_ptr<const manifest> manifest_;
  std::shared_ptr<replica> replica_;
  hang_limits limits_;
  std::shared_ptr<running> running_;  ///< of the supervisor's actor
};

}  // namespace agents
