// SPDX-License-Identifier: Apache-2.0
// Private to orchestration: one application of an event to a run's state.
#pragma once

#include "libagents/orchestration/run_state.hpp"

namespace agents::detail {

/// Applies one event: holds the state and collects commands. Lives for one call of `apply`.
class run_machine {
 public:
  run_machine(run_state& state, time_point now) : s_(state), now_(now) {}

  void apply(const event& e);
  void reopen();
  [[nodiscard]] std::vector<command> take() && { return std::move(commands_); }

 private:
  // run_machine.cpp: the run and its plan
  void on_run_started(const event& e);
  void on_plan_accepted(const event& e);
  void on_plan_rejected(const event& e);
  void on_run_cancelled(const event& e);
  void on_run_finished(const event& e);
  void on_run_resumed(const event& e);
  void request_plan(std::string critique, value failed = {});
  void reopen_planning();
  void reopen_unit(unit_state& u, std::vector<std::pair<unit_state*, std::uint32_t>>& lost);
  void give_up_lost(unit_state& u, std::uint32_t attempt);
  void planner_failed(errc code, const std::string& why);
  void adopt(shared_plan plan);
  [[nodiscard]] std::vector<std::uint32_t> unchanged_steps(const compiled_plan& old_plan,
                                                           const std::vector<step_state>& old_steps) const;
  void give_up(std::uint32_t unit, const compiled_plan& old_plan, const std::vector<std::uint32_t>& kept);
  void finish_if_idle();
  void finish(run_status status, errc outcome, std::string why);

  // run_steps.cpp: what steps read, how they become units, what their ends set off
  [[nodiscard]] unit_state* find_unit(std::string_view name);
  [[nodiscard]] value resolve(const binding& b, const value* item) const;
  [[nodiscard]] const value* item_of(const unit_state& u) const;
  [[nodiscard]] const compiled_step& spec_of(const unit_state& u) const { return s_.plan->steps[u.step]; }
  void start_step(std::uint32_t number);
  void expand(std::uint32_t number, const std::vector<value>* items);
  void unit_closed(unit_state& u);
  void step_closed(std::uint32_t number);
  void feed(std::uint32_t number);
  void skip(std::uint32_t number);

  // run_units.cpp: units wait for room, begin, end, ask a person
  void on_step_finished(const event& e);
  void on_approval_requested(const event& e);
  void on_approval_given(const event& e);
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] std::uint32_t index_of(const unit_state& u) const;
  void wait_for_room(const unit_state& u);
  void start_queued();
  void start_unit(unit_state& u);
  void unit_done(unit_state& u, shared_value output);
  void unit_failed(unit_state& u, errc code, const std::string& why);

  // run_attempts.cpp: one call each
  void on_attempt_started(const event& e);
  void on_attempt_finished(const event& e);
  [[nodiscard]] bool steps_left() const;
  [[nodiscard]] call_command call_for(const unit_state& u) const;
  void send(unit_state& u, call_command c);
  void close_attempt(unit_state& u, attempt_state& a, const event& e);
  void succeeded(unit_state& u, attempt_state& a);
  void doubt(const unit_state& u, const attempt_state& a);
  [[nodiscard]] bool is_doubtful(const unit_state& u) const;
  void cancel_open_attempts(unit_state& u);

  // run_agreement.cpp: equal answers of several modules
  void send_copy(unit_state& u);
  void collect_agreement(unit_state& u, const event& last);

  // run_verdicts.cpp: what verifiers say
  void on_verdict(const event& e);
  void verify(unit_state& u, attempt_state& a);
  void ask_verifiers(const unit_state& u, const attempt_state& a);
  void learn_from_verifier(const event& e);
  void verdict_complete(unit_state& u, attempt_state& a);

  // ladder.cpp: reflection
  void reflect(unit_state& u, errc code, std::string why);
  [[nodiscard]] call_command call_on_rung(const unit_state& u, const attempt_state* failed) const;
  [[nodiscard]] bool seen_before(unit_state& u);
  bool try_rung(unit_state& u, rung r, errc code, const std::string& why);
  bool retry(unit_state& u, errc code, const std::string& why);
  bool try_other(unit_state& u, const std::string& why);
  bool replan(unit_state& u, errc code, const std::string& why);
  [[nodiscard]] value describe_failure(const unit_state& u, errc code, const std::string& why) const;
  bool ask_person(unit_state& u, const std::string& why);
  void note(const unit_state& u, rung r, const std::string& why);
  [[nodiscard]] bool goes_on(const unit_state& u) const;
  void go_on(unit_state& u);
  void send_again(unit_state& u);

  void record(event e);
  template <class Command>
  void emit(Command c) {
    commands_.emplace_back(std::move(c));
  }

  run_state& s_;
  time_point now_;
  std::vector<command> commands_;
};

[[nodiscard]] attempt_state* open_attempt(unit_state& u, std::uint32_t number);
/// An agreement that may ask for another module as soon as there is room for one more attempt.
[[nodiscard]] bool waits_for_copy(const unit_state& u);
[[nodiscard]] attempt_state* last_attempt(unit_state& u);
/// Refuses the modules of these attempts, but not of `except`.
void exclude_modules(call_command& c, const std::vector<attempt_state>& attempts,
                     const attempt_state* except = nullptr);
/// Whether an outcome says something about the module: not when the task, the budget or the run was at fault.
[[nodiscard]] bool says_something(errc outcome);
/// Errors after which a module certainly has not acted.
[[nodiscard]] bool never_reached(errc code);

}  // namespace agents::detail
