// SPDX-License-Identifier: Apache-2.0
// Verdicts: the verifiers of an attempt are asked, and what they say counts together.
#include <algorithm>

#include "libagents/orchestration/run_machine_impl.hpp"

namespace agents::detail {

void run_machine::verify(unit_state& u, attempt_state& a) {
  u.at = unit_state::phase::verifying;
  u.pending_verdicts = spec_of(u).spec.verify;
  u.refused = u.faulted = false;
  u.critique.clear();
  u.score = 1;
  ask_verifiers(u, a);
}

void run_machine::ask_verifiers(const unit_state& u, const attempt_state& a) {
  const auto input = share(object{{"input", *u.input}, {"output", a.output ? *a.output : value{}}});
  for (const auto& verifier : u.pending_verdicts) emit(verify_command{unit_name(s_, u), a.number, verifier, input});
}

void run_machine::on_verdict(const event& e) {
  auto* u = find_unit(e.step);
  auto* a = u && u->at == unit_state::phase::verifying ? last_attempt(*u) : nullptr;
  if (!a || a->number != e.attempt) return;
  const auto judged = std::find(u->pending_verdicts.begin(), u->pending_verdicts.end(), e.capability);
  if (judged == u->pending_verdicts.end()) return;
  u->pending_verdicts.erase(judged);
  s_.micro_money_spent += e.micro_money;
  s_.tokens_spent += e.tokens;
  learn_from_verifier(e);
  if (e.outcome != errc::none) {
    u->refused = true;
    u->faulted |= e.outcome == errc::rejected;
    if (!u->critique.empty()) u->critique += "\n";
    u->critique += e.text.empty() ? std::string{sentence(e.outcome)} : e.text;
  }
  u->score = std::min(u->score, e.score);
  if (!u->pending_verdicts.empty()) return;
  verdict_complete(*u, *a);
  start_queued();
  finish_if_idle();
}

/// A verifier is as reliable as it judges, whatever its verdict. Its failure is no fault of the module that it was to
/// judge.
void run_machine::learn_from_verifier(const event& e) {
  if (e.module.empty() || !says_something(e.outcome)) return;
  const bool judged = e.outcome == errc::none || e.outcome == errc::rejected;
  emit(lesson_command{e.module, e.version, e.capability, judged});
}

void run_machine::verdict_complete(unit_state& u, attempt_state& a) {
  if (u.faulted || !u.refused) emit(lesson_command{a.module, a.version, spec_of(u).spec.ask, !u.refused, u.refused});
  if (!u.refused) return unit_done(u, a.output);
  reflect(u, errc::rejected, u.critique);
}

}  // namespace agents::detail
