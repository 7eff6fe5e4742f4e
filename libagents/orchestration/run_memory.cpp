// SPDX-License-Identifier: Apache-2.0
#include "libagents/orchestration/run_memory.hpp"

#include <algorithm>
#include <unordered_set>

#include "libagents/contract/fields.hpp"
#include "libagents/orchestration/run_machine_impl.hpp"

namespace agents::detail {
namespace {

struct attempt_memory {
  std::int64_t number = 1;
  bool open = true;
  bool started = false;
  std::string module;
  std::string version;
  std::int64_t began_ns = 0;
  std::int64_t took_ns = 0;
  std::int64_t outcome = 0;
  std::int64_t micro_money = 0;
  std::int64_t tokens = 0;
  std::optional<value> output;
  AGENTS_FIELDS(number, open, started, module, version, began_ns, took_ns, outcome, micro_money, tokens, output)
};

struct unit_memory {
  std::int64_t step = 0;
  std::int64_t instance = -1;
  std::int64_t at = 0;
  bool effectful = false;
  bool approved = false;
  std::int64_t rung = 0;
  std::int64_t tries = 0;
  std::int64_t copies = 0;
  std::vector<std::string> pending_verdicts;
  bool refused = false;
  double score = 1;
  std::string critique;
  std::int64_t problem = 0;
  std::optional<value> input;
  std::vector<attempt_memory> attempts;
  std::vector<std::int64_t> seen;
  std::optional<bool> faulted;  ///< absent in snapshots of version 0.1.0
  AGENTS_FIELDS(step, instance, at, effectful, approved, rung, tries, copies, pending_verdicts, refused, score,
                critique, problem, input, attempts, seen, faulted)
};

struct reflection_memory {
  std::string step;
  std::int64_t rung = 0;
  std::string why;
  AGENTS_FIELDS(step, rung, why)
};

struct run_memory {
  std::int64_t status = 0;
  std::int64_t outcome = 0;
  std::string problem;
  std::int64_t attempts_made = 0;
  std::int64_t replans = 0;
  unit_memory planning;
  std::vector<unit_memory> units;  ///< those that wait for their turn last, in their order
  std::vector<reflection_memory> reflections;
  std::vector<std::string> doubtful;
  std::vector<std::string> acted;  ///< finished units that acted on the world
  AGENTS_FIELDS(status, outcome, problem, attempts_made, replans, planning, units, reflections, doubtful, acted)
};

attempt_memory remember(const attempt_state& a) {
  return {a.number,
          a.open,
          a.started,
          a.module,
          a.version,
          a.began.ns,
          a.took.count(),
          static_cast<int>(a.outcome),
          a.micro_money,
          a.tokens,
          a.output ? std::optional{*a.output} : std::nullopt};
}

attempt_state recall(const attempt_memory& m) {
  return {static_cast<std::uint32_t>(m.number),
          m.open,
          m.started,
          m.module,
          m.version,
          {m.began_ns},
          duration{m.took_ns},
          static_cast<errc>(m.outcome),
          m.micro_money,
          m.tokens,
          m.output ? share(*m.output) : nullptr};
}

unit_memory remember(const unit_state& u) {
  unit_memory m{u.step,
                u.instance,
                static_cast<int>(u.at),
                u.effectful,
                u.approved,
                static_cast<std::int64_t>(u.rung),
                u.tries,
                u.copies,
                u.pending_verdicts,
                u.refused,
                u.score,
                u.critique,
                static_cast<int>(u.problem),
                u.input ? std::optional{*u.input} : std::nullopt,
                {},
                {},
                u.faulted};
  for (const auto& a : u.attempts) m.attempts.push_back(remember(a));
  for (const auto hash : u.seen) m.seen.push_back(static_cast<std::int64_t>(hash));
  return m;
}

void recall(const unit_memory& m, unit_state& u) {
  u.at = static_cast<unit_state::phase>(m.at);
  u.effectful = m.effectful;
  u.approved = m.approved;
  u.rung = static_cast<std::size_t>(m.rung);
  u.tries = m.tries;
  u.copies = m.copies;
  u.pending_verdicts = m.pending_verdicts;
  u.refused = m.refused;
  u.faulted = m.faulted.value_or(m.refused);
  u.score = m.score;
  u.critique = m.critique;
  u.problem = static_cast<errc>(m.problem);
  u.input = m.input ? share(*m.input) : nullptr;
  u.attempts.clear();
  for (const auto& a : m.attempts) u.attempts.push_back(recall(a));
  u.seen.assign(m.seen.begin(), m.seen.end());
}

bool is_open(const unit_state& u) { return u.at != unit_state::phase::done && u.at != unit_state::phase::failed; }

/// The number of the unit, in the plan in force, that a memory speaks of.
std::optional<std::uint32_t> find(const run_state& s, const unit_memory& m) {
  if (m.step < 0 || static_cast<std::size_t>(m.step) >= s.steps.size()) return std::nullopt;
  const auto& step = s.steps[static_cast<std::size_t>(m.step)];
  const auto offset = static_cast<std::uint64_t>(std::max<std::int64_t>(m.instance, 0));
  if (offset >= step.units) return std::nullopt;
  return step.first_unit + static_cast<std::uint32_t>(offset);
}

/// Recounts what follows from the units.
void recount(run_state& s) {
  s.in_flight = 0;
  s.micro_money_reserved = s.tokens_reserved = 0;
  const auto add = [&s](const unit_state& u) {
    for (const auto& a : u.attempts) {
      if (!a.open) continue;
      ++s.in_flight;
      s.micro_money_reserved += a.micro_money;
      s.tokens_reserved += a.tokens;
    }
  };
  add(s.planning);
  for (const auto& u : s.units) add(u);
}

}  // namespace

value remember_open(const run_state& s) {
  run_memory m;
  m.status = static_cast<int>(s.status);
  m.outcome = static_cast<int>(s.outcome);
  m.problem = s.problem;
  m.attempts_made = s.attempts_made;
  m.replans = s.replans;
  m.planning = remember(s.planning);
  const std::unordered_set<std::uint32_t> in_queue(s.queue.begin(), s.queue.end());
  for (std::uint32_t i = 0; i < s.units.size(); ++i) {
    const auto& u = s.units[i];
    if (is_open(u) && !in_queue.contains(i)) m.units.push_back(remember(u));
    if (u.at == unit_state::phase::done && u.effectful) m.acted.push_back(unit_name(s, u));
  }
  for (const auto i : s.queue)
    if (is_open(s.units[i])) m.units.push_back(remember(s.units[i]));
  for (const auto& r : s.reflections) m.reflections.push_back({r.step, static_cast<int>(r.rung), r.why});
  m.doubtful = s.doubtful;
  return to_value(m);
}

void restore_open(run_state& s, const value& memory) {
  const auto m = from_value<run_memory>(memory);
  if (!m || m->status < 0 || m->status > static_cast<int>(run_status::waiting)) return;
  s.status = static_cast<run_status>(m->status);
  s.outcome = static_cast<errc>(m->outcome);
  s.problem = m->problem;
  s.attempts_made = m->attempts_made;
  s.replans = static_cast<std::uint32_t>(m->replans);
  recall(m->planning, s.planning);
  s.queue.clear();
  for (const auto& u : m->units) {
    const auto known = find(s, u);
    if (!known) continue;
    recall(u, s.units[*known]);
    const auto& unit = s.units[*known];
    if (unit.at == unit_state::phase::queued || waits_for_copy(unit)) s.queue.push_back(*known);
  }
  s.reflections.clear();
  for (const auto& r : m->reflections) s.reflections.push_back({r.step, static_cast<rung>(r.rung), r.why});
  s.doubtful = m->doubtful;
  const std::unordered_set<std::string> acted(m->acted.begin(), m->acted.end());
  for (auto& u : s.units)
    if (u.at == unit_state::phase::done) u.effectful = !acted.empty() && acted.contains(unit_name(s, u));
  recount(s);
}

}  // namespace agents::detail
