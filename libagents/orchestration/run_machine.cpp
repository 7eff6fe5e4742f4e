// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "libagents/orchestration/run_machine_impl.hpp"
#include "libagents/orchestration/run_memory.hpp"

namespace agents {
namespace {

constexpr double longest_seconds = 1e9;  // thirty years are no limit, and would not fit a point in time much longer
constexpr std::int64_t max_plan_attempts = 3;  // the first, and two with the critique of the one before

std::int64_t left(const std::optional<std::int64_t>& limit, std::int64_t spent, std::int64_t reserved) {
  if (!limit) return std::numeric_limits<std::int64_t>::max();
  return std::max<std::int64_t>(0, *limit - spent - reserved);
}

}  // namespace

std::string_view to_string(run_status s) noexcept {
  constexpr std::array<std::string_view, 6> names{"planning", "running", "waiting", "completed", "partial", "failed"};
  return names[static_cast<std::size_t>(s)];
}

std::int64_t micro_money_left(const run_state& s) {
  std::optional<std::int64_t> limit;
  if (s.task.budget.money) limit = static_cast<std::int64_t>(std::floor(*s.task.budget.money * 1e6 + 1e-6));
  return left(limit, s.micro_money_spent, s.micro_money_reserved);
}

std::int64_t tokens_left(const run_state& s) { return left(s.task.budget.tokens, s.tokens_spent, s.tokens_reserved); }

std::string unit_name(const run_state& s, const unit_state& u) {
  if (&u == &s.planning) return std::string{planning_step};
  const auto& id = s.plan->steps[u.step].spec.id;
  return u.instance < 0 ? id : id + "[" + std::to_string(u.instance) + "]";
}

std::vector<command> apply(run_state& s, const event& e) {
  detail::run_machine machine{s, e.at};
  machine.apply(e);
  return std::move(machine).take();
}

std::vector<command> open_commands(run_state& s, time_point now) {
  detail::run_machine machine{s, now};
  machine.reopen();
  return std::move(machine).take();
}

namespace detail {

attempt_state* open_attempt(unit_state& u, std::uint32_t number) {
  for (auto& a : u.attempts)
    if (a.number == number && a.open) return &a;
  return nullptr;
}

attempt_state* last_attempt(unit_state& u) { return u.attempts.empty() ? nullptr : &u.attempts.back(); }

void run_machine::record(event e) {
  e.at = now_;
  e.run = s_.id;
  emit(record_command{std::move(e)});
}

void run_machine::apply(const event& e) {
  if (is_final(s_.status)) return;
  switch (e.kind) {
    case event_kind::run_started: return on_run_started(e);
    case event_kind::plan_accepted: return on_plan_accepted(e);
    case event_kind::plan_rejected: return on_plan_rejected(e);
    case event_kind::attempt_started: return on_attempt_started(e);
    case event_kind::attempt_finished: return on_attempt_finished(e);
    case event_kind::verdict: return on_verdict(e);
    case event_kind::step_finished: return on_step_finished(e);
    case event_kind::approval_requested: return on_approval_requested(e);
    case event_kind::approval_given: return on_approval_given(e);
    case event_kind::run_cancelled: return on_run_cancelled(e);
    case event_kind::run_finished: return on_run_finished(e);
    case event_kind::run_resumed: return on_run_resumed(e);
    default: return;
  }
}

void run_machine::on_run_started(const event& e) {
  if (s_.started != time_point{}) return;
  s_.id = e.run;
  s_.started = e.at;
  s_.task_data = e.data ? e.data : share(object{});
  auto task = from_value<task_spec>(*s_.task_data);
  if (!task) return finish(run_status::failed, errc::bad_input, "the task: " + task.error().message);
  s_.task = std::move(*task);
  if (const auto limit = s_.task.budget.time_seconds; limit && *limit < longest_seconds)
    s_.deadline = e.at + duration{static_cast<std::int64_t>(std::max(0.0, *limit) * 1e9)};
  s_.planning.tries = 1;
  if (!s_.task.planner.empty() && !s_.task.plan_given) request_plan({});
}

/// The planner is asked like any module; its answer is checked by the shell, which knows the registry. `failed` is the
/// step that made a new plan necessary; a planner that is asked again because of its answer gets the same.
void run_machine::request_plan(std::string critique, value failed) {
  s_.status = run_status::planning;
  auto& u = s_.planning;
  if (const auto* same = failed.is_null() && u.input ? u.input->find("failed") : nullptr) failed = *same;
  u.critique = critique;
  call_command c;
  c.step = planning_step;
  c.capability = s_.task.planner;
  c.critique = std::move(critique);
  object input{{"goal", s_.task.goal}, {"given", s_.task.input}, {"planner_input", s_.task.planner_input}};
  if (s_.plan) {
    object done;
    for (std::size_t i = 0; i < s_.steps.size(); ++i)
      if (s_.steps[i].at == step_state::phase::done && s_.steps[i].output)  // a failed optional step has none
        done[s_.plan->steps[i].spec.id] = *s_.steps[i].output;
    input["previous_plan"] = agents::to_value(s_.plan->source);
    input["done"] = std::move(done);
    if (!failed.is_null()) input["failed"] = std::move(failed);
  }
  c.input = share(std::move(input));
  send(u, std::move(c));
}

void run_machine::planner_failed(errc code, const std::string& why) {
  if (s_.planning.tries < max_plan_attempts && steps_left() && code != errc::budget && code != errc::no_route) {
    ++s_.planning.tries;
    return request_plan(why);
  }
  if (!s_.plan) return finish(run_status::failed, code, "no plan: " + why);
  finish(run_status::partial, code, "replanning failed: " + why);
}

void run_machine::on_plan_rejected(const event& e) {
  if (s_.status == run_status::planning) planner_failed(errc::bad_output, e.text);
}

void run_machine::on_plan_accepted(const event& e) {
  if (s_.status != run_status::planning || !e.data) return;
  auto plan = s_.compile_plan ? s_.compile_plan(e.data) : compile(*e.data);
  if (!plan) return planner_failed(errc::bad_output, plan.error().message);
  adopt(std::move(*plan));
}

/// What a new plan does not keep is given up. What has acted on the world, and is in the new plan again, needs a
/// person.
void run_machine::give_up(std::uint32_t unit, const compiled_plan& old_plan, const std::vector<std::uint32_t>& kept) {
  auto& u = s_.units[unit];
  const bool done = std::exchange(u.at, unit_state::phase::failed) == unit_state::phase::done;
  if (!done || !u.effectful) return;
  const auto holds = [&](std::uint32_t step) {
    return unit >= s_.steps[step].first_unit && unit < s_.steps[step].first_unit + s_.steps[step].units;
  };
  if (std::any_of(kept.begin(), kept.end(), holds)) return;
  s_.doubtful.push_back(old_plan.steps[u.step].spec.id +
                        (u.instance < 0 ? "" : "[" + std::to_string(u.instance) + "]"));
}

namespace {

/// Whether a value of step `producer` flows into `step`; `after` alone makes none flow.
bool takes_data(const compiled_step& step, const std::string& producer) {
  const auto is_it = [&](const reference& r) { return r.root == producer; };
  const auto inputs = step.with.references();
  return std::any_of(inputs.begin(), inputs.end(), is_it) || (step.each && is_it(*step.each->as_reference()));
}

}  // namespace

/// The steps of the new plan that are done, say the same as in the old one, and whose inputs come, over any number of
/// steps, only from such steps.
std::vector<std::uint32_t> run_machine::unchanged_steps(const compiled_plan& old_plan,
                                                        const std::vector<step_state>& old_steps) const {
  const auto& steps = s_.plan->steps;
  const auto says_the_same = [&](const compiled_step& step) {
    const auto found = old_plan.index.find(step.spec.id);
    return found != old_plan.index.end() && old_steps[found->second].at == step_state::phase::done &&
           agents::to_value(step.spec) == agents::to_value(old_plan.steps[found->second].spec);
  };
  std::vector<bool> keep(steps.size());
  std::vector<std::uint32_t> changed;
  for (std::uint32_t i = 0; i < steps.size(); ++i)
    if (!(keep[i] = says_the_same(steps[i]))) changed.push_back(i);
  while (!changed.empty()) {
    const auto producer = changed.back();
    changed.pop_back();
    for (const auto next : steps[producer].feeds)
      if (keep[next] && takes_data(steps[next], steps[producer].spec.id)) keep[next] = false, changed.push_back(next);
  }
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < steps.size(); ++i)
    if (keep[i]) kept.push_back(i);
  return kept;
}

/// Takes a plan into execution. After a replan, steps that are done and unchanged keep their output; everything else
/// starts anew.
void run_machine::adopt(shared_plan plan) {
  const auto old_plan = std::exchange(s_.plan, std::move(plan));
  const auto old_steps = std::exchange(s_.steps, {});
  s_.status = run_status::running;
  s_.outcome = errc::none;
  s_.problem.clear();  // the old plan's
  s_.steps.resize(s_.plan->steps.size());
  for (std::size_t i = 0; i < s_.steps.size(); ++i)
    s_.steps[i].open_needs = static_cast<std::uint32_t>(s_.plan->steps[i].needs.size());
  const auto kept = old_plan ? unchanged_steps(*old_plan, old_steps) : std::vector<std::uint32_t>{};
  for (const auto i : kept) s_.steps[i] = old_steps[old_plan->index.at(s_.plan->steps[i].spec.id)];
  for (std::uint32_t i = 0; i < s_.units.size(); ++i) give_up(i, *old_plan, kept);
  for (const auto i : kept) {
    for (auto k = s_.steps[i].first_unit; k < s_.steps[i].first_unit + s_.steps[i].units; ++k) {
      s_.units[k].step = i;
      s_.units[k].at = unit_state::phase::done;
    }
    feed(i);
  }
  for (std::uint32_t i = 0; i < s_.steps.size(); ++i)
    if (s_.steps[i].at == step_state::phase::blocked && s_.plan->steps[i].needs.empty()) start_step(i);
  start_queued();
  finish_if_idle();
}

/// What was on its way when the previous owner ended is asked again. What it has cost is not known; its reservation
/// counts as spent, as for a cancelled attempt.
void run_machine::on_run_resumed(const event& e) {
  const auto charge = [this](unit_state& u) {
    for (auto& a : u.attempts) {
      if (!a.open) continue;
      s_.micro_money_reserved -= a.micro_money;
      s_.tokens_reserved -= a.tokens;
      s_.micro_money_spent += std::exchange(a.micro_money, 0);
      s_.tokens_spent += std::exchange(a.tokens, 0);
    }
  };
  charge(s_.planning);
  for (auto& u : s_.units) charge(u);
  // Written by a snapshot, it carries what was spent outside the finished steps.
  s_.micro_money_spent += e.micro_money;
  s_.tokens_spent += e.tokens;
  if (e.data) restore_open(s_, *e.data);
}

/// The run is ended from outside: by its owner, or because its time is over.
void run_machine::on_run_cancelled(const event& e) {
  for (auto& u : s_.units) cancel_open_attempts(u);
  cancel_open_attempts(s_.planning);
  const auto any_done = std::any_of(s_.steps.begin(), s_.steps.end(),
                                    [](const step_state& step) { return step.at == step_state::phase::done; });
  finish(any_done ? run_status::partial : run_status::failed, e.outcome == errc::none ? errc::cancelled : e.outcome,
         e.text);
}

/// Only met in a journal whose earlier events a snapshot has replaced.
void run_machine::on_run_finished(const event& e) {
  s_.status = e.text == "completed" ? run_status::completed
              : e.text == "partial" ? run_status::partial
                                    : run_status::failed;
  s_.outcome = e.outcome;
  s_.answer = e.data;
  s_.ended = e.at;
}

void run_machine::finish_if_idle() {
  if (s_.status != run_status::running) return;
  bool any_failed = false;
  bool any_done = false;
  bool any_asking = false;
  for (const auto& step : s_.steps) {
    any_failed |= step.at == step_state::phase::failed || step.at == step_state::phase::skipped;
    any_done |= step.at == step_state::phase::done;
    if (step.at != step_state::phase::running && step.at != step_state::phase::blocked) continue;
    for (auto i = step.first_unit; i < step.first_unit + step.units; ++i) {
      const auto at = s_.units[i].at;
      if (at != unit_state::phase::asking && at != unit_state::phase::done && at != unit_state::phase::failed) return;
      any_asking |= at == unit_state::phase::asking;
    }
  }
  if (any_asking) {
    s_.status = run_status::waiting;
    return emit(pause_command{});
  }
  if (!any_failed) return finish(run_status::completed, errc::none, {});
  finish(any_done ? run_status::partial : run_status::failed, s_.outcome, s_.problem);
}

void run_machine::finish(run_status status, errc outcome, std::string why) {
  s_.status = status;
  s_.outcome = outcome;
  s_.problem = std::move(why);
  s_.ended = now_;
  if (s_.plan) {
    auto answer = resolve(s_.plan->answer, nullptr);
    if (status != run_status::completed && answer.is_object() && !s_.problem.empty())
      answer.as_object()["incomplete_because"] = s_.problem;
    s_.answer = share(std::move(answer));
  }
  event e;
  e.kind = event_kind::run_finished;
  e.outcome = outcome;
  e.text = to_string(status);
  e.data = s_.answer;
  e.handling = now_ - s_.started;
  e.micro_money = s_.micro_money_spent;
  e.tokens = s_.tokens_spent;
  if (!s_.answer && !s_.problem.empty()) e.data = share(object{{"incomplete_because", s_.problem}});
  record(std::move(e));
  emit(finish_command{});
}

/// After a replay: sends again what was on its way when the previous owner ended.
void run_machine::reopen() {
  if (is_final(s_.status)) return emit(finish_command{});
  if (s_.status == run_status::waiting) return emit(pause_command{});
  if (s_.status == run_status::planning) return reopen_planning();
  std::vector<std::pair<unit_state*, std::uint32_t>> lost;
  for (auto& u : s_.units) reopen_unit(u, lost);
  // Afterwards: what these start must not be sent twice.
  for (const auto& [u, attempt] : lost) give_up_lost(*u, attempt);
  start_queued();
  finish_if_idle();
}

void run_machine::reopen_planning() {
  auto& u = s_.planning;
  const auto* a = last_attempt(u);
  if (!a) {
    if (!s_.task.planner.empty() && !s_.task.plan_given) return request_plan({});
    return finish(run_status::failed, errc::corrupt, "the journal ends before the plan; start the job again");
  }
  if (!a->open) return emit(check_plan_command{a->output});
  call_command c;
  c.step = planning_step;
  c.attempt = a->number;
  c.capability = s_.task.planner;
  c.input = u.input;
  c.critique = u.critique;
  c.prefer = a->module;
  emit(std::move(c));
}

void run_machine::reopen_unit(unit_state& u, std::vector<std::pair<unit_state*, std::uint32_t>>& lost) {
  if (u.at == unit_state::phase::verifying) return ask_verifiers(u, u.attempts.back());
  const attempt_state* closed = nullptr;
  for (const auto& a : u.attempts) {
    if (!a.open) {
      closed = &a;
    } else if (u.effectful && a.started) {
      lost.emplace_back(&u, a.number);
    } else {
      auto c = call_on_rung(u, closed);
      if (spec_of(u).spec.agree && c.critique.empty()) exclude_modules(c, u.attempts, &a);
      c.attempt = a.number;
      if (!a.module.empty()) c.prefer = a.module;
      emit(std::move(c));
    }
  }
}

void run_machine::give_up_lost(unit_state& u, std::uint32_t attempt) {
  if (!open_attempt(u, attempt)) return;
  event e;
  e.kind = event_kind::attempt_finished;
  e.step = unit_name(s_, u);
  e.attempt = attempt;
  e.outcome = errc::crashed;
  e.text = "the node ended while this effectful step ran; whether the effect happened is not known";
  e.at = now_;
  e.run = s_.id;
  record(e);
  apply(e);
}

}  // namespace detail
}  // namespace agents
