// SPDX-License-Identifier: Apache-2.0
#include "libagents/orchestration/report.hpp"

#include <algorithm>

namespace agents {
namespace {

std::string_view outcome_of(const unit_state& u) {
  if (u.at == unit_state::phase::done) return "ok";
  if (u.at == unit_state::phase::failed) return to_string(u.problem);
  return u.at == unit_state::phase::asking ? "waiting" : "open";
}

value step_row(const run_state& s, const unit_state& u) {
  duration took{};
  std::uint32_t attempts = 0;
  for (const auto& a : u.attempts) took += a.took, attempts = std::max(attempts, a.number);
  const auto* last = u.attempts.empty() ? nullptr : &u.attempts.back();
  return object{{"id", unit_name(s, u)},
                {"capability", &u == &s.planning ? s.task.planner : s.plan->steps[u.step].spec.ask},
                {"module", last ? last->module : std::string{}},
                {"version", last ? last->version : std::string{}},
                {"attempts", attempts},
                {"seconds", seconds(took)},
                {"outcome", outcome_of(u)}};
}

array step_rows(const run_state& s) {
  array rows;
  if (!s.plan) return rows;
  for (std::size_t i = 0; i < s.steps.size(); ++i) {
    const auto& step = s.steps[i];
    for (auto k = step.first_unit; k < step.first_unit + step.units; ++k) rows.push_back(step_row(s, s.units[k]));
    if (step.at != step_state::phase::blocked && step.at != step_state::phase::skipped) continue;
    const auto& spec = s.plan->steps[i].spec;
    rows.emplace_back(object{{"id", spec.id},
                             {"capability", spec.ask},
                             {"module", ""},
                             {"version", ""},
                             {"attempts", 0},
                             {"seconds", 0.0},
                             {"outcome", step.at == step_state::phase::skipped ? "skipped" : "blocked"}});
  }
  return rows;
}

array reflection_rows(const run_state& s) {
  array rows;
  for (const auto& r : s.reflections)
    rows.emplace_back(object{{"step", r.step}, {"rung", to_string(r.rung)}, {"why", r.why}});
  return rows;
}

}  // namespace

value report(const run_state& s) {
  object out;
  if (s.answer && s.answer->is_object()) out = s.answer->as_object();
  if (!out.contains("answer")) out["answer"] = s.answer && !s.answer->is_object() ? *s.answer : value{};
  if (!out.contains("citations")) out["citations"] = array{};
  const auto took = (s.ended == time_point{} ? time_point{} : s.ended) - s.started;
  const auto elapsed = s.ended == time_point{} ? 0.0 : seconds(took);
  out["run_id"] = s.id.to_string();
  out["job"] = s.task.job;
  out["status"] = to_string(s.status);
  out["outcome"] = to_string(s.outcome);
  if (!s.problem.empty()) out["incomplete_because"] = s.problem;
  out["started"] = to_iso8601(s.started);
  out["seconds"] = elapsed;
  out["steps"] = step_rows(s);
  out["reflections"] = reflection_rows(s);
  out["cost"] = object{
      {"money", static_cast<double>(s.micro_money_spent) / 1e6}, {"tokens", s.tokens_spent}, {"seconds", elapsed}};
  return out;
}

}  // namespace agents
