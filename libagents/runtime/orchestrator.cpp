// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/orchestrator.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "libagents/orchestration/report.hpp"

namespace agents {
namespace {

/// Most decisions had no alternative: their explanations are shared.
shared_value explanation(const routing_decision& d, routing_policy policy) {
  if (!d.fallback.empty() || !d.refused.empty()) return share(explain(d, policy));
  static const auto simple = [] {
    std::array<std::array<shared_value, 3>, routing_policies> table;
    for (std::size_t p = 0; p < table.size(); ++p)
      for (std::size_t e = 0; e < table[p].size(); ++e)
        table[p][e] = share(object{{"effect", to_string(static_cast<effect>(e))},
                                   {"policy", to_string(static_cast<routing_policy>(p))}});
    return table;
  }();
  return simple[static_cast<std::size_t>(policy)][static_cast<std::size_t>(d.chosen->contract->effect)];
}

}  // namespace

const value& run_result::report() const {
  if (!report_) report_ = share(agents::report(*state));
  return *report_;
}

orchestrator::orchestrator(orchestrator_context context, std::shared_ptr<run_port> port,
                           std::function<void(run_result)> on_end)
    : context_(std::move(context)),
      port_(std::move(port)),
      on_end_(std::move(on_end)),
      journal_(context_.store, [port = std::weak_ptr{port_}](std::uint64_t upto, expected<void> result) {
        if (const auto p = port.lock()) p->send(run_port::durable{upto, std::move(result)});
      }) {
  state_.compile_plan = context_.compile;
}

/// A turn that threw left it as it was: nobody waits for these answers any more.
orchestrator::~orchestrator() {
  context_.base.timers.cancel(timer_);
  for (const auto& [id, f] : in_flight_) f.at->cancel(f.call);
}

event orchestrator::new_event(event_kind kind) const {
  event e;
  e.kind = kind;
  e.run = state_.id;
  e.at = context_.base.clock.now();
  return e;
}

/// Journals and publishes.
void orchestrator::keep(const event& e) {
  journal_.add(e);
  context_.base.events.on_event(e);
}

void orchestrator::feed(event e) {
  keep(e);
  auto more = apply(state_, e);
  std::move(more.begin(), more.end(), std::back_inserter(commands_));
}

void orchestrator::begin(std::vector<event> first) {
  state_.id = first.front().run;
  for (auto& e : first) feed(std::move(e));
}

/// Folds the journal. What the machine decided because of its last events, and the previous owner did not come to write
/// down (it was interrupted in between), is written now.
void orchestrator::replay(const std::vector<event>& history) {
  std::deque<event> owed;
  const auto is_decision = [](event_kind k) {
    return k == event_kind::reflection || k == event_kind::step_finished || k == event_kind::approval_requested ||
           k == event_kind::run_finished;
  };
  for (const auto& e : history) {
    if (is_decision(e.kind) && !owed.empty()) owed.pop_front();
    for (auto& c : apply(state_, e))
      if (auto* r = std::get_if<record_command>(&c)) owed.push_back(std::move(r->what));
    if (e.kind == event_kind::run_resumed) owed.clear();  // it follows what was owed, or ends a snapshot
  }
  for (const auto& e : owed) keep(e);
}

void orchestrator::resume(const std::vector<event>& history, std::uint64_t next_sequence, std::uint64_t epoch,
                          std::vector<event> then) {
  journal_.continue_at(next_sequence, epoch);
  replay(history);
  if (is_final(state_.status)) {
    ending_ = true;
    return;
  }
  feed(new_event(event_kind::run_resumed));
  for (auto& e : then) {
    e.run = state_.id;
    feed(std::move(e));
  }
  auto open = open_commands(state_, context_.base.clock.now());
  if (then.empty() || !commands_.empty()) {
    // What the decisions have just ordered is open as well: do it once.
    std::erase_if(open, [this](const command& c) {
      const auto* call = std::get_if<call_command>(&c);
      return call && std::any_of(commands_.begin(), commands_.end(), [call](const command& other) {
               const auto* same = std::get_if<call_command>(&other);
               return same && same->step == call->step && same->attempt == call->attempt;
             });
    });
  }
  std::move(open.begin(), open.end(), std::back_inserter(commands_));
}

actor_body::turn_result orchestrator::turn() {
  port_->waker_.taken();
  if (ended_) return turn_result::stopped;
  for (auto& s : port_->signals_.drain()) handle(s);
  work();
  if (ended_) return turn_result::stopped;
  arm_timer();
  return turn_result::idle;
}

void orchestrator::handle(run_port::signal& s) {
  if (auto* r = std::get_if<reply>(&s)) return on_reply(std::move(*r));
  if (std::holds_alternative<run_port::tick>(s)) return on_tick();
  if (auto* d = std::get_if<run_port::durable>(&s)) return on_durable(*d);
  if (auto* p = std::get_if<run_port::person>(&s)) return feed(std::move(p->what));
  if (auto* c = std::get_if<run_port::chunk>(&s)) return on_chunk(*c);
  interrupted_ = true;
}

/// Executes commands until nothing more can be done now.
void orchestrator::work() {
  while (!ended_) {
    while (!commands_.empty() && !interrupted_) {
      auto todo = std::exchange(commands_, {});
      for (auto& c : todo) execute(c);
    }
    const bool effect_waits =
        std::any_of(prepared_.begin(), prepared_.end(), [](const auto& p) { return p.effectful; });
    if (!ending_ && !interrupted_) send_harmless();
    if (journal_.has_gathered()) append(ending_ || interrupted_ || effect_waits);
    if (interrupted_ || (ending_ && (journal_.is_durable() || !journal_.result()))) return end();
    if (ending_) return;
    send_effectful();
    if (commands_.empty() && !journal_.has_gathered() && prepared_.empty()) return compact_if_long();
  }
}

void orchestrator::execute(command& c) {
  if (auto* call = std::get_if<call_command>(&c)) return execute_call(std::move(*call));
  if (auto* verify = std::get_if<verify_command>(&c)) return execute_verify(*verify);
  if (auto* check = std::get_if<check_plan_command>(&c)) return execute_check(*check);
  if (auto* cancel = std::get_if<cancel_command>(&c)) return execute_cancel(*cancel);
  if (auto* record = std::get_if<record_command>(&c)) return keep(record->what);
  if (auto* lesson = std::get_if<lesson_command>(&c)) return execute_lesson(*lesson);
  ending_ = true;  // pause or finish
}

void orchestrator::execute_call(call_command c) {
  auto& s = context_.base;
  if (c.delay > duration::zero()) {
    // Full jitter keeps retries of many runs apart.
    const auto wait =
        duration{static_cast<std::int64_t>(static_cast<double>(c.delay.count()) * (0.5 + s.random.unit() / 2))};
    c.delay = {};
    delayed_.emplace(s.clock.now() + wait, std::move(c));
    return;
  }
  const auto policy = routing_policy_from_string(c.policy).value_or(s.policy);
  const auto verifying = reserved_for_verifiers();
  auto decision =
      route_call(s, {.capability = c.capability,
                     .only = c.only,
                     .exclude = c.exclude,
                     .prefer = c.prefer,
                     .micro_money_left = std::max<std::int64_t>(0, micro_money_left(state_) - verifying.micro_money),
                     .tokens_left = std::max<std::int64_t>(0, tokens_left(state_) - verifying.tokens),
                     .policy = policy});
  if (!decision.chosen) return fail_attempt(c.step, c.attempt, c.capability, decision.problem, decision.why);
  const auto now = s.clock.now();
  request what;
  what.run = state_.id;
  what.step = c.step;
  what.attempt = c.attempt;
  what.capability = c.capability;
  what.input = c.input;
  what.critique = std::move(c.critique);
  what.previous = std::move(c.previous);
  what.metered = is_metered();
  what.deadline =
      std::min(state_.deadline, now + (c.timeout > duration::zero() ? c.timeout : decision.chosen->contract->timeout));
  const auto call = make_call(s, std::move(what), decision, port_);
  auto e = new_event(event_kind::attempt_started);
  e.step = c.step;
  e.attempt = c.attempt;
  e.capability = c.capability;
  e.module = decision.chosen->from->name;
  e.version = decision.chosen->from->version;
  e.micro_money = call->what.micro_money;
  e.tokens = call->what.tokens;
  e.data = explanation(decision, policy);
  feed(std::move(e));
  track(call, decision, std::move(c.step), c.attempt, {});
  const bool effectful = decision.chosen->contract->effect == effect::effectful;
  prepared_.push_back({std::move(decision), call, effectful});
}

void orchestrator::fail_attempt(const std::string& step, std::uint32_t attempt, const std::string& capability,
                                errc code, std::string why) {
  auto e = new_event(event_kind::attempt_finished);
  e.step = step;
  e.attempt = attempt;
  e.capability = capability;
  e.outcome = code;
  e.text = std::move(why);
  feed(std::move(e));
}

void orchestrator::execute_verify(const verify_command& c) {
  auto& s = context_.base;
  const auto verifying = reserved_for_verifiers();
  auto decision =
      route_call(s, {.capability = c.capability,
                     .micro_money_left = std::max<std::int64_t>(0, micro_money_left(state_) - verifying.micro_money),
                     .tokens_left = std::max<std::int64_t>(0, tokens_left(state_) - verifying.tokens),
                     .policy = s.policy});
  if (!decision.chosen) {
    auto e = new_event(event_kind::verdict);
    e.step = c.step;
    e.attempt = c.attempt;
    e.capability = c.capability;
    e.outcome = decision.problem;
    e.text = "the verifier " + c.capability + " could not be asked: " + decision.why;
    return feed(std::move(e));
  }
  request what;
  what.run = state_.id;
  what.step = c.step;
  what.capability = c.capability;
  what.input = c.input;
  what.metered = is_metered();
  what.deadline = std::min(state_.deadline, s.clock.now() + decision.chosen->contract->timeout);
  const auto call = make_call(s, std::move(what), decision, port_);
  track(call, decision, c.step, c.attempt, c.capability);
  prepared_.push_back({std::move(decision), call, false});
}

bool orchestrator::is_metered() const {
  return state_.task.budget.money.has_value() || state_.task.budget.tokens.has_value();
}

orchestrator::verification_cost orchestrator::reserved_for_verifiers() const {
  verification_cost sum;
  if (!is_metered()) return sum;
  for (const auto& [id, f] : in_flight_) {
    if (f.verifier.empty()) continue;
    sum.micro_money += f.call->what.micro_money;
    sum.tokens += f.call->what.tokens;
  }
  return sum;
}

void orchestrator::execute_check(const check_plan_command& c) {
  auto ok = context_.compile(c.plan);
  auto typed = ok ? context_.check(c.plan) : expected<void>{ok.propagate()};
  auto e = new_event(typed ? event_kind::plan_accepted : event_kind::plan_rejected);
  if (typed)
    e.data = c.plan;
  else
    e.text = typed.error().message;
  feed(std::move(e));
}

void orchestrator::execute_cancel(const cancel_command& c) {
  std::vector<call_id> unwanted;  // the attempt, or its verifications
  for (const auto& [id, f] : in_flight_)
    if (f.step == c.step && f.attempt == c.attempt) unwanted.push_back(id);
  for (const auto id : unwanted) {
    const auto& f = in_flight_.at(id);
    f.at->cancel(f.call);
    forget(id);
  }
  std::erase_if(delayed_, [&c](const auto& d) { return d.second.step == c.step && d.second.attempt == c.attempt; });
}

/// Publishes the estimate when it has moved by a whole per cent.
void orchestrator::execute_lesson(const lesson_command& c) {
  const auto offer = context_.base.registry.find(c.module, c.version, c.capability);
  if (!offer) return;
  if (c.refused) ++offer->traffic->failed;
  const auto& quality = offer->quality;
  const auto per_cent = [&quality] { return static_cast<int>(quality->mean() * 100); };
  const auto before = per_cent();
  quality->add(c.good);
  if (per_cent() == before) return;
  auto e = new_event(event_kind::lesson);
  e.module = c.module;
  e.capability = c.capability;
  e.score = quality->mean();
  e.outcome = c.good ? errc::none : errc::rejected;
  context_.base.events.on_event(e);
}

void orchestrator::track(const shared_call& c, const routing_decision& d, std::string step, std::uint32_t attempt,
                         std::string verifier) {
  const auto deadline = deadlines_.emplace(c->what.deadline, c->what.id);
  in_flight_.emplace(c->what.id,
                     in_flight_call{std::move(step), attempt, c, std::static_pointer_cast<replica>(d.replica),
                                    std::move(verifier), deadline});
}

void orchestrator::forget(call_id id) {
  const auto found = in_flight_.find(id);
  if (found == in_flight_.end()) return;
  deadlines_.erase(found->second.deadline);
  in_flight_.erase(found);
}

void orchestrator::on_reply(reply r) {
  const auto found = in_flight_.find(r.to->what.id);
  if (found == in_flight_.end()) return;  // late: it was given up
  const auto f = std::move(found->second);
  deadlines_.erase(f.deadline);
  in_flight_.erase(found);
  auto e = new_event(f.verifier.empty() ? event_kind::attempt_finished : event_kind::verdict);
  e.step = f.step;
  e.attempt = f.attempt;
  e.capability = r.to->what.capability;
  e.module = r.to->offer->from->name;
  e.version = r.to->offer->from->version;
  e.queueing = r.queueing;
  e.handling = r.handling;
  e.micro_money = r.micro_money;
  e.tokens = r.tokens;
  e.outcome = r.outcome;
  e.text = std::move(r.text);
  if (f.verifier.empty()) {
    e.data = std::move(r.output);
  } else if (r.outcome == errc::none) {
    e.score = r.output->get_number("score", 1);
    e.text = r.output->get_string("critique");
    e.outcome = r.output->get_bool("pass") ? errc::none : errc::rejected;
  } else {
    e.text = "the verifier " + f.verifier + " failed: " + e.text;
  }
  feed(std::move(e));
}

void orchestrator::on_tick() {
  armed_ = never;
  timer_ = 0;
  const auto now = context_.base.clock.now();
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    commands_.emplace_back(std::move(delayed_.begin()->second));
    delayed_.erase(delayed_.begin());
  }
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) expire(deadlines_.begin()->second);
  if (state_.deadline > now || is_final(state_.status)) return;
  auto e = new_event(event_kind::run_cancelled);
  e.outcome = errc::budget;
  e.text = "the budget of time is used up";
  feed(std::move(e));
}

