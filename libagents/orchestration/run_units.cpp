// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "libagents/orchestration/run_machine_impl.hpp"

namespace agents::detail {

unit_state* run_machine::find_unit(std::string_view name) {
  if (name == planning_step) return &s_.planning;
  if (!s_.plan) return nullptr;
  std::int32_t instance = -1;
  const auto bracket = name.find('[');
  if (bracket != std::string_view::npos) {
    const auto digits = name.substr(bracket + 1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), instance).ec != std::errc{}) return nullptr;
    name = name.substr(0, bracket);
  }
  const auto found = s_.plan->index.find(std::string{name});
  if (found == s_.plan->index.end()) return nullptr;
  const auto& step = s_.steps[found->second];
  const auto offset = static_cast<std::uint32_t>(std::max(instance, 0));
  if (offset >= step.units) return nullptr;
  auto& u = s_.units[step.first_unit + offset];
  return u.instance == instance ? &u : nullptr;
}

value run_machine::resolve(const binding& b, const value* item) const {
  const value goal{s_.task.goal};
  return b.resolve([&](std::string_view root) -> const value* {
    if (root == "input") return &s_.task.input;
    if (root == "item") return item;
    if (root == "goal") return &goal;
    const auto found = s_.plan->index.find(std::string{root});
    if (found == s_.plan->index.end()) return nullptr;
    return s_.steps[found->second].output.get();
  });
}

const value* run_machine::item_of(const unit_state& u) const {
  if (u.instance < 0) return nullptr;
  const auto* r = spec_of(u).each->as_reference();
  const value* root = nullptr;
  if (r->root == "input")
    root = &s_.task.input;
  else
    root = s_.steps[s_.plan->index.at(r->root)].output.get();
  const auto* list = root ? follow(*root, r->path) : nullptr;
  if (!list || !list->is_array() || static_cast<std::size_t>(u.instance) >= list->as_array().size()) return nullptr;
  return &list->as_array()[static_cast<std::size_t>(u.instance)];
}

void run_machine::start_step(std::uint32_t number) {
  const auto& step = s_.plan->steps[number];
  if (!step.each) return expand(number, nullptr);
  const auto list = resolve(*step.each, nullptr);
  if (list.is_array()) return expand(number, &list.as_array());
  expand(number, nullptr);
  auto& u = s_.units[s_.steps[number].first_unit];
  unit_failed(u, errc::bad_input, step.spec.each + " is no list but " + std::string{to_string(list.type())});
}

void run_machine::expand(std::uint32_t number, const std::vector<value>* items) {
  auto& step = s_.steps[number];
  step.at = step_state::phase::running;
  step.first_unit = static_cast<std::uint32_t>(s_.units.size());
  step.units = items ? static_cast<std::uint32_t>(items->size()) : 1;
  step.open_units = step.units;
  if (step.units == 0) return step_closed(number);
  for (std::uint32_t i = 0; i < step.units; ++i) {
    auto& u = s_.units.emplace_back();
    u.step = number;
    u.instance = items ? static_cast<std::int32_t>(i) : -1;
    s_.queue.push_back(step.first_unit + i);
  }
}

void run_machine::start_queued() {
  while (!s_.queue.empty() && s_.in_flight < s_.plan->source.parallel && s_.status == run_status::running) {
    auto& u = s_.units[s_.queue.front()];
    s_.queue.pop_front();
    if (u.at == unit_state::phase::queued) start_unit(u);
  }
}

void run_machine::start_unit(unit_state& u) {
  const auto& spec = spec_of(u).spec;
  u.input = share(resolve(spec_of(u).with, item_of(u)));
  if (spec.approve && !u.approved) {
    ask_person(u, "approve this step before it runs");
    return;
  }
  const auto copies = spec.agree ? spec.agree->of : 1;
  for (std::int64_t i = 0; i < copies && u.at != unit_state::phase::failed; ++i) send(u, call_for(u));
}

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
  a.number = u.attempts.empty() ? 1 : u.attempts.back().number + 1;
  u.attempts.push_back(std::move(a));
  u.at = unit_state::phase::running;
  u.input = c.input;
  u.refused = false;
  u.pending_verdicts = 0;
  u.score = 1;
  c.attempt = u.attempts.back().number;
  emit(std::move(c));
}

