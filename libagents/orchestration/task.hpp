// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libagents/contract/fields.hpp"

namespace agents {

/// What a run may use up. Absent: no limit. Reserved before an attempt starts and never exceeded.
struct budget {
  std::optional<double> money;  ///< units of currency; kept in millionths
  std::optional<std::int64_t> tokens;
  std::optional<double> time_seconds;  ///< from the start of the run
  std::optional<std::int64_t> steps;   ///< attempts
  AGENTS_FIELDS(money, tokens, time_seconds, steps)
};

/// What a user asks: the data of the event `run_started`.
struct task_spec {
  std::string job;          ///< name of the job, for listings
  std::string goal;         ///< in words
  value input = object{};   ///< the inputs; `{input.…}` in plans
  std::string planner;      ///< capability of the planner; "" when the plan is given with the task
  value planner_input;      ///< what that planner needs beside the task
  bool plan_given = false;  ///< the first plan comes with the task; the planner is only asked to replan
  agents::budget budget;

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("job", s.job);
    v("goal", s.goal, {.optional = true});
    v("input", s.input, {.optional = true});
    v("planner", s.planner, {.optional = true});
    v("planner_input", s.planner_input, {.optional = true});
    v("plan_given", s.plan_given, {.optional = true});
    v("budget", s.budget, {.optional = true});
  }
};

}  // namespace agents
