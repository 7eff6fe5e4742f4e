// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/remote_call.hpp"

#include <algorithm>
#include <utility>

#include "libagents/contract/msgpack.hpp"
#include "libagents/wire/codec.hpp"

namespace agents {
namespace {

errc outcome_of(errc reported) { return reported > errc::internal ? errc::internal : reported; }

/// What the worker says it spent, or the estimate; of one that crashed what was reserved, of one that never began none.
void bill(const remote_call& c, const wire::report::finished& f, reply& r) {
  const auto& reserved = c.source->what;
  const auto& estimate = *c.source->offer->contract;
  const bool lost = f.code == errc::crashed || f.code == errc::node_down;
  r.micro_money = f.micro_money.value_or(lost ? reserved.micro_money : f.begun ? estimate.micro_money : 0);
  r.tokens = f.tokens.value_or(lost ? reserved.tokens : f.begun ? estimate.tokens : 0);
  r.micro_money += c.asked_money;
  r.tokens += c.asked_tokens;
}

void check_output(const remote_call& c, const wire::packed& bytes, reply& r) {
  const auto& capability = c.source->what.capability;
  auto output = wire::decode_payload(bytes, "the output of " + capability);
  if (!output) {
    r.outcome = errc::bad_output;
    r.text = output.error().message;
  } else if (auto ok = c.source->offer->output.check(*output); !ok) {
    r.outcome = errc::bad_output;
    r.text = "output of " + capability + " " + ok.error().message;
  } else {
    r.output = share(std::move(*output));
  }
}

void check_budget(const request& reserved, reply& r) {
  if (!reserved.metered || (r.micro_money <= reserved.micro_money && r.tokens <= reserved.tokens)) return;
  r.micro_money = std::min(r.micro_money, reserved.micro_money);
  r.tokens = std::min(r.tokens, reserved.tokens);
  if (r.outcome != errc::none && r.outcome != errc::bad_output) return;
  r.outcome = errc::budget;
  r.text = "the module charged more than was reserved for it";
  r.output = nullptr;
}

}  // namespace

std::int64_t remote_call::money_left() const {
  return source->what.metered ? std::max<std::int64_t>(0, source->what.micro_money - asked_money) : INT64_MAX;
}
std::int64_t remote_call::tokens_left() const {
  return source->what.metered ? std::max<std::int64_t>(0, source->what.tokens - asked_tokens) : INT64_MAX;
}

wire::call to_message(const shared_call& c) {
  const auto& what = c->what;
  wire::call m;
  m.capability = c->offer->contract->id;
  m.step = what.step;
  m.attempt = what.attempt;
  m.critique = what.critique;
  if (what.run != run_id{}) m.run = what.run;
  if (what.attempt > 0) {
    m.key = what.run.to_string() + "/" + what.step;
    m.chunks = chunk_credit;  // only steps of a run have somebody who watches
  }
  if (what.metered) m.budget = wire::amount{what.micro_money, what.tokens};
  m.input = pack(*what.input);
  if (what.previous) m.previous = pack(*what.previous);
  return m;
}

reply to_reply(const remote_call& c, wire::report::finished f, time_point now) {
  reply r;
  r.to = c.source;
  r.queueing = c.began - c.source->sent;
  r.handling = now - c.began;
  r.outcome = outcome_of(f.code);
  r.text = std::move(f.text);
  bill(c, f, r);
  if (r.outcome == errc::none) check_output(c, f.output, r);
  check_budget(c.source->what, r);
  return r;
}

}  // namespace agents