/// The caller's side of a deadline: needs nothing from the module.
void orchestrator::expire(call_id id) {
  const auto f = in_flight_.at(id);
  forget(id);
  f.at->cancel(f.call);
  auto e = new_event(f.verifier.empty() ? event_kind::attempt_finished : event_kind::verdict);
  e.step = f.step;
  e.attempt = f.attempt;
  e.capability = f.call->what.capability;
  e.module = f.call->offer->from->name;
  e.version = f.call->offer->from->version;
  e.outcome = errc::deadline;
  e.text = e.module + " did not answer within " + std::to_string(seconds(f.call->what.deadline - f.call->sent)) + " s";
  e.handling = f.call->what.deadline - f.call->sent;
  // What it has cost is unknown; the reservation counts.
  e.micro_money = f.call->what.micro_money;
  e.tokens = f.call->what.tokens;
  feed(std::move(e));
}

void orchestrator::on_chunk(const run_port::chunk& c) {
  auto e = new_event(event_kind::chunk);
  e.step = c.from->what.step;
  e.attempt = c.from->what.attempt;
  e.capability = c.from->what.capability;
  e.module = c.from->offer->from->name;
  e.data = share(c.data);
  context_.base.events.on_event(e);
}

void orchestrator::append(bool must_know) {
  if (must_know) release_next_turn();  // the commit may take a while
  journal_.append(state_.id, must_know);
}

