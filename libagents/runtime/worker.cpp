// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/worker.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "libagents/contract/msgpack.hpp"
#include "libagents/core/exception_text.hpp"

namespace agents {
namespace {

/// Requests begun in one turn before other actors get theirs.
constexpr int requests_per_turn = 32;
/// Longer sleeps would not fit a point in time; the deadline of the request ends them long before.
constexpr duration longest_sleep = std::chrono::hours{24 * 365};

}  // namespace

/// A request that is being handled: what its handler sees as `call`, and the coroutine if it is one.
class worker::open_call final : public call_backend {
 public:
  open_call(worker& w, shared_call c)
      : worker_(w), call_(std::move(c)), began_(w.services_.clock.now()), view_(*this) {}
  ~open_call() override {
    coroutine_.reset();  // first: its frame may hold what lives in us
    for (const auto& [ticket, wait] : waits_) worker_.services_.timers.cancel(wait.timer);
    for (const auto& [ticket, wait] : waits_)
      if (wait.asked) {
        worker_.asked_.erase(wait.asked->what.id);
        if (wait.at) wait.at->cancel(wait.asked);
      }
  }

  [[nodiscard]] const request& current() const override { return call_->what; }
  [[nodiscard]] time_point now() const override { return worker_.services_.clock.now(); }
  [[nodiscard]] bool cancelled() const override { return call_->cancelled.load(std::memory_order_acquire); }
  void emit(value chunk) override { deliver_part(call_, std::move(chunk)); }
  void progress(std::string text) override {
    event e;
    e.kind = event_kind::progress;
    e.run = call_->what.run;
    e.step = call_->what.step;
    e.attempt = call_->what.attempt;
    e.module = worker_.module_.manifest().name;
    e.text = std::move(text);
    worker_.services_.publish(std::move(e));
  }
  void charge(std::int64_t micro_money, std::int64_t tokens) override {
    micro_money_ += micro_money;
    tokens_ += tokens;
    charged_ = true;
  }
  [[nodiscard]] random& randomness() override { return worker_.services_.random; }
  void save_state() override { worker_.save_state(); }

  std::optional<expected<shared_value>> ask(std::string_view capability, shared_value input, duration timeout,
                                            continuation done) override;
  void sleep(duration d, continuation done) override {
    const auto ticket = add_wait(std::move(done));
    waits_[ticket].timer = arm(now() + std::min(d, longest_sleep), ticket, shared_value{});
  }

  /// What asked modules cost is part of this call's bill.
  void add_asked_cost(const reply& r) { costs_.add(r); }

  /// Continues the coroutine that waits with this ticket; false when the wait is over already.
  bool resume(std::uint64_t ticket, expected<shared_value> result) {
    const auto found = waits_.find(ticket);
    if (found == waits_.end()) return false;
    auto wait = std::move(found->second);
    waits_.erase(found);
    worker_.services_.timers.cancel(wait.timer);
    if (wait.asked) {
      worker_.asked_.erase(wait.asked->what.id);
      if (!result && result.error().code == errc::deadline && wait.at) wait.at->cancel(wait.asked);
    }
    release_next_turn();
    const inside_module mark{*worker_.watch_, call_};
    wait.done(std::move(result));
    return true;
  }
  bool resume_asked(call_id asked, expected<shared_value> result) {
    for (const auto& [ticket, wait] : waits_)
      if (wait.asked && wait.asked->what.id == asked) return resume(ticket, std::move(result));
    return false;
  }

  /// Times, and the bill: what the handler charged, or else the estimate.
  void account(reply& r) const {
    r.queueing = began_ - call_->sent;
    r.handling = worker_.services_.clock.now() - began_;
    const auto& estimate = *call_->offer->contract;
    costs_.bill(r, charged_ ? micro_money_ : estimate.micro_money, charged_ ? tokens_ : estimate.tokens);
  }

  [[nodiscard]] const shared_call& source() const { return call_; }
  [[nodiscard]] call& view() { return view_; }
  std::optional<task<value>> coroutine_;

 private:
  struct wait {
    continuation done;
    timer_queue::id timer = 0;
    shared_call asked;
    std::shared_ptr<replica> at;
  };

  std::uint64_t add_wait(continuation done) {
    waits_[++last_ticket_].done = std::move(done);
    return last_ticket_;
  }
  timer_queue::id arm(time_point when, std::uint64_t ticket, expected<shared_value> result) {
    return worker_.services_.timers.at(
        when, [at = std::weak_ptr{worker_.replica_}, id = call_->what.id, ticket, result = std::move(result)] {
          if (const auto r = at.lock()) r->resume({id, ticket, result});
        });
  }

