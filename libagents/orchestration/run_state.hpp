// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "libagents/core/event.hpp"
#include "libagents/orchestration/command.hpp"
#include "libagents/orchestration/plan.hpp"
#include "libagents/orchestration/task.hpp"

namespace agents {

enum class run_status : std::uint8_t { planning, running, waiting, completed, partial, failed };

[[nodiscard]] std::string_view to_string(run_status s) noexcept;
[[nodiscard]] constexpr bool is_final(run_status s) noexcept { return s >= run_status::completed; }

/// The step name under which the planner's attempts appear.
inline constexpr std::string_view planning_step = "(plan)";

struct attempt_state {
  std::uint32_t number = 1;
  bool open = true;
  bool started = false;  ///< a module has it
  std::string module;
  std::string version;
  time_point began{};
  duration took{};
  errc outcome = errc::none;
  std::int64_t micro_money = 0;  ///< reserved while open, spent afterwards
  std::int64_t tokens = 0;
  shared_value output;  ///< kept while it may still count
};

/// A step, or one instance of an `each` step.
struct unit_state {
  enum class phase : std::uint8_t { queued, running, verifying, asking, done, failed };

  std::uint32_t step = 0;
  std::int32_t instance = -1;  ///< -1: the step itself
  phase at = phase::queued;
  bool effectful = false;
  bool approved = false;                      ///< a person allowed the step to run
  std::size_t rung = 0;                       ///< position on the ladder
  std::int64_t tries = 0;                     ///< attempts on this rung
  std::int64_t copies = 0;                    ///< attempts of an agreement still to be sent
  std::vector<std::string> pending_verdicts;  ///< verifiers that have not judged the current attempt yet
  bool refused = false;                       ///< by a verifier of the current attempt, or one could not judge
  bool faulted = false;                       ///< by a verifier that has judged the current attempt
  double score = 1;                           ///< lowest of the verdicts that counted
  std::string critique;
  errc problem = errc::none;  ///< the last failure
  shared_value input;
  shared_value output;  ///< of a done unit
  std::vector<attempt_state> attempts;
  std::vector<std::uint64_t> seen;  ///< hashes of failed states, for loop detection
};

struct step_state {
  enum class phase : std::uint8_t { blocked, running, done, failed, skipped };
  phase at = phase::blocked;
  std::uint32_t open_needs = 0;
  std::uint32_t first_unit = 0;
  std::uint32_t units = 0;
  std::uint32_t open_units = 0;
  errc outcome = errc::none;
  shared_value output;
};

/// A reflection, for reports.
struct reflection_note {
  std::string step;
  agents::rung rung{};
  std::string why;
};

/// The state of a run: the fold of its events. Plain data; the functions below are all that changes it.
///
/// Owner: one orchestrator. Not synchronised. Contains no clock: time comes with the events.
struct run_state {
  /// How plans are compiled; a node puts a cache in front.
  std::function<expected<shared_plan>(const shared_value&)> compile_plan;

  run_id id{};
  run_status status = run_status::planning;
  errc outcome = errc::none;
  std::string problem;  ///< why a run is partial or failed
  task_spec task;
  shared_value task_data;
  time_point started{};
  time_point deadline = never;
  time_point ended{};

  shared_plan plan;
  std::vector<step_state> steps;
  std::deque<unit_state> units;
  std::deque<std::uint32_t> queue;  ///< units that wait for a place among `parallel`
  unit_state planning;
  std::uint32_t replans = 0;

  std::uint32_t in_flight = 0;
  std::int64_t attempts_made = 0;
  std::int64_t micro_money_spent = 0;
  std::int64_t micro_money_reserved = 0;
  std::int64_t tokens_spent = 0;
  std::int64_t tokens_reserved = 0;

  std::vector<reflection_note> reflections;
  std::vector<std::string> doubtful;  ///< units whose effect may have happened although they did not finish
  shared_value answer;
};

/// What the budget leaves for the next attempt; INT64_MAX without a limit.
[[nodiscard]] std::int64_t micro_money_left(const run_state& s);
[[nodiscard]] std::int64_t tokens_left(const run_state& s);

/// Folds one event into the state and says what is to be done next. Pure: the same state and event give the same
/// result.
///
/// Unknown kinds and events that do not fit the state (late answers, duplicates) change nothing. During a replay of the
/// journal the commands are dropped; `open_commands` then tells what is still to be done.
std::vector<command> apply(run_state& s, const event& e);

/// After a replay: everything that was begun and not finished. Attempts whose module may already have acted on the
/// world (effectful, started) are not repeated silently; they are given up as `crashed`, and the ladder decides.
std::vector<command> open_commands(run_state& s, time_point now);

/// The shortest journal that leads to an equivalent state: task, plan, ended steps, waiting questions, and, as the data
/// of a last `run_resumed`, what is open. What follows it in the journal leads on from there.
[[nodiscard]] std::vector<event> snapshot(const run_state& s);

/// The name of a unit in events: "classify" or "classify[3]".
[[nodiscard]] std::string unit_name(const run_state& s, const unit_state& u);

}  // namespace agents