void orchestrator::on_durable(const run_port::durable& d) {
  journal_.on_durable(d.next_sequence, d.result);
  if (!d.result) {
    ending_ = true;
    return;
  }
  for (auto& p : std::exchange(waiting_for_journal_, {})) {
    if (p.after <= journal_.durable_sequence())
      dispatch(std::move(p));
    else
      waiting_for_journal_.push_back(std::move(p));
  }
}

void orchestrator::compact_if_long() {
  if (!journal_.is_long()) return;
  release_next_turn();
  const auto done = journal_.compact(state_);
  if (done) return;
  event e = new_event(event_kind::alert);  // nothing is lost: the journal only stays longer than it must
  e.text = "the journal was not compacted: " + done.error().message;
  context_.base.events.on_event(e);
}

/// What may be repeated need not wait for the journal: the module works while the events are committed. After a crash
/// in between the step is simply open.
void orchestrator::send_harmless() {
  auto todo = std::exchange(prepared_, {});
  for (auto& p : todo) {
    if (p.effectful)
      prepared_.push_back(std::move(p));
    else
      dispatch(std::move(p));
  }
}

/// An effect must not happen before the journal says that it may have happened.
void orchestrator::send_effectful() {
  for (auto& p : std::exchange(prepared_, {})) {
    if (!journal_.is_durable()) {
      p.after = journal_.next_sequence();
      waiting_for_journal_.push_back(std::move(p));
    } else {
      dispatch(std::move(p));
    }
  }
}

