// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "libagents/contract/module.hpp"
#include "libagents/runtime/hang_watch.hpp"
#include "libagents/runtime/replica.hpp"
#include "libagents/runtime/request_rules.hpp"
#include "libagents/runtime/worker_life.hpp"

namespace agents {

/// Runs the handlers of one incarnation of a module: the body of a replica's actor.
///
/// Plain handlers run to their end within a turn; coroutines stay open while they wait, at most `manifest.concurrency`
/// of them. A handler that throws crashes the incarnation: everything open is answered with `crashed`, the supervisor
/// starts the next one.
class worker final : public actor_body {
 public:
  worker(services& s, std::shared_ptr<replica> r, std::shared_ptr<worker_life> life, std::shared_ptr<hang_watch> watch,
         module m, kept_state::life kept);
  ~worker() override;

  turn_result turn() override;
  [[nodiscard]] std::string reason() const override { return reason_; }

 private:
  class open_call;

  void handle_signals();
  bool handle_requests();
  void begin(shared_call c);
  void refuse(reply r);
  [[nodiscard]] const handler* handler_of(const pending_call& c) const;
  void run_plain(const plain_handler& h, const shared_call& c);
  void run_coroutine(const coroutine_handler& h, const shared_call& c);
  void on_reply(reply r);
  void on_resumption(replica::resumption r);
  void on_cancellation(call_id id);
  void finish_if_done(call_id id);
  void finish(const open_call& c, expected<value> result);
  [[nodiscard]] bool keep_state(const open_call& c);
  void save_state();
  void crash(const shared_call& culprit, std::string reason);
  void conclude(reply r);
  [[nodiscard]] bool started(const shared_call& c);

  services& services_;
  std::shared_ptr<replica> replica_;
  std::shared_ptr<worker_life> life_;
  std::shared_ptr<hang_watch> watch_;
  module module_;
  std::unordered_map<call_id, std::unique_ptr<open_call>> open_;
  std::unordered_map<call_id, call_id> asked_;  ///< our request to another module → the open call that waits for it
  std::string reason_;
  depth_reporter depth_;
  const kept_state::life kept_life_;
  bool proven_ = false;  ///< this life has had a good result
  bool crashed_ = false;
};

}  // namespace agents
