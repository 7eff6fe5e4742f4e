// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/remote_worker.hpp"

#include <algorithm>
#include <utility>

#include "libagents/contract/manifest_reader.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/wire/codec.hpp"

namespace agents {
namespace {

/// What a process sent just before it ended is read within this time; it comes through another thread than its end.
constexpr duration last_words = std::chrono::milliseconds{5};
/// From an orderly goodbye until the process must have ended.
constexpr duration farewell = std::chrono::seconds{1};
/// Of what a process printed, so much goes into the reason of its end.
constexpr std::size_t reason_bytes = 400;

expected<void> check_same(const manifest& registered, const wire::hello& h) {
  const auto v = wire::decode_manifest(h);
  if (!v) return v.propagate();
  auto m = read_manifest(*v);
  if (!m) return m.propagate();
  m->mode = registered.mode;
  if (to_value(*m) == to_value(registered)) return {};
  return unexpected{errc::conflict, "it offers something else than " + registered.name + " " + registered.version +
                                        ", as which it was registered; restart the node"};
}

}  // namespace

remote_worker::remote_worker(services& s, std::shared_ptr<replica> r, std::shared_ptr<const manifest> of,
                             const process_options& o, process_life life, std::function<void()> ready)
    : services_(s),
      replica_(std::move(r)),
      manifest_(std::move(of)),
      options_(o),
      life_(std::move(life)),
      ready_(std::move(ready)),
      progress_limit_(s.clock.now()) {
  arm(options_.start_limit, process_port::start_limit_passed{});
}

remote_worker::~remote_worker() {
  for (const auto timer : timers_) services_.timers.cancel(timer);
  while (!asks_.empty()) drop_ask(asks_.begin()->first);
  life_.process->link().close(errc::crashed, "the module was stopped");
  for (auto& [id, c] : open_) answer(services_, {c.source, errc::crashed, "the module was stopped", {}, {}, {}, 0, 0});
}

actor_body::turn_result remote_worker::turn() {
  life_.port->wake().taken();
  replica_->waker_.taken();
  handle_inbox();
  if (serving_) handle_replica_signals();
  if (exit_ && closed_) return end_of_life();
  if (serving_ && replica_->stopping())
    begin_stop();
  else if (serving_)
    handle_requests();
  depth_.report(services_, *replica_, manifest_->name);
  return turn_result::idle;
}

void remote_worker::handle_inbox() {
  for (auto signals = life_.port->take(); !signals.empty(); signals = life_.port->take())
    for (auto& s : signals) std::visit([this](auto& what) { handle(std::move(what)); }, s);
}

void remote_worker::handle(wire::node_report r) {
  std::visit([this](auto& what) { on(std::move(what)); }, r);
}

// --- The life of the process ---

void remote_worker::on(wire::report::introduced r) {
  if (auto ok = check_same(*manifest_, r.from); !ok) return life_.process->link().refuse(ok.error());
  auto kept = replica_->kept().begin(r.from.state.has_value());
  kept_life_ = kept.which;
  if (kept.dropped) services_.publish(state_dropped(*manifest_, replica_->name()));
  life_.process->link().accept(std::move(kept.state));
  serving_ = true;
  replica_->begin_life();
  if (ready_) std::exchange(ready_, {})();
}

void remote_worker::handle(process_port::start_limit_passed) {
  if (!serving_) give_up("it said no hello in time; does the command serve a module?");
}

void remote_worker::handle(process_port::start_abandoned) {
  if (!serving_) give_up("the node stops");
}

void remote_worker::handle(process_port::kill_order) { give_up("it did not end in the time it had to shut down"); }

void remote_worker::handle(process_port::farewell_over) { life_.process->kill(); }

/// What it sent before its end may still be on the way.
void remote_worker::handle(process_port::exited e) {
  exit_ = std::move(e);
  if (closed_) return;
  if (open_.empty()) return handle(process_port::last_words_over{});
  arm(last_words, process_port::last_words_over{});
}

void remote_worker::handle(process_port::last_words_over) {
  if (!closed_) life_.process->link().close(errc::crashed, "the process of the module ended: " + exit_->how);
}

void remote_worker::on(wire::report::closed r) {
  closed_ = true;
  if (exit_) return;
  if (r.code == errc::none) return arm(farewell, process_port::farewell_over{});
  if (r.code != errc::crashed) return kill(std::move(r.text));
  if (cause_.empty()) cause_ = std::move(r.text);  // it ends by itself
  life_.process->kill();
}

/// A process that is not serving yet has not begun its life: that is a start that fails.
void remote_worker::kill(std::string why) {
  if (cause_.empty()) cause_ = (serving_ && !life_.process->is_elsewhere() ? "killed: " : "") + std::move(why);
  life_.port->set_killed();
  life_.process->kill();
}

void remote_worker::give_up(std::string why) {
  kill(std::move(why));
  life_.process->link().close(errc::crashed, cause_);
}

/// It finishes what it has begun; then it is asked to end, by the protocol and by a signal.
void remote_worker::begin_stop() {
  if (!std::exchange(stopping_, true)) life_.process->link().drain(duration::zero());
  if (open_.empty()) life_.process->terminate();
}

actor_body::turn_result remote_worker::end_of_life() {
  replica_->in_flight.store(0, std::memory_order_relaxed);
  const bool orderly = serving_ && cause_.empty() && (stopping_ || exit_->orderly);
  replica_->kept().ended(kept_life_, !orderly);
  if (orderly) return turn_result::stopped;
  reason_ = (cause_.empty() ? "its process ended: " + exit_->how : cause_) + "." + life_.port->last_lines(reason_bytes);
  return turn_result::crashed;
}

void remote_worker::arm(duration after, process_port::signal s) {
  timers_.push_back(
      services_.timers.at(services_.clock.now() + after, [port = std::weak_ptr{life_.port}, s = std::move(s)] {
        if (const auto p = port.lock()) p->push(s);
      }));
}

// --- Requests ---

void remote_worker::handle_requests() {
  if (replica_->is_held()) return;
  shared_call next;
  while (!closed_ && life_.process->link().room() > 0 && replica_->requests_.pop(next)) {
    replica_->takes_one();
    begin(std::move(next));
  }
}

void remote_worker::begin(shared_call c) {
  const auto now = services_.clock.now();
  if (auto r = refusal_of(c, now)) return refuse(std::move(*r));
  const auto id = life_.process->link().start(to_message(c), c->what.deadline);
  if (!id && id.error().code == errc::bad_input)
    return refuse({c, errc::bad_input, id.error().message, {}, now - c->sent, {}, 0, 0});
  if (!id) return put_back(std::move(c), id.error().message);
  open_.emplace(*id, remote_call{std::move(c), now, 0, {}});
}

/// Answers what was taken from the mailbox and not begun.
void remote_worker::refuse(reply r) {
  replica_->in_flight.fetch_sub(1, std::memory_order_relaxed);
  answer(services_, std::move(r));
}

/// The worker did not get it; the next life may.
void remote_worker::put_back(shared_call c, std::string why) {
  replica_->waiting.fetch_add(1, std::memory_order_relaxed);
  replica_->in_flight.fetch_sub(1, std::memory_order_relaxed);
  if (replica_->requests_.push(c)) return;
  replica_->waiting.fetch_sub(1, std::memory_order_relaxed);
  if (replica_->pass_on(c)) return;
  const auto waited = services_.clock.now() - c->sent;
  answer(services_, {std::move(c), errc::node_down, std::move(why), {}, waited, {}, 0, 0});
}

void remote_worker::on(wire::report::finished r) {
  auto found = open_.extract(r.id);
  if (found.empty()) return;
  replica_->in_flight.fetch_sub(1, std::memory_order_relaxed);
  if (r.code == errc::none) replica_->kept().good_result(kept_life_);
  answer(services_, to_reply(found.mapped(), std::move(r), services_.clock.now()));
}

void remote_worker::on(wire::report::streamed r) {
  const auto found = open_.find(r.id);
  if (found == open_.end()) return;
  auto part = wire::decode_payload(r.part, "a part of the output");
  if (!part) return give_up(part.error().message);
  deliver_part(found->second.source, std::move(*part));
  life_.process->link().grant(r.id, ++found->second.chunks + chunk_credit);
}

void remote_worker::on(wire::report::progressed r) {
  const auto found = open_.find(r.id);
  if (found == open_.end() || !progress_limit_.admit(services_.clock.now())) return;
  const auto& what = found->second.source->what;
  event e;
  e.kind = event_kind::progress;
  e.run = what.run;
  e.step = what.step;
  e.attempt = what.attempt;
  e.module = manifest_->name;
  e.text = std::move(r.text);
  services_.publish(std::move(e));
}

void remote_worker::on(wire::report::save_wanted r) {
  replica_->kept().save(kept_life_, {r.what.state, std::move(r.what.saved)});
  life_.process->link().confirm_saved(r.what.number);
}

void remote_worker::handle_replica_signals() {
  for (auto& s : replica_->signals_.drain()) {
    if (auto* r = std::get_if<reply>(&s))
      on_answer(std::move(*r));
    else if (const auto* late = std::get_if<replica::resumption>(&s))
      refuse_ask(static_cast<std::int64_t>(late->ticket), errc::deadline, late->result.error().message);
    else
      on_cancellation(std::get<replica::cancellation>(s).what);
  }
}

void remote_worker::on_cancellation(call_id id) {
  for (const auto& [number, c] : open_)
    if (c.source->what.id == id) return life_.process->link().cancel(number, "the caller has gone");
}

// --- What the module asks others ---

void remote_worker::on(wire::report::asked r) {
  auto& s = services_;
  const auto& ask = r.what;
  const auto found = open_.find(ask.call);
  if (found == open_.end()) return refuse_ask(ask.id, errc::cancelled, "the call that asked is over");
  const auto& by = found->second;
  auto input = wire::decode_payload(ask.input, "the input of " + ask.capability);
  if (!input) return refuse_ask(ask.id, errc::bad_input, input.error().message);
  auto decision = route_call(s, {.capability = ask.capability,
                                 .micro_money_left = by.costs.money_left(by.source->what),
                                 .tokens_left = by.costs.tokens_left(by.source->what),
                                 .policy = s.policy});
  if (!decision.chosen) return refuse_ask(ask.id, decision.problem, decision.why);
  request what;
  what.run = by.source->what.run;
  what.step = by.source->what.step;
  what.capability = ask.capability;
  what.input = share(std::move(*input));
  what.metered = by.source->what.metered;
  what.deadline = std::min(r.deadline, s.clock.now() + decision.chosen->contract->timeout);
  auto asked = make_call(s, std::move(what), decision, replica_);
  if (!send_call(decision, asked))
    return refuse_ask(
        ask.id, errc::overloaded,
        "the mailbox of " + decision.chosen->from->name + " is full, too long for the deadline, or being closed");
  const replica::resumption late{asked->what.id, static_cast<std::uint64_t>(ask.id),
                                 unexpected{errc::deadline, ask.capability + " did not answer in time"}};
  const auto timer = s.timers.at(asked->what.deadline, [at = std::weak_ptr{replica_}, late] {
    if (const auto r = at.lock()) r->resume(late);
  });
  asks_[ask.id] = {ask.call, std::move(asked), std::static_pointer_cast<replica>(decision.replica), timer};
}

void remote_worker::on_answer(reply r) {
  const auto found = std::find_if(asks_.begin(), asks_.end(), [&](const auto& a) { return a.second.asked == r.to; });
  if (found == asks_.end()) return;  // late: the wait is over
  services_.timers.cancel(found->second.timer);
  if (const auto by = open_.find(found->second.of); by != open_.end()) {
    by->second.costs.add(r);
  }
  wire::answer a{found->first, r.outcome, std::move(r.text), r.micro_money, r.tokens, ""};
  if (r.outcome == errc::none) a.output = pack(*r.output);
  asks_.erase(found);
  life_.process->link().reply(std::move(a));
}

void remote_worker::refuse_ask(std::int64_t id, errc code, const std::string& text) {
  drop_ask(id);
  life_.process->link().reply({id, code, text, 0, 0, ""});
}

void remote_worker::on(wire::report::ask_dropped r) { drop_ask(r.id); }

/// Nobody waits for the answer any more.
void remote_worker::drop_ask(std::int64_t id) {
  const auto found = asks_.extract(id);
  if (found.empty()) return;
  services_.timers.cancel(found.mapped().timer);
  found.mapped().at->cancel(found.mapped().asked);
}

}  // namespace agents