void orchestrator::dispatch(prepared_send p) {
  const auto found = in_flight_.find(p.call->what.id);
  if (found == in_flight_.end()) return;  // cancelled meanwhile
  p.call->sent = context_.base.clock.now();
  if (send_call(p.decision, p.call)) return;
  reply refused;
  refused.to = p.call;
  refused.outcome = errc::overloaded;
  refused.text =
      "the mailbox of " + p.decision.chosen->from->name + " is full, too long for the deadline, or being closed";
  on_reply(std::move(refused));
}

void orchestrator::arm_timer() {
  auto earliest = state_.deadline;
  if (!deadlines_.empty()) earliest = std::min(earliest, deadlines_.begin()->first);
  if (!delayed_.empty()) earliest = std::min(earliest, delayed_.begin()->first);
  if (earliest >= armed_ || ending_) return;
  context_.base.timers.cancel(timer_);
  armed_ = earliest;
  timer_ = context_.base.timers.at(earliest, [port = std::weak_ptr{port_}] {
    if (const auto p = port.lock()) p->send(run_port::tick{});
  });
}

void orchestrator::end() {
  ended_ = true;
  context_.base.timers.cancel(timer_);
  for (const auto& [id, f] : in_flight_) f.at->cancel(f.call);
  in_flight_.clear();
  if (!on_end_) return;
  run_result r;
  r.id = state_.id;
  r.status = state_.status;
  r.journal = journal_.result();
  r.state = std::make_shared<const run_state>(std::move(state_));
  std::exchange(on_end_, {})(std::move(r));
}

}  // namespace agents
