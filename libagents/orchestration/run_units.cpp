// SPDX-License-Identifier: Apache-2.0
// Units: how they wait for room, begin, end, and ask a person.
#include <algorithm>

#include "libagents/orchestration/run_machine_impl.hpp"

namespace agents::detail {

bool run_machine::has_room() const { return s_.in_flight < s_.plan->source.parallel; }

std::uint32_t run_machine::index_of(const unit_state& u) const {
  return s_.steps[u.step].first_unit + static_cast<std::uint32_t>(std::max(u.instance, 0));
}

/// Lets a unit that was begun go on before those that were not.
void run_machine::wait_for_room(const unit_state& u) { s_.queue.push_front(index_of(u)); }

void run_machine::start_queued() {
  while (!s_.queue.empty() && has_room() && s_.status == run_status::running) {
    auto& u = s_.units[s_.queue.front()];
    s_.queue.pop_front();
    if (u.at == unit_state::phase::queued)
      goes_on(u) ? send_again(u) : start_unit(u);
    else if (waits_for_copy(u))
      send_copy(u);
  }
}

void run_machine::start_unit(unit_state& u) {
  const auto& spec = spec_of(u).spec;
  u.input = share(resolve(spec_of(u).with, item_of(u)));
  if (is_doubtful(u) && !u.approved) {
    ask_person(u, "an earlier attempt may have had its effect already; approve to run this step again");
    return;
  }
  if (spec.approve && !u.approved) {
    ask_person(u, "approve this step before it runs");
    return;
  }
  u.copies = spec.agree ? spec.agree->of - 1 : 0;
  send(u, call_for(u));
}

void run_machine::unit_done(unit_state& u, shared_value output) {
  u.at = unit_state::phase::done;
  u.output = std::move(output);
  u.problem = errc::none;
  std::erase(s_.doubtful, unit_name(s_, u));
  event e;
  e.kind = event_kind::step_finished;
  e.step = unit_name(s_, u);
  if (const auto* a = last_attempt(u)) {
    e.attempt = a->number;
    e.module = a->module;
    e.version = a->version;
  }
  e.capability = spec_of(u).spec.ask;
  e.score = u.score;
  record(std::move(e));
  for (auto& a : u.attempts) a.output = nullptr;
  unit_closed(u);
}

void run_machine::unit_failed(unit_state& u, errc code, const std::string& why) {
  cancel_open_attempts(u);
  if (&u == &s_.planning) return planner_failed(code, why);
  u.at = unit_state::phase::failed;
  u.problem = code;
  event e;
  e.kind = event_kind::step_finished;
  e.step = unit_name(s_, u);
  e.outcome = code;
  e.capability = spec_of(u).spec.ask;
  e.text = why;
  record(std::move(e));
  if (!spec_of(u).spec.optional && s_.problem.empty()) {
    s_.outcome = code;
    s_.problem = "step \"" + unit_name(s_, u) + "\": " + why;
  }
  unit_closed(u);
}

/// In a replay of a full journal the unit has ended already; after a snapshot this event is what says so.
void run_machine::on_step_finished(const event& e) {
  auto* u = find_unit(e.step);
  if (!u || u == &s_.planning || u->at == unit_state::phase::done || u->at == unit_state::phase::failed) return;
  if (!e.data && e.outcome == errc::none) return;
  cancel_open_attempts(*u);
  attempt_state a;
  a.number = e.attempt;
  a.open = false;
  a.module = e.module;
  a.version = e.version;
  a.took = e.handling;
  a.outcome = e.outcome;
  u->attempts.clear();
  if (e.attempt > 0) u->attempts.push_back(std::move(a));  // else a person decided before there was any
  u->at = e.data ? unit_state::phase::done : unit_state::phase::failed;
  u->problem = e.outcome;
  u->output = e.data;
  u->score = e.score;
  s_.micro_money_spent += e.micro_money;
  s_.tokens_spent += e.tokens;
  unit_closed(*u);
  start_queued();
  finish_if_idle();
}

void run_machine::on_approval_requested(const event& e) {
  auto* u = find_unit(e.step);
  if (!u || u == &s_.planning || u->at == unit_state::phase::asking || u->at == unit_state::phase::done) return;
  cancel_open_attempts(*u);
  u->at = unit_state::phase::asking;
  u->critique = e.text;
  const auto* shown = e.data ? e.data->find("output") : nullptr;
  if (shown && !shown->is_null()) {
    attempt_state a;
    a.open = false;
    a.output = share(*shown);
    u->attempts = {std::move(a)};
  }
  finish_if_idle();
}

void run_machine::on_approval_given(const event& e) {
  auto* u = find_unit(e.step);
  if (!u || u->at != unit_state::phase::asking) return;
  if (s_.status == run_status::waiting) s_.status = run_status::running;
  const bool approved = e.data && e.data->get_bool("approved");
  const auto* edit = e.data ? e.data->find("edit") : nullptr;
  const auto* a = last_attempt(*u);
  if (edit && !edit->is_null()) {
    unit_done(*u, share(*edit));
  } else if (approved && a && a->output) {
    unit_done(*u, a->output);
  } else if (approved) {
    u->approved = true;
    u->tries = 0;
    u->at = unit_state::phase::queued;
    wait_for_room(*u);
  } else {
    unit_failed(*u, errc::rejected, e.text.empty() ? "a person refused" : "a person refused: " + e.text);
  }
  start_queued();
  finish_if_idle();
}

}  // namespace agents::detail
