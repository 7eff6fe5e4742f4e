// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "libagents/core/random.hpp"
#include "tests/unit/orchestration/driven_run.hpp"

namespace agents::testing {

/// How badly modules behave, in per cent of the attempts.
struct misbehaviour {
  std::uint64_t failing = 25;
  std::uint64_t refused = 25;  ///< by a verifier
  std::uint64_t crashing = 0;  ///< the node itself, before any event
};

/// A plan with everything in it that a plan can have, drawn from a seed.
[[nodiscard]] plan random_plan(random& dice);
/// A task for it; limits of money, tokens and attempts with the probability of one half each.
[[nodiscard]] task_spec random_task(random& dice);

/// Plays the router, the modules, the verifiers, the planner and the person of a run, in an order and with outcomes
/// drawn from a seed, until the run has ended. Checks at every event what must hold at every event.
class simulated_modules {
 public:
  simulated_modules(driven_run& r, random& dice, misbehaviour m) : run_(r), dice_(dice), odds_(m) {}

  /// False when the run did not end within a generous number of events.
  [[nodiscard]] bool play_to_the_end();
  /// One event; nothing when the run has ended.
  void play_one();
  /// The node dies: what is not in the journal is forgotten, the next owner goes on.
  void crash();

  /// Which attempts were carried out by a module to their end, and how often.
  [[nodiscard]] const std::map<std::string, int>& finished_executions() const { return finished_executions_; }

 private:
  using key = std::pair<std::string, std::uint32_t>;

  void route(const call_command& c);
  void finish(const call_command& c);
  void judge(const verify_command& v);
  void forget_cancelled();
  void check_invariants() const;
  [[nodiscard]] std::string pick_module(const call_command& c);
  [[nodiscard]] bool is(std::uint64_t per_cent) { return dice_.below(100) < per_cent; }

  driven_run& run_;
  random& dice_;
  misbehaviour odds_;
  plan latest_plan_;
  std::map<key, asked_module> started_;
  std::set<std::string> acted_;  ///< steps whose effect has happened, or may have, and which nobody allowed again
  std::map<std::string, int> finished_executions_;
};

}  // namespace agents::testing