  worker& worker_;
  shared_call call_;
  time_point began_;
  call view_;
  std::unordered_map<std::uint64_t, wait> waits_;
  std::uint64_t last_ticket_ = 0;
  std::int64_t micro_money_ = 0;
  std::int64_t tokens_ = 0;
  running_costs costs_;
  bool charged_ = false;
};

std::optional<expected<shared_value>> worker::open_call::ask(std::string_view capability, shared_value input,
                                                             duration timeout, continuation done) {
  auto& s = worker_.services_;
  auto decision = route_call(s, {.capability = capability,
                                 .micro_money_left = costs_.money_left(call_->what),
                                 .tokens_left = costs_.tokens_left(call_->what),
                                 .policy = s.policy});
  if (!decision.chosen) return unexpected{decision.problem, decision.why};
  request what;
  what.run = call_->what.run;
  what.step = call_->what.step;
  what.capability = capability;
  what.input = std::move(input);
  what.metered = call_->what.metered;
  what.deadline = std::min(call_->what.deadline, now() + std::min(timeout, decision.chosen->contract->timeout));
  auto asked = make_call(s, std::move(what), decision, worker_.replica_);
  const auto ticket = add_wait(std::move(done));
  auto& wait = waits_[ticket];
  wait.asked = asked;
  wait.at = std::static_pointer_cast<replica>(decision.replica);
  wait.timer =
      arm(asked->what.deadline, ticket, unexpected{errc::deadline, asked->what.capability + " did not answer in time"});
  worker_.asked_.emplace(asked->what.id, call_->what.id);
  if (send_call(decision, asked)) return std::nullopt;
  s.timers.cancel(wait.timer);
  worker_.asked_.erase(asked->what.id);
  waits_.erase(ticket);
  return unexpected{errc::overloaded, "the mailbox of " + decision.chosen->from->name +
                                          " is full, too long for the deadline, or being closed"};
}

worker::worker(services& s, std::shared_ptr<replica> r, std::shared_ptr<worker_life> life,
               std::shared_ptr<hang_watch> watch, module m, kept_state::life kept)
    : services_(s),
      replica_(std::move(r)),
      life_(std::move(life)),
      watch_(std::move(watch)),
      module_(std::move(m)),
      kept_life_(kept) {}

worker::~worker() {
  // Ended from outside: nobody may wait for ever.
  std::vector<shared_call> left;
  for (const auto& [id, c] : open_) left.push_back(c->source());
  open_.clear();
  for (const auto& c : left) conclude({c, errc::crashed, "the module was stopped", {}, {}, {}, 0, 0});
}

/// Answers what this life has begun, unless the life was given up meanwhile.
void worker::conclude(reply r) {
  if (!life_->settle(r.to)) return;
  replica_->in_flight.fetch_sub(1, std::memory_order_relaxed);
  answer(services_, std::move(r));
}

actor_body::turn_result worker::turn() {
  if (life_->abandoned()) return turn_result::stopped;  // the mailbox belongs to the next life
  replica_->waker_.taken();
  handle_signals();
  if (crashed_) return turn_result::crashed;
  if (life_->abandoned()) return turn_result::stopped;
  if (replica_->stopping()) return open_.empty() ? turn_result::stopped : turn_result::idle;
  const bool more_requests = handle_requests();
  if (crashed_) return turn_result::crashed;
  if (life_->abandoned()) return turn_result::stopped;
  if (replica_->stopping()) return turn_result::again;  // what waits is left to the next life
  depth_.report(services_, *replica_, module_.manifest().name);
  return more_requests ? turn_result::again : turn_result::idle;
}

void worker::handle_signals() {
  auto signals = replica_->signals_.drain();
  for (auto& s : signals) {
    if (crashed_ || life_->abandoned()) return;
    if (auto* r = std::get_if<reply>(&s))
      on_reply(std::move(*r));
    else if (auto* resumed = std::get_if<replica::resumption>(&s))
      on_resumption(std::move(*resumed));
    else
      on_cancellation(std::get<replica::cancellation>(s).what);
  }
}

bool worker::handle_requests() {
  if (replica_->is_held()) return false;
  shared_call next;
  for (int i = 0; i < requests_per_turn; ++i) {
    if (open_.size() >= module_.manifest().concurrency) return false;  // a finished coroutine starts the next turn
    if (!replica_->requests_.pop(next)) return false;
    replica_->takes_one();
    begin(std::move(next));
    if (crashed_ || life_->abandoned() || replica_->stopping()) return false;
  }
  return true;
}

void worker::begin(shared_call c) {
  if (auto r = refusal_of(c, services_.clock.now())) return refuse(std::move(*r));
  const auto* h = handler_of(*c);
  if (!h)
    return refuse({c,
                   errc::no_route,
                   module_.manifest().version + " does not offer " + c->what.capability,
                   {},
                   services_.clock.now() - c->sent,
                   {},
                   0,
                   0});
  if (const auto* plain = std::get_if<plain_handler>(h)) return run_plain(*plain, c);
  run_coroutine(std::get<coroutine_handler>(*h), c);
}

/// Answers what was taken from the mailbox and not begun.
void worker::refuse(reply r) {
  replica_->in_flight.fetch_sub(1, std::memory_order_relaxed);
  answer(services_, std::move(r));
}

/// What another version passed on is found by its capability.
const handler* worker::handler_of(const pending_call& c) const {
  const auto& own = module_.manifest();
  if (c.offer->from->version == own.version) return &module_.handlers()[c.offer->number];
  const auto wanted = capability_ref::parse(c.what.capability);
  for (std::size_t i = 0; wanted && i < own.capabilities.size(); ++i) {
    const auto id = capability_id::parse(own.capabilities[i].id);
    if (id && id->name == wanted->name && wanted->range.matches(id->version)) return &module_.handlers()[i];
  }
  return nullptr;
}

void worker::run_plain(const plain_handler& h, const shared_call& c) {
  if (!started(c)) return;
  open_call context{*this, c};
  std::optional<expected<value>> result;
  try {
    const inside_module mark{*watch_, c};
    result = h(*c->what.input, context.view());
  } catch (...) {
    return crash(c, text_of(std::current_exception()));
  }
  finish(context, std::move(*result));
}

void worker::run_coroutine(const coroutine_handler& h, const shared_call& c) {
  if (!started(c)) return;
  const auto id = c->what.id;
  auto& context = *open_.emplace(id, std::make_unique<open_call>(*this, c)).first->second;
  {
    const inside_module mark{*watch_, c};
    context.coroutine_.emplace(h(c->what.input, context.view()));
    context.coroutine_->resume();
  }
  finish_if_done(id);
}

/// False when this life was given up in the meantime: the next one serves the request.
bool worker::started(const shared_call& c) {
  if (!life_->begin(c)) {
    replica_->in_flight.fetch_sub(1, std::memory_order_relaxed);
    if (!replica_->submit(c)) answer(services_, {c, errc::crashed, "the module hangs", {}, {}, {}, 0, 0});
    return false;
  }
  release_next_turn();  // whoever waits for an earlier answer need not wait for this handler
  return true;
}

void worker::finish_if_done(call_id id) {
  const auto found = open_.find(id);
  if (found == open_.end() || !found->second->coroutine_->done()) return;
  const auto context = std::move(found->second);
  open_.erase(found);
  std::optional<expected<value>> result;
  try {
    result = context->coroutine_->take();
  } catch (...) {
    return crash(context->source(), text_of(std::current_exception()));
  }
  finish(*context, std::move(*result));
  replica_->waker_.notify();  // there is room for another coroutine
}

void worker::save_state() {
  if (const auto* s = module_.state())
    replica_->kept().save(kept_life_, {static_cast<std::int64_t>(s->version), pack(s->save())});
}

/// Before the answer: what was answered is never forgotten. False: the module threw.
bool worker::keep_state(const open_call& c) {
  if (!module_.state() || module_.state()->when != save_time::after_each_call || life_->abandoned()) return true;
  try {
    const inside_module mark{*watch_, c.source()};
    save_state();
    return true;
  } catch (...) {
    crash(c.source(), "while its state was saved: " + text_of(std::current_exception()));
    return false;
  }
}

/// Checks the output against the contract and answers.
void worker::finish(const open_call& c, expected<value> result) {
  if (!keep_state(c)) return;
  reply r;
  r.to = c.source();
  if (result) {
    accept_output(r, std::move(*result));
  } else {
    r.outcome = result.error().code == errc::none ? errc::internal : result.error().code;
    r.text = result.error().message;
  }
  c.account(r);
  if (r.outcome == errc::none && !std::exchange(proven_, true)) replica_->kept().good_result(kept_life_);
  conclude(std::move(r));
}

void worker::crash(const shared_call& culprit, std::string reason) {
  crashed_ = true;
  reason_ = std::move(reason);
  const auto fail = [this](const shared_call& c, const std::string& text) {
    conclude({c, errc::crashed, text, {}, {}, {}, c->what.micro_money, c->what.tokens});
  };
  fail(culprit, "the module threw: " + reason_);
  std::vector<shared_call> others;
  for (const auto& [id, c] : open_) others.push_back(c->source());
  open_.clear();
  for (const auto& c : others) fail(c, "the module crashed in another request: " + reason_);
}

void worker::on_reply(reply r) {
  const auto found = asked_.find(r.to->what.id);
  if (found == asked_.end()) return;  // late: the wait is over
  const auto waiting = found->second;
  const auto open = open_.find(waiting);
  if (open == open_.end()) return;
  const auto asked = r.to->what.id;
  open->second->add_asked_cost(r);
  if (r.outcome == errc::none)
    open->second->resume_asked(asked, std::move(r.output));
  else
    open->second->resume_asked(asked, unexpected{r.outcome, r.to->what.capability + ": " + r.text});
  finish_if_done(waiting);
}

void worker::on_resumption(replica::resumption r) {
  const auto open = open_.find(r.waiting);
  if (open == open_.end()) return;
  if (open->second->resume(r.ticket, std::move(r.result))) finish_if_done(r.waiting);
}

/// Destroys a waiting coroutine, and with it everything it holds.
void worker::on_cancellation(call_id id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  const auto context = std::move(found->second);
  open_.erase(found);
  reply r;
  r.to = context->source();
  r.outcome = errc::cancelled;
  r.text = "cancelled by the caller";
  context->account(r);
  conclude(std::move(r));
  replica_->waker_.notify();
}

}  // namespace agents
