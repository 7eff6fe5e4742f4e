// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/replica.hpp"

#include <algorithm>

#include "libagents/runtime/hedging.hpp"

namespace agents {
namespace {

event request_event(const reply& r) {
  const auto& c = *r.to;
  event e;
  e.kind = event_kind::request_finished;
  e.run = c.what.run;
  e.step = c.what.step;
  e.attempt = c.what.attempt;
  e.capability = c.what.capability;
  e.module = c.offer->from->name;
  e.version = c.offer->from->version;
  e.outcome = r.outcome;
  e.text = r.text;
  e.queueing = r.queueing;
  e.handling = r.handling;
  e.micro_money = r.micro_money;
  e.tokens = r.tokens;
  return e;
}

}  // namespace

bool replica::submit(shared_call c) {
  if (stopping_.load(std::memory_order_acquire) || !up.load(std::memory_order_acquire)) return false;
  waiting.fetch_add(1, std::memory_order_relaxed);  // before the push: the reader subtracts as soon as it has popped
  if (!requests_.push(c)) {
    waiting.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  waker_.notify_next();
  return true;
}

void replica::cancel(const shared_call& c) {
  c->cancelled.store(true, std::memory_order_release);
  signal s{cancellation{c->what.id}};
  if (signals_.push(s)) waker_.notify();
  if (c->hedged_by) c->hedged_by->cancel(*c);
  for (const auto& heir : heirs())
    for (const auto& r : heir->replicas) static_cast<replica&>(*r).cancel(c);  // whoever has it
}

void replica::begin_life() {
  stopping_.store(false, std::memory_order_release);
  ++lives_;
  const std::lock_guard lock{heirs_mutex_};
  if (!heirs_.empty()) return;
  requests_.reopen();
  up.store(true, std::memory_order_release);
}

std::vector<shared_offer> replica::heirs() const {
  const std::lock_guard lock{heirs_mutex_};
  return heirs_;
}

void replica::retire(services& s, std::vector<shared_offer> heirs) {
  {
    const std::lock_guard lock{heirs_mutex_};
    heirs_ = std::move(heirs);
    up.store(false, std::memory_order_release);
  }
  for (auto& c : requests_.close()) {
    waiting.fetch_sub(1, std::memory_order_relaxed);
    if (const auto heir = heir_for(*c); heir && heir->adopt(c)) continue;
    const auto waited = s.clock.now() - c->sent;
    answer(s, {std::move(c), errc::overloaded, "the version that takes over is down", {}, waited, {}, 0, 0});
  }
}

void replica::reinstate() {
  const std::lock_guard lock{heirs_mutex_};
  heirs_.clear();
  requests_.reopen();
  up.store(true, std::memory_order_release);
}

void replica::come_up() {
  const std::lock_guard lock{heirs_mutex_};
  if (heirs_.empty()) up.store(true, std::memory_order_release);
}

bool replica::pass_on(const shared_call& c) const {
  const auto heir = heir_for(*c);
  return heir && heir->submit(c);
}

/// Who has heirs himself does not take it: theirs do.
std::shared_ptr<replica> replica::heir_for(const pending_call& c) const {
  const auto wanted = capability_ref::parse(c.what.capability);
  std::shared_ptr<replica_handle> best;
  for (const auto& heir : heirs()) {
    if (!wanted || heir->id.name != wanted->name || !wanted->range.matches(heir->id.version)) continue;
    for (const auto& r : heir->replicas)
      if (r->up.load() && (!best || r->waiting.load() < best->waiting.load())) best = r;
    if (!best && !heir->replicas.empty()) return static_cast<replica&>(*heir->replicas.front()).heir_for(c);
  }
  return std::static_pointer_cast<replica>(best);
}

/// Takes what another one had accepted, however full it is.
bool replica::adopt(shared_call c) {
  waiting.fetch_add(1, std::memory_order_relaxed);
  if (!requests_.push_beyond(c)) {
    waiting.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  waker_.notify();
  return true;
}

void replica::let_go() {
  held_.store(false, std::memory_order_release);
  waker_.notify();
}

void replica::stop() {
  stopping_.store(true, std::memory_order_release);
  waker_.notify();
}

std::function<void()> replica::shut(services& s, errc code, std::string why) {
  return [self = shared_from_this(), &s, code, why = std::move(why), left = requests_.close()] {
    for (const auto& c : left) {
      self->waiting.fetch_sub(1, std::memory_order_relaxed);
      answer(s, {c, code, why, {}, s.clock.now() - c->sent, {}, 0, 0});
    }
  };
}

void replica::forget_signals() {
  static_cast<void>(signals_.drain());
  hedgers_.clear();
}

void replica::hedge(std::size_t capability, std::shared_ptr<hedger> h) {
  hedgers_.resize(std::max(hedgers_.size(), capability + 1));
  hedgers_[capability] = std::move(h);
}

std::shared_ptr<hedger> replica::hedger_of(std::size_t capability) const {
  return capability < hedgers_.size() ? hedgers_[capability] : nullptr;
}

void replica::deliver(reply r) {
  signal s{std::move(r)};
  if (signals_.push(s)) waker_.notify_next();
}

void replica::resume(resumption r) {
  signal s{std::move(r)};
  if (signals_.push(s)) waker_.notify();
}

namespace {

/// What a circuit breaker makes of it. A request that was given up in the mailbox, or refused for its own sake, says
/// nothing about the module.
circuit_breaker::outcome verdict_on(const reply& r, time_point now) {
  const bool too_late = r.handling > duration::zero() && now >= r.to->what.deadline;
  switch (r.outcome) {
    case errc::none:
    case errc::rejected: return too_late ? circuit_breaker::outcome::failed : circuit_breaker::outcome::good;
    case errc::crashed:
    case errc::internal:
    case errc::bad_output: return circuit_breaker::outcome::failed;
    case errc::deadline:
    case errc::cancelled: return too_late ? circuit_breaker::outcome::failed : circuit_breaker::outcome::unknown;
    default: return circuit_breaker::outcome::unknown;
  }
}

void judge(services& s, const reply& r) {
  const auto& c = *r.to;
  const auto now = s.clock.now();
  const auto verdict = verdict_on(r, now);
  if (verdict == circuit_breaker::outcome::good) c.offer->traffic->good.fetch_add(1, std::memory_order_relaxed);
  if (verdict == circuit_breaker::outcome::failed) c.offer->traffic->failed.fetch_add(1, std::memory_order_relaxed);
  if (!c.offer->circuit->ended(c.circuit, verdict, now)) return;
  event e;
  e.kind = event_kind::alert;
  e.capability = c.what.capability;
  e.module = c.offer->from->name;
  e.version = c.offer->from->version;
  e.outcome = r.outcome;
  e.text = "circuit open: too many of its last requests failed; the last reason: " + r.text;
  s.publish(std::move(e));
}

}  // namespace

void answer(services& s, reply r) {
  const auto& c = *r.to;
  judge(s, r);
  const bool lost = c.hedged_by && r.outcome == errc::cancelled;
  if (!lost && (r.outcome == errc::none || r.handling > duration::zero())) c.offer->quality->add_latency(r.handling);
  if (!c.hedged_by) return deliver_answer(s, std::move(r));
  if (auto counts = c.hedged_by->settle(std::move(r))) deliver_answer(s, std::move(*counts));
}

void deliver_part(const shared_call& of, value part) {
  if (of->hedged_by) of->hedged_by->streams(*of);
  if (const auto caller = of->reply_to.lock()) caller->deliver_chunk(of, std::move(part));
}

void deliver_answer(services& s, reply r) {
  const auto& c = *r.to;
  if (c.what.attempt == 0) s.publish(request_event(r));
  if (const auto caller = c.reply_to.lock()) caller->deliver(std::move(r));
}

routing_decision route_call(services& s, routing_request q) {
  q.now = s.clock.now();
  const auto candidates = s.registry.resolve(q.capability);
  if (candidates) return route(**candidates, q, s.random);
  routing_decision d;
  d.problem = errc::no_route;
  d.why = candidates.error().message;
  return d;
}

shared_call make_call(services& s, request what, const routing_decision& d, std::weak_ptr<reply_port> reply_to) {
  auto c = std::make_shared<pending_call>();
  c->what = std::move(what);
  c->what.id = call_id{s.last_call.fetch_add(1, std::memory_order_relaxed) + 1};
  c->what.micro_money = d.chosen->contract->micro_money;
  c->what.tokens = d.chosen->contract->tokens;
  c->offer = d.chosen;
  c->reply_to = std::move(reply_to);
  c->sent = s.clock.now();
  return c;
}

bool send_call(const routing_decision& d, const shared_call& c) {
  auto& at = static_cast<replica&>(*d.replica);
  // Early is better than late: a request that will not be reached before its deadline is refused now.
  const auto ahead = at.waiting.load(std::memory_order_relaxed);
  const auto room = std::max<std::uint32_t>(1, c->offer->from->concurrency);
  if (ahead > room && c->sent + c->offer->quality->latency() * (ahead / room + 1) >= c->what.deadline) return false;
  c->circuit = c->offer->circuit->begun(c->sent);
  c->hedged_by = at.hedger_of(c->offer->number);
  if (at.submit(c)) {
    if (c->hedged_by) c->hedged_by->watch(c, std::static_pointer_cast<replica>(d.replica));
    return true;
  }
  c->hedged_by = nullptr;
  if (at.pass_on(c)) return true;  // a new version has taken over since the decision
  static_cast<void>(c->offer->circuit->ended(c->circuit, circuit_breaker::outcome::unknown, c->sent));
  return false;
}

}  // namespace agents
