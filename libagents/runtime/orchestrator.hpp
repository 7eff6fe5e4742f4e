// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "libagents/journal/store.hpp"
#include "libagents/orchestration/run_state.hpp"
#include "libagents/runtime/replica.hpp"
#include "libagents/runtime/run_journal.hpp"

namespace agents {

/// How a run is reached while it is in memory. Callers: any thread.
class run_port final : public reply_port {
 public:
  struct tick {};   ///< a deadline or a back-off may be due
  struct durable {  ///< the journal has accepted everything up to a sequence number
    std::uint64_t next_sequence;
    expected<void> result;
  };
  struct person {  ///< a decision of a person, or a cancellation
    event what;
  };
  struct interrupt {};  ///< leave memory; the run stays open and can be resumed
  struct chunk {
    shared_call from;
    value data;
  };
  using signal = std::variant<reply, tick, durable, person, interrupt, chunk>;

  run_port() : signals_(static_cast<std::size_t>(-1)) {}
  void deliver(reply r) override {
    signal s{std::move(r)};
    if (signals_.push(s)) waker_.notify_next();
  }
  void deliver_chunk(const shared_call& from, value data) override { send(chunk{from, std::move(data)}); }
  void send(signal s) {
    if (signals_.push(s)) waker_.notify();
  }

 private:
  friend class orchestrator;
  mailbox<signal> signals_;  // bounded by what the run has in flight
  waker waker_;
  friend class node_impl;
};

/// How a run's time in memory ended: finished, waiting for a person, or interrupted.
///
/// Copies share the state. Not synchronised.
class run_result {
 public:
  run_id id;
  run_status status = run_status::failed;
  expected<void> journal;  ///< the journal's error, if that is what ended it; `internal` when the orchestrator crashed
  std::shared_ptr<const run_state> state;

  /// See `report(const run_state&)`; made at the first call.
  [[nodiscard]] const value& report() const;

 private:
  mutable std::shared_ptr<const value> report_;
};

/// Type-checks a plan against the registry; the node supplies it, with a cache.
using plan_checker = std::function<expected<void>(const shared_value& plan)>;

/// What all orchestrators of a node share beside the services.
struct orchestrator_context {
  services& base;
  journal::store& store;
  std::function<expected<shared_plan>(const shared_value&)> compile;
  plan_checker check;
};

/// The shell around one run's pure state machine: executes its commands and feeds it events. Every event is journaled.
/// Effectful steps wait until the journal is durable, and so do pauses and the end of the run; what may be repeated is
/// sent while its events are being committed.
class orchestrator final : public actor_body {
 public:
  orchestrator(orchestrator_context context, std::shared_ptr<run_port> port, std::function<void(run_result)> on_end);
  ~orchestrator() override;

  /// Begins a new run with these events (`run_started` and, if the plan is known, `plan_accepted`).
  void begin(std::vector<event> first);
  /// Continues a run from its journal, as its owner of `epoch`. `then`: decisions to apply first.
  void resume(const std::vector<event>& history, std::uint64_t next_sequence, std::uint64_t epoch,
              std::vector<event> then);

  turn_result turn() override;

 private:
  struct in_flight_call {
    std::string step;
    std::uint32_t attempt = 0;
    shared_call call;
    std::shared_ptr<replica> at;
    std::string verifier;  ///< capability, when this is a verification
    std::multimap<time_point, call_id>::iterator deadline;
  };
  struct prepared_send {
    routing_decision decision;
    shared_call call;
    bool effectful = false;
    std::uint64_t after = 0;  ///< waits until the journal is durable up to here
  };
  /// What verifications under way may cost: reserved like attempts, but known to this shell only.
  struct verification_cost {
    std::int64_t micro_money = 0;
    std::int64_t tokens = 0;
  };

  void handle(run_port::signal& s);
  void on_reply(reply r);
  void on_tick();
  void on_durable(const run_port::durable& d);
  void on_chunk(const run_port::chunk& c);

  void feed(event e);
  void work();
  void execute(command& c);
  void execute_call(call_command c);
  void execute_verify(const verify_command& c);
  void execute_check(const check_plan_command& c);
  void execute_cancel(const cancel_command& c);
  void execute_lesson(const lesson_command& c);
  [[nodiscard]] event new_event(event_kind kind) const;
  void keep(const event& e);
  void fail_attempt(const std::string& step, std::uint32_t attempt, const std::string& capability, errc code,
                    std::string why);
  void track(const shared_call& c, const routing_decision& d, std::string step, std::uint32_t attempt,
             std::string verifier);
  void forget(call_id id);
  void expire(call_id id);
  void append(bool must_know);
  void compact_if_long();
  void send_harmless();
  void send_effectful();
  void dispatch(prepared_send s);
  void arm_timer();
  void replay(const std::vector<event>& history);
  [[nodiscard]] verification_cost reserved_for_verifiers() const;
  [[nodiscard]] bool is_metered() const;
  void end();

  orchestrator_context context_;
  std::shared_ptr<run_port> port_;
  std::function<void(run_result)> on_end_;
  run_state state_;
  std::vector<command> commands_;
  run_journal journal_;
  std::vector<prepared_send> prepared_;
  std::vector<prepared_send> waiting_for_journal_;
  std::unordered_map<call_id, in_flight_call> in_flight_;
  std::multimap<time_point, call_id> deadlines_;
  std::multimap<time_point, call_command> delayed_;
  timer_queue::id timer_ = 0;
  time_point armed_ = never;
  bool ending_ = false;  ///< finished or paused; ends once the journal has everything
  bool interrupted_ = false;
  bool ended_ = false;
};

}  // namespace agents
