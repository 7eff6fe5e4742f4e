// SPDX-License-Identifier: Apache-2.0
// Attempts: one call each, from the command to its end.
#include <algorithm>

#include "libagents/orchestration/run_machine_impl.hpp"

namespace agents::detail {

bool run_machine::steps_left() const { return !s_.task.budget.steps || s_.attempts_made < *s_.task.budget.steps; }

call_command run_machine::call_for(const unit_state& u) const {
  call_command c;
  if (&u == &s_.planning) return c;
  const auto& spec = spec_of(u).spec;
  c.step = unit_name(s_, u);
  c.capability = spec.ask;
  c.input = u.input;
  c.only = spec.only;
  c.exclude = spec.avoid;
  c.policy = spec.policy;
  c.timeout = duration{static_cast<std::int64_t>(spec.timeout_seconds * 1e9)};
  return c;
}

void run_machine::send(unit_state& u, call_command c) {
  if (!steps_left()) return unit_failed(u, errc::budget, "the budget of steps is used up");
  ++s_.attempts_made;
  ++s_.in_flight;
  attempt_state a;
  for (const auto& other : u.attempts) a.number = std::max(a.number, other.number + 1);
  u.attempts.push_back(std::move(a));
  u.at = unit_state::phase::running;
  u.input = c.input;
  u.refused = u.faulted = false;
  u.pending_verdicts.clear();
  u.score = 1;
  c.attempt = u.attempts.back().number;
  emit(std::move(c));
}

void run_machine::on_attempt_started(const event& e) {
  auto* u = find_unit(e.step);
  auto* a = u ? open_attempt(*u, e.attempt) : nullptr;
  if (!a) return;
  s_.micro_money_reserved += e.micro_money - a->micro_money;
  s_.tokens_reserved += e.tokens - a->tokens;
  a->started = true;
  a->module = e.module;
  a->version = e.version;
  a->began = e.at;
  a->micro_money = e.micro_money;
  a->tokens = e.tokens;
  if (e.data) u->effectful = e.data->get_string("effect") == "effectful";
  if (!waits_for_copy(*u)) return;
  if (has_room())
    send_copy(*u);
  else if (std::find(s_.queue.begin(), s_.queue.end(), index_of(*u)) == s_.queue.end())
    wait_for_room(*u);
}

bool says_something(errc outcome) {
  return outcome != errc::cancelled && outcome != errc::budget && outcome != errc::no_route &&
         outcome != errc::bad_input;
}

void run_machine::close_attempt(unit_state& u, attempt_state& a, const event& e) {
  s_.micro_money_reserved -= a.micro_money;
  s_.tokens_reserved -= a.tokens;
  s_.micro_money_spent += e.micro_money;
  s_.tokens_spent += e.tokens;
  --s_.in_flight;
  a.open = false;
  if (!e.module.empty()) a.module = e.module;
  a.outcome = e.outcome;
  a.took = e.queueing + e.handling;
  a.micro_money = e.micro_money;
  a.tokens = e.tokens;
  a.output = e.data;
  if (!never_reached(e.outcome)) doubt(u, a);
  if (&u != &s_.planning && !a.module.empty() && e.outcome != errc::none && says_something(e.outcome))
    emit(lesson_command{a.module, a.version, spec_of(u).spec.ask, false});
}

void run_machine::on_attempt_finished(const event& e) {
  auto* u = find_unit(e.step);
  auto* a = u ? open_attempt(*u, e.attempt) : nullptr;
  if (!a) return;
  if (!a->started) u->copies = 0;  // no route to another module
  close_attempt(*u, *a, e);
  if (u == &s_.planning) {
    if (e.outcome != errc::none) return planner_failed(e.outcome, e.text);
    return emit(check_plan_command{e.data});
  }
  if (u->at == unit_state::phase::running) {
    if (spec_of(*u).spec.agree)
      collect_agreement(*u, e);
    else if (e.outcome != errc::none)
      reflect(*u, e.outcome, e.text);
    else
      succeeded(*u, *a);
  }
  start_queued();
  finish_if_idle();
}

void run_machine::succeeded(unit_state& u, attempt_state& a) {
  if (!spec_of(u).spec.verify.empty()) return verify(u, a);
  emit(lesson_command{a.module, a.version, spec_of(u).spec.ask, true});
  unit_done(u, a.output);
}

/// A module that acts on the world has had this attempt; unless the unit finishes, it must not run again unasked.
void run_machine::doubt(const unit_state& u, const attempt_state& a) {
  if (u.effectful && a.started && !is_doubtful(u)) s_.doubtful.push_back(unit_name(s_, u));
}

bool run_machine::is_doubtful(const unit_state& u) const {
  return !s_.doubtful.empty() &&
         std::find(s_.doubtful.begin(), s_.doubtful.end(), unit_name(s_, u)) != s_.doubtful.end();
}

void run_machine::cancel_open_attempts(unit_state& u) {
  u.copies = 0;
  if (u.at == unit_state::phase::verifying && !std::exchange(u.pending_verdicts, {}).empty())
    emit(cancel_command{unit_name(s_, u), u.attempts.back().number});
  for (auto& a : u.attempts) {
    if (!a.open) continue;
    doubt(u, a);
    a.open = false;
    a.outcome = errc::cancelled;
    s_.micro_money_reserved -= a.micro_money;
    s_.tokens_reserved -= a.tokens;
    // What a cancelled attempt has cost is not known; its reservation counts as spent.
    s_.micro_money_spent += a.micro_money;
    s_.tokens_spent += a.tokens;
    --s_.in_flight;
    emit(cancel_command{unit_name(s_, u), a.number});
  }
}

}  // namespace agents::detail
