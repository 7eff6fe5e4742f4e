// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "libagents/contract/manifest.hpp"
#include "libagents/runtime/process_options.hpp"
#include "libagents/runtime/process_port.hpp"
#include "libagents/runtime/remote_call.hpp"

namespace agents {

/// A worker process that was launched, and where it reports.
struct process_life {
  std::shared_ptr<process_port> port;
  std::unique_ptr<launched_worker> process;
};

/// Passes the requests of a replica on to its worker process, for one life of that process: the body of the replica's
/// actor. It ends when the process has; everything open is answered before.
///
/// The process is killed when it says no hello in time, breaks the protocol, is silent, holds a call beyond deadline
/// and grace, or does not end after its goodbye. Input and output are checked here, against the contract that is
/// registered.
class remote_worker final : public actor_body {
 public:
  /// `ready`: the process has said hello and is what was registered.
  remote_worker(services& s, std::shared_ptr<replica> r, std::shared_ptr<const manifest> of, const process_options& o,
                process_life life, std::function<void()> ready);
  ~remote_worker() override;

  turn_result turn() override;
  [[nodiscard]] std::string reason() const override { return reason_; }
  [[nodiscard]] bool is_brief() const override { return true; }

 private:
  struct open_ask {
    std::int64_t of = 0;  ///< call of the worker
    shared_call asked;
    std::shared_ptr<replica> at;
    timer_queue::id timer = 0;
  };

  void handle(wire::node_report r);
  void handle(process_port::exited e);
  void handle(process_port::start_limit_passed);
  void handle(process_port::start_abandoned);
  void handle(process_port::kill_order);
  void handle(process_port::farewell_over);
  void handle(process_port::last_words_over);
  void on(wire::report::introduced r);
  void on(wire::report::finished r);
  void on(wire::report::streamed r);
  void on(wire::report::progressed r);
  void on(wire::report::asked r);
  void on(wire::report::ask_dropped r);
  void on(wire::report::save_wanted r);
  void on(wire::report::draining) {}
  void on(wire::report::oddity) {}
  void on(wire::report::closed r);

  void handle_inbox();
  void handle_replica_signals();
  void on_cancellation(call_id id);
  void on_answer(reply r);
  void handle_requests();
  void begin(shared_call c);
  void refuse(reply r);
  void put_back(shared_call c, std::string why);
  void refuse_ask(std::int64_t id, errc code, const std::string& text);
  void drop_ask(std::int64_t id);
  void begin_stop();
  void kill(std::string why);
  void give_up(std::string why);
  void arm(duration after, process_port::signal s);
  turn_result end_of_life();

  services& services_;
  std::shared_ptr<replica> replica_;
  std::shared_ptr<const manifest> manifest_;
  const process_options options_;
  process_life life_;
  kept_state::life kept_life_ = 0;
  std::function<void()> ready_;
  std::unordered_map<std::int64_t, remote_call> open_;  ///< by the session's number of the call
  std::map<std::int64_t, open_ask> asks_;               ///< by the worker's number of the ask
  std::vector<timer_queue::id> timers_;
  line_limit progress_limit_;
  std::string cause_;   ///< why the process was given up, when it was
  std::string reason_;  ///< why this life ended
  std::optional<process_port::exited> exit_;
  depth_reporter depth_;
  bool serving_ = false;  ///< the session is open
  bool stopping_ = false;
  bool closed_ = false;  ///< the session is over
};

}  // namespace agents
