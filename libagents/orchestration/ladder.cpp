// SPDX-License-Identifier: Apache-2.0
// The reflection ladder: what is tried after a failure, bounded by count, by budget and by loop detection.
#include <algorithm>

#include "libagents/orchestration/run_machine_impl.hpp"

namespace agents::detail {
namespace {

constexpr duration first_backoff = std::chrono::milliseconds{20};  // doubles with each try on a rung …
constexpr int backoff_doublings = 8;                               // … up to about five seconds
constexpr std::uint32_t max_replans = 2;
constexpr std::size_t max_other_modules = 8;
constexpr std::int64_t max_other_tries = 16;  // of the rung, also when all are overloaded and nobody takes the attempt

duration backoff(errc code, std::int64_t tries) {
  // A verdict says what to do better: no reason to wait. A machine that failed needs time.
  if (code == errc::rejected || code == errc::bad_output) return {};
  return first_backoff * (1 << std::min<std::int64_t>(tries, backoff_doublings));
}

/// Errors of the task itself: no other try on the same plan can succeed.
bool hopeless(errc code) { return code == errc::bad_input || code == errc::budget || code == errc::cancelled; }

}  // namespace

bool never_reached(errc code) { return code == errc::no_route || code == errc::overloaded || code == errc::bad_input; }

void exclude_modules(call_command& c, const std::vector<attempt_state>& attempts, const attempt_state* except) {
  for (const auto& a : attempts)
    if (&a != except && !a.module.empty() && std::find(c.exclude.begin(), c.exclude.end(), a.module) == c.exclude.end())
      c.exclude.push_back(a.module);
}

void run_machine::note(const unit_state& u, rung r, const std::string& why) {
  s_.reflections.push_back({unit_name(s_, u), r, why});
  event e;
  e.kind = event_kind::reflection;
  e.step = unit_name(s_, u);
  e.capability = spec_of(u).spec.ask;
  e.text = to_string(r);
  e.data = share(object{{"why", why}});
  record(std::move(e));
}

/// The same module gave the same refused answer, or failed in the same way: another try would go in circles.
bool run_machine::seen_before(unit_state& u) {
  const auto* a = last_attempt(u);
  if (!a) return false;
  const auto signature =
      hash_of(array{a->module, static_cast<int>(a->outcome), u.critique,
                    a->output ? value{static_cast<std::int64_t>(hash_of(*a->output) >> 1)} : value{}});
  // A failure without an answer is expected to repeat while a machine recovers; `attempts` bounds those.
  if (!a->output) return false;
  if (std::find(u.seen.begin(), u.seen.end(), signature) != u.seen.end()) return true;
  u.seen.push_back(signature);
  return false;
}

void run_machine::reflect(unit_state& u, errc code, std::string why) {
  const auto& ladder = spec_of(u).ladder;
  if (code == errc::no_route && u.problem != errc::none && u.rung < ladder.size() && ladder[u.rung] == rung::other) {
    // That nobody else can be asked is no failure of its own: the one before counts.
    code = u.problem;
    why = u.critique;
    ++u.rung;
    u.tries = 0;
  }
  u.problem = code;
  u.critique = why;
  const bool looping = seen_before(u);
  while (u.rung < ladder.size()) {
    const auto r = ladder[u.rung];
    const bool useless = looping && r == rung::retry;
    if (!useless && try_rung(u, r, code, why)) return;
    ++u.rung;
    u.tries = 0;
  }
  unit_failed(u, code, why);
}

bool run_machine::try_rung(unit_state& u, rung r, errc code, const std::string& why) {
  switch (r) {
    case rung::retry: return !hopeless(code) && retry(u, code, why);
    case rung::other: return !hopeless(code) && (!u.effectful || never_reached(code)) && try_other(u, why);
    case rung::replan: return code != errc::budget && code != errc::cancelled && replan(u, code, why);
    case rung::ask: return code != errc::budget && ask_person(u, why);
    case rung::partial:
      note(u, rung::partial, why);
      unit_failed(u, code, why);
      return true;
  }
  return false;
}

/// A call on the unit's present rung, with what the failed attempt has taught.
call_command run_machine::call_on_rung(const unit_state& u, const attempt_state* failed) const {
  auto c = call_for(u);
  const auto& ladder = spec_of(u).ladder;
  const auto r = u.rung < ladder.size() ? ladder[u.rung] : rung::partial;
  const bool retrying = r == rung::retry && u.tries > 0;
  if (!failed || (!retrying && r != rung::other)) return c;
  if (retrying) c.prefer = failed->module;
  if (r == rung::other) exclude_modules(c, u.attempts);
  c.critique = u.critique;
  c.previous = failed->output;
  return c;
}

/// Whether a unit has been begun and waits for the next attempt of its rung.
bool run_machine::goes_on(const unit_state& u) const {
  const auto& ladder = spec_of(u).ladder;
  if (u.attempts.empty() || u.rung >= ladder.size()) return false;
  return u.tries > 0 && (ladder[u.rung] == rung::retry || ladder[u.rung] == rung::other);
}

/// The next attempt: at once, or when the plan's `parallel` leaves room for it.
void run_machine::go_on(unit_state& u) {
  if (has_room()) return send_again(u);
  u.at = unit_state::phase::queued;
  wait_for_room(u);
}

void run_machine::send_again(unit_state& u) {
  auto c = call_on_rung(u, last_attempt(u));
  // Another machine need not wait, unless all that are left are overloaded.
  const bool other = spec_of(u).ladder[u.rung] == rung::other;
  if (!other || u.problem == errc::overloaded) c.delay = backoff(u.problem, u.tries - 1);
  send(u, std::move(c));
}

/// The same module again, with the critique.
bool run_machine::retry(unit_state& u, errc code, const std::string& why) {
  if (++u.tries >= spec_of(u).spec.attempts || !steps_left()) return false;
  if (u.effectful && !never_reached(code)) return false;
  note(u, rung::retry, why);
  go_on(u);
  return true;
}

/// A module that has not been tried. When there is none, the router says `no_route` and the ladder goes on.
bool run_machine::try_other(unit_state& u, const std::string& why) {
  if (!steps_left() || u.problem == errc::no_route) return false;
  const auto c = call_on_rung(u, last_attempt(u));
  if (c.exclude.size() > max_other_modules + spec_of(u).spec.avoid.size()) return false;
  if (u.tries++ >= max_other_tries) return false;
  note(u, rung::other, why);
  go_on(u);
  return true;
}

/// `failed` of the planner's request, as docs/jobs.md says.
value run_machine::describe_failure(const unit_state& u, errc code, const std::string& why) const {
  std::string last;
  array tried;
  for (const auto& a : u.attempts) {
    if (a.module.empty()) continue;
    last = a.module;
    if (std::find(tried.begin(), tried.end(), value{a.module}) == tried.end()) tried.emplace_back(a.module);
  }
  return object{{"step", unit_name(s_, u)},
                {"module", last},
                {"tried", std::move(tried)},
                {"error", to_string(code)},
                {"critique", why}};
}

/// The planner gets what is done and what failed, and answers with a new plan.
bool run_machine::replan(unit_state& u, errc code, const std::string& why) {
  if (s_.task.planner.empty() || s_.replans >= max_replans || !steps_left()) return false;
  ++s_.replans;
  note(u, rung::replan, why);
  auto failed = describe_failure(u, code, why);
  for (auto& other : s_.units) cancel_open_attempts(other);
  s_.queue.clear();
  s_.planning.tries = 1;
  request_plan("step \"" + unit_name(s_, u) + "\" failed: " + why, std::move(failed));
  return true;
}

/// A durable pause: the run leaves memory and goes on when somebody decides.
bool run_machine::ask_person(unit_state& u, const std::string& why) {
  if (u.at != unit_state::phase::queued) note(u, rung::ask, why);
  u.at = unit_state::phase::asking;
  u.critique = why;
  event e;
  e.kind = event_kind::approval_requested;
  e.step = unit_name(s_, u);
  e.capability = spec_of(u).spec.ask;
  e.text = why;
  const auto* a = last_attempt(u);
  e.data = share(object{{"input", u.input ? *u.input : value{}}, {"output", a && a->output ? *a->output : value{}}});
  record(std::move(e));
  return true;
}

}  // namespace agents::detail
