// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/hedging.hpp"

#include <algorithm>
#include <utility>

namespace agents {
namespace {

/// Requests watched at once; what comes beyond is not hedged.
constexpr std::size_t most_watched = 4096;

/// Replicas looked at for a double.
constexpr std::size_t most_candidates = 8;

/// With these the other replica may still do better. Everything else is an answer: the other one would say the same.
bool is_failure(errc outcome) {
  switch (outcome) {
    case errc::crashed:
    case errc::node_down:
    case errc::overloaded:
    case errc::cancelled:
    case errc::deadline:
    case errc::internal:
    case errc::bad_output: return true;
    default: return false;
  }
}

}  // namespace

hedger::hedger(services& s, hedge_options options, std::vector<std::weak_ptr<replica>> among)
    : services_(s), options_(options), among_(std::move(among)), allowance_(options.burst) {}

hedger::~hedger() { services_.timers.cancel(timer_); }

bool hedger::suits(const capability_contract& c) {
  return c.effect != effect::effectful && c.micro_money == 0 && c.tokens == 0;
}

void hedger::watch(const shared_call& c, std::shared_ptr<replica> at) {
  const std::lock_guard lock{mutex_};
  if (c->settled) return;
  allowance_ = std::min<double>(options_.burst, allowance_ + options_.most_share);
  const auto limit = latencies_.at(options_.quantile);
  if (!limit || watched_.size() >= most_watched) return;
  const auto due = c->sent + std::max(*limit, options_.least_wait);
  if (due >= c->what.deadline) return;
  watched_.push_back({due, c, std::move(at)});
  arm();
}

void hedger::streams(pending_call& c) {
  const std::lock_guard lock{mutex_};
  c.streaming = true;
}

/// For the oldest request only: limits hardly differ, so that those behind it are due later.
void hedger::arm() {
  if (armed_ || watched_.empty()) return;
  armed_ = true;
  timer_ = services_.timers.at(watched_.front().due, [self = weak_from_this()] {
    if (const auto h = self.lock()) h->look();
  });
}

void hedger::drop_settled() {
  while (!watched_.empty()) {
    const auto c = watched_.front().what.lock();
    if (c && !c->settled) return;
    watched_.pop_front();
  }
}

void hedger::look() {
  for (const auto& p : due_pairs()) send_double(*p);
}

std::vector<hedger::shared_pair> hedger::due_pairs() {
  const std::lock_guard lock{mutex_};
  const auto now = services_.clock.now();
  std::vector<shared_pair> due;
  for (; !watched_.empty() && watched_.front().due <= now; watched_.pop_front())
    if (auto p = make_pair(watched_.front(), now)) due.push_back(std::move(p));
  drop_settled();
  armed_ = false;
  arm();
  return due;
}

hedger::shared_pair hedger::make_pair(const watched& w, time_point now) {
  const auto first = w.what.lock();
  const auto at = w.at.lock();
  if (!first || !at || first->settled || first->streaming || first->cancelled.load() || allowance_ < 1) return nullptr;
  auto other = other_than(*at);
  if (!other) return nullptr;
  allowance_ -= 1;
  const auto second = std::make_shared<pending_call>();
  second->what = first->what;
  second->what.id = call_id{services_.last_call.fetch_add(1, std::memory_order_relaxed) + 1};
  second->offer = first->offer;
  second->sent = now;
  second->hedged_by = shared_from_this();
  auto p = std::make_shared<pair>(pair{first, second, at, std::move(other), std::nullopt});
  pairs_.emplace(first.get(), p);
  pairs_.emplace(second.get(), p);
  return p;
}

/// One that has nothing to do: a queue would only grow with more requests.
std::shared_ptr<replica> hedger::other_than(const replica& r) const {
  std::shared_ptr<replica> best;
  const auto from = services_.random.below(among_.size());
  for (std::size_t i = 0; i < std::min(among_.size(), most_candidates); ++i) {
    auto c = among_[(from + i) % among_.size()].lock();
    if (!c || c.get() == &r || !c->up.load() || c->waiting.load() > 0) continue;
    if (!best || c->in_flight.load() < best->in_flight.load()) best = std::move(c);
  }
  return best;
}

void hedger::send_double(const pair& p) {
  p.second->circuit = p.second->offer->circuit->begun(p.second->sent);
  if (p.second_at->submit(p.second)) return;
  static_cast<void>(
      p.second->offer->circuit->ended(p.second->circuit, circuit_breaker::outcome::unknown, p.second->sent));
  if (auto counts = settle({p.second, errc::overloaded, "its mailbox filled up", {}, {}, {}, 0, 0}))
    deliver_answer(services_, std::move(*counts));
}

std::optional<reply> hedger::settle(reply r) {
  std::unique_lock lock{mutex_};
  if (r.to->settled) return std::nullopt;  // the other one's answer counts
  if (pairs_.contains(r.to.get())) return settle_pair(std::move(r), std::move(lock));
  r.to->settled = true;
  if (!is_failure(r.outcome)) latencies_.add(services_.clock.now() - r.to->sent);
  drop_settled();
  return r;
}

std::optional<reply> hedger::settle_pair(reply r, std::unique_lock<std::mutex> lock) {
  const auto p = pairs_.at(r.to.get());
  const bool is_second = r.to == p->second;
  if (is_failure(r.outcome) && !p->failure) {
    p->failure = std::move(r);
    return std::nullopt;
  }
  pairs_.erase(p->first.get());
  pairs_.erase(p->second.get());
  p->first->settled = p->second->settled = true;
  latencies_.add(services_.clock.now() - p->first->sent);
  drop_settled();
  lock.unlock();
  const bool won = is_second && !is_failure(r.outcome);
  if (!p->failure) (is_second ? p->first_at : p->second_at)->cancel(is_second ? p->first : p->second);
  if (is_second && !won) r = std::move(*p->failure);  // both failed: the first one's reason
  if (won) r.queueing += p->second->sent - p->first->sent;
  r.to = p->first;
  services_.publish(report(*p, won));
  return r;
}

void hedger::cancel(const pending_call& c) {
  std::unique_lock lock{mutex_};
  const auto found = pairs_.find(&c);
  if (found == pairs_.end() || found->second->first.get() != &c) return;
  const auto p = found->second;
  lock.unlock();
  p->second_at->cancel(p->second);
}

event hedger::report(const pair& p, bool second_won) const {
  const auto& what = p.first->what;
  event e;
  e.kind = event_kind::request_hedged;
  e.run = what.run;
  e.step = what.step;
  e.attempt = what.attempt;
  e.capability = what.capability;
  e.module = p.first->offer->from->name;
  e.version = p.first->offer->from->version;
  e.text = second_won ? "won" : "lost";
  e.handling = services_.clock.now() - p.first->sent;
  return e;
}

}  // namespace agents
