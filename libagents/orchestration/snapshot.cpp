// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "libagents/orchestration/run_memory.hpp"
#include "libagents/orchestration/run_state.hpp"

namespace agents {
namespace {

struct cost {
  std::int64_t micro_money = 0;
  std::int64_t tokens = 0;
};

cost cost_of(const unit_state& u) {
  cost total;
  for (const auto& a : u.attempts)
    if (!a.open) total.micro_money += a.micro_money, total.tokens += a.tokens;
  return total;
}

event ended_step(const run_state& s, const unit_state& u, const cost& spent) {
  event e;
  e.kind = event_kind::step_finished;
  e.run = s.id;
  e.at = s.started;
  e.step = unit_name(s, u);
  for (const auto& a : u.attempts) {
    e.attempt = std::max(e.attempt, a.number);
    e.handling += a.took;
  }
  if (!u.attempts.empty()) {
    e.module = u.attempts.back().module;
    e.version = u.attempts.back().version;
  }
  e.capability = s.plan->steps[u.step].spec.ask;
  e.score = u.score;
  e.micro_money = spent.micro_money;
  e.tokens = spent.tokens;
  e.data = u.output;
  e.outcome = u.problem;
  return e;
}

/// False for what an older plan has left behind.
bool belongs_to_plan(const run_state& s, std::size_t unit) {
  const auto number = s.units[unit].step;
  if (number >= s.steps.size()) return false;
  const auto& step = s.steps[number];
  return unit >= step.first_unit && unit < step.first_unit + step.units;
}

event waiting_question(const run_state& s, const unit_state& u) {
  event e;
  e.kind = event_kind::approval_requested;
  e.run = s.id;
  e.at = s.started;
  e.step = unit_name(s, u);
  e.text = u.critique;
  const auto output = u.attempts.empty() ? nullptr : u.attempts.back().output;
  e.data = share(object{{"input", u.input ? *u.input : value{}}, {"output", output ? *output : value{}}});
  return e;
}

event of_kind(const run_state& s, event_kind kind, shared_value data) {
  event e;
  e.kind = kind;
  e.run = s.id;
  e.at = s.started;
  e.data = std::move(data);
  return e;
}

}  // namespace

std::vector<event> snapshot(const run_state& s) {
  std::vector<event> out{of_kind(s, event_kind::run_started, s.task_data)};
  if (s.plan) out.push_back(of_kind(s, event_kind::plan_accepted, share(to_value(s.plan->source))));
  cost inside;
  for (std::size_t i = 0; i < s.units.size(); ++i) {
    const auto& u = s.units[i];
    const bool ended = u.at == unit_state::phase::done || u.at == unit_state::phase::failed;
    if (!ended || !belongs_to_plan(s, i)) continue;
    const auto spent = cost_of(u);
    inside.micro_money += spent.micro_money;
    inside.tokens += spent.tokens;
    out.push_back(ended_step(s, u, spent));
  }
  for (const auto& u : s.units)
    if (u.at == unit_state::phase::asking) out.push_back(waiting_question(s, u));
  auto rest = of_kind(s, event_kind::run_resumed, share(detail::remember_open(s)));
  rest.micro_money = s.micro_money_spent - inside.micro_money;
  rest.tokens = s.tokens_spent - inside.tokens;
  out.push_back(std::move(rest));
  return out;
}

}  // namespace agents