bool run_machine::steps_left() const { return !s_.task.budget.steps || s_.attempts_made < *s_.task.budget.steps; }

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
  if (&u != &s_.planning && !a.module.empty() && e.outcome != errc::none && e.outcome != errc::cancelled &&
      e.outcome != errc::budget && e.outcome != errc::no_route && e.outcome != errc::bad_input)
    emit(lesson_command{a.module, spec_of(u).spec.ask, false});
}

void run_machine::on_attempt_finished(const event& e) {
  auto* u = find_unit(e.step);
  auto* a = u ? open_attempt(*u, e.attempt) : nullptr;
  if (!a) return;
  close_attempt(*u, *a, e);
  if (u == &s_.planning) {
    if (e.outcome != errc::none) return planner_failed(e.outcome, e.text);
    return emit(check_plan_command{e.data});
  }
  if (u->at == unit_state::phase::running) {
    if (spec_of(*u).spec.agree)
      collect_agreement(*u);
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
  emit(lesson_command{a.module, spec_of(u).spec.ask, true});
  unit_done(u, a.output);
}

/// Counts equal answers of different modules; decides as soon as the outcome is certain.
void run_machine::collect_agreement(unit_state& u) {
  const auto& agree = *spec_of(u).spec.agree;
  std::vector<std::string> path;
  for (std::size_t at = 0; at < agree.on.size();) {
    const auto next = std::min(agree.on.find('/', at + 1), agree.on.size());
    path.push_back(agree.on.substr(at + 1, next - at - 1));
    at = next;
  }
  std::int64_t open = 0;
  std::int64_t best = 0;
  const attempt_state* winner = nullptr;
  const auto part = [&path](const attempt_state& a) { return a.output ? follow(*a.output, path) : nullptr; };
  for (const auto& a : u.attempts) {
    open += a.open ? 1 : 0;
    const auto* mine = a.open || a.outcome != errc::none ? nullptr : part(a);
    if (!mine) continue;
    const auto votes = std::count_if(u.attempts.begin(), u.attempts.end(), [&](const attempt_state& b) {
      const auto* theirs = b.open || b.outcome != errc::none ? nullptr : part(b);
      return theirs && *theirs == *mine;
    });
    if (votes > best) best = votes, winner = &a;
  }
  if (best >= agree.need) {
    for (const auto& a : u.attempts)
      if (!a.open && a.outcome == errc::none && part(a))
        emit(lesson_command{a.module, spec_of(u).spec.ask, *part(a) == *part(*winner)});
    auto chosen = *winner;
    cancel_open_attempts(u);
    if (!spec_of(u).spec.verify.empty()) {
      u.attempts.push_back(std::move(chosen));
      return verify(u, u.attempts.back());
    }
    return unit_done(u, chosen.output);
  }
  if (best + open >= agree.need && open > 0) return;
  cancel_open_attempts(u);
  reflect(u, errc::rejected, std::to_string(best) + " of " + std::to_string(agree.of) + " modules agreed, " +
                                 std::to_string(agree.need) + " are needed");
}

void run_machine::verify(unit_state& u, attempt_state& a) {
  u.at = unit_state::phase::verifying;
  const auto& verifiers = spec_of(u).spec.verify;
  u.pending_verdicts = static_cast<std::uint32_t>(verifiers.size());
  u.refused = false;
  u.critique.clear();
  u.score = 1;
  const auto input = share(object{{"input", *u.input}, {"output", a.output ? *a.output : value{}}});
  for (const auto& verifier : verifiers) emit(verify_command{unit_name(s_, u), a.number, verifier, input});
}

void run_machine::on_verdict(const event& e) {
  auto* u = find_unit(e.step);
  auto* a = u && u->at == unit_state::phase::verifying ? last_attempt(*u) : nullptr;
  if (!a || a->number != e.attempt || u->pending_verdicts == 0) return;
  --u->pending_verdicts;
  if (e.outcome != errc::none) {
    u->refused = true;
    if (!u->critique.empty()) u->critique += "\n";
    u->critique += e.text.empty() ? std::string{sentence(e.outcome)} : e.text;
  }
  u->score = std::min(u->score, e.score);
  if (u->pending_verdicts > 0) return;
  verdict_complete(*u, *a);
  start_queued();
  finish_if_idle();
}

void run_machine::verdict_complete(unit_state& u, attempt_state& a) {
  emit(lesson_command{a.module, spec_of(u).spec.ask, !u.refused});
  if (!u.refused) return unit_done(u, a.output);
  reflect(u, errc::rejected, u.critique);
}

void run_machine::unit_done(unit_state& u, shared_value output) {
  u.at = unit_state::phase::done;
  u.output = std::move(output);
  u.problem = errc::none;
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

void run_machine::unit_closed(unit_state& u) {
  auto& step = s_.steps[u.step];
  if (--step.open_units == 0) step_closed(u.step);
}

void run_machine::step_closed(std::uint32_t number) {
  auto& step = s_.steps[number];
  const auto& spec = s_.plan->steps[number].spec;
  array outputs;
  bool failed = false;
  for (auto i = step.first_unit; i < step.first_unit + step.units; ++i) {
    const auto& u = s_.units[i];
    failed |= u.at == unit_state::phase::failed;
    if (u.at == unit_state::phase::failed) step.outcome = u.problem;
    if (!spec.each.empty()) outputs.push_back(u.output ? *u.output : value{});
  }
  if (!spec.each.empty())
    step.output = share(std::move(outputs));
  else if (!failed)
    step.output = s_.units[step.first_unit].output;
  if (failed && !spec.optional) {
    step.at = step_state::phase::failed;
    if (!spec.each.empty()) step.output = nullptr;
    for (const auto next : s_.plan->steps[number].feeds) skip(next);
    return;
  }
  step.at = step_state::phase::done;
  feed(number);
}

void run_machine::feed(std::uint32_t number) {
  for (const auto next : s_.plan->steps[number].feeds) {
    auto& step = s_.steps[next];
    if (step.at == step_state::phase::blocked && --step.open_needs == 0) start_step(next);
  }
}

void run_machine::skip(std::uint32_t number) {
  auto& step = s_.steps[number];
  if (step.at != step_state::phase::blocked) return;
  step.at = step_state::phase::skipped;
  for (const auto next : s_.plan->steps[number].feeds) skip(next);
}

void run_machine::cancel_open_attempts(unit_state& u) {
  for (auto& a : u.attempts) {
    if (!a.open) continue;
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

/// In a replay of a full journal the unit is already done; after a snapshot this event is what says so.
void run_machine::on_step_finished(const event& e) {
  auto* u = find_unit(e.step);
  if (!u || u == &s_.planning || !e.data || u->at == unit_state::phase::done || u->at == unit_state::phase::failed) return;
  cancel_open_attempts(*u);
  attempt_state a;
  a.number = std::max(1u, e.attempt);
  a.open = false;
  a.module = e.module;
  a.version = e.version;
  a.took = e.handling;
  u->attempts = {std::move(a)};
  u->at = unit_state::phase::done;
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
  s_.status = run_status::running;
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
    start_unit(*u);
  } else {
    unit_failed(*u, errc::rejected, e.text.empty() ? "a person refused" : "a person refused: " + e.text);
  }
  start_queued();
  finish_if_idle();
}

}  // namespace agents::detail
