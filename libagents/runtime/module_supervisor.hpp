// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libagents/contract/module.hpp"
#include "libagents/runtime/replica.hpp"
#include "libagents/runtime/supervision.hpp"

namespace agents {

/// How a module is run.
struct module_options {
  std::uint32_t replicas = 1;
  /// Replicas do not depend on each other: only `one_for_one` is accepted.
  supervisor_spec supervision{.strategy = supervision_strategy::one_for_one,
                              .intensity = 5,
                              .period = std::chrono::seconds{5},
                              .first_backoff = std::chrono::milliseconds{10},
                              .max_backoff = std::chrono::seconds{5}};
  /// A module that crashes more often than its intensity allows rests for this long before it is tried again.
  duration quarantine = std::chrono::seconds{30};
};

/// Supervises the replicas of one module: starts them, restarts what crashes, quarantines what keeps crashing.
class module_supervisor final : public actor_body {
 public:
  /// How others reach it. Callers: any thread.
  class port {
   public:
    void child_ended(std::size_t child, actor_exit exit) { send(ended{child, std::move(exit)}); }
    void start_due(std::size_t child) { send(due{child}); }
    void stop() { send(stop_order{}); }
    void attach(std::shared_ptr<actor_ref> self) { waker_.attach(std::move(self)); }

   private:
    friend class module_supervisor;
    struct ended {
      std::size_t child;
      actor_exit exit;
    };
    struct due {
      std::size_t child;
    };
    struct stop_order {};
    using signal = std::variant<ended, due, stop_order>;

    void send(signal s) {
      if (signals_.push(s)) waker_.notify();
    }
    mailbox<signal> signals_{static_cast<std::size_t>(-1)};
    waker waker_;
  };

  module_supervisor(services& s, actor_host& host, module_factory factory, const manifest& m, module_options options,
                    std::vector<std::shared_ptr<replica>> replicas, std::shared_ptr<port> self);

  turn_result turn() override;

 private:
  void start(std::size_t child);
  void on_ended(const port::ended& e);
  void on_escalation(std::size_t child, const std::string& reason);
  void later(std::size_t child, duration delay);
  void publish(event_kind kind, std::size_t child, errc outcome, std::string text);

  services& services_;
  actor_host& host_;
  module_factory factory_;
  std::string name_;
  std::string version_;
  execution_mode mode_;
  module_options options_;
  supervision rules_;
  std::vector<std::shared_ptr<replica>> replicas_;
  std::shared_ptr<port> port_;
  std::size_t alive_ = 0;
  bool started_ = false;
  bool stopping_ = false;
};

}  // namespace agents
