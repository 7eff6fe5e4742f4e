// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/remote_call.hpp"

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
  c.costs.bill(r,
               f.micro_money.value_or(lost      ? reserved.micro_money
                                      : f.begun ? estimate.micro_money
                                                : 0),
               f.tokens.value_or(lost      ? reserved.tokens
                                 : f.begun ? estimate.tokens
                                           : 0));
}

void read_output(const wire::packed& bytes, reply& r) {
  auto output = wire::decode_payload(bytes, "the output of " + r.to->what.capability);
  if (output) return accept_output(r, std::move(*output));
  r.outcome = errc::bad_output;
  r.text = output.error().message;
}

}  // namespace

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
  if (r.outcome == errc::none) read_output(f.output, r);
  bill(c, f, r);
  return r;
}

}  // namespace agents
