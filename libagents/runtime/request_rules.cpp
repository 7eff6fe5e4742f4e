// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/request_rules.hpp"

#include <algorithm>
#include <utility>

namespace agents {
namespace {

constexpr duration depth_interval = std::chrono::milliseconds{200};

}  // namespace

std::optional<reply> refusal_of(const shared_call& c, time_point now) {
  const auto refuse = [&](errc code, std::string text) {
    return reply{c, code, std::move(text), {}, now - c->sent, {}, 0, 0};
  };
  if (c->cancelled.load(std::memory_order_acquire)) return refuse(errc::cancelled, "cancelled while it waited");
  if (now >= c->what.deadline) return refuse(errc::deadline, "the deadline passed while the request waited");
  if (auto ok = c->offer->input.check(*c->what.input); !ok)
    return refuse(errc::bad_input, "input of " + c->what.capability + " " + ok.error().message);
  return std::nullopt;
}

void accept_output(reply& r, value output) {
  if (auto ok = r.to->offer->output.check(output); !ok) {
    r.outcome = errc::bad_output;
    r.text = "output of " + r.to->what.capability + " " + ok.error().message;
    return;
  }
  r.output = share(std::move(output));
}

std::int64_t running_costs::money_left(const request& what) const {
  return what.metered ? std::max<std::int64_t>(0, what.micro_money - asked_money) : INT64_MAX;
}

std::int64_t running_costs::tokens_left(const request& what) const {
  return what.metered ? std::max<std::int64_t>(0, what.tokens - asked_tokens) : INT64_MAX;
}

void running_costs::bill(reply& r, std::int64_t own_money, std::int64_t own_tokens) const {
  const auto& reserved = r.to->what;
  r.micro_money = own_money + asked_money;
  r.tokens = own_tokens + asked_tokens;
  if (!reserved.metered || (r.micro_money <= reserved.micro_money && r.tokens <= reserved.tokens)) return;
  r.micro_money = std::min(r.micro_money, reserved.micro_money);
  r.tokens = std::min(r.tokens, reserved.tokens);
  if (r.outcome != errc::none && r.outcome != errc::bad_output) return;
  r.outcome = errc::budget;
  r.text = "the module charged more than was reserved for it";
  r.output = nullptr;
}

void depth_reporter::report(services& s, const replica& of, const std::string& module) {
  const auto depth = of.waiting.load(std::memory_order_relaxed);
  if (depth == published_) return;
  const auto now = s.clock.now();
  if (depth > 0 && now - published_at_ < depth_interval) return;
  published_at_ = now;
  published_ = depth;
  event e;
  e.kind = event_kind::replica_depth;
  e.module = module;
  e.step = of.name();
  e.depth = depth;
  e.in_flight = of.in_flight.load(std::memory_order_relaxed);
  s.publish(std::move(e));
}

}  // namespace agents
