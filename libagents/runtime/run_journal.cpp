// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/run_journal.hpp"

#include <algorithm>
#include <utility>

namespace agents {

void run_journal::continue_at(std::uint64_t next_sequence, std::uint64_t epoch) {
  next_ = durable_ = compacted_ = next_sequence;
  epoch_ = epoch;
}

void run_journal::append(const run_id& run, bool must_know) {
  journal::append_request a;
  a.run = run;
  a.epoch = epoch_;
  a.first_sequence = next_;
  a.events = std::exchange(gathered_, {});
  next_ += a.events.size();
  // Nobody waits for this one: the store's thread takes it with whatever else is queued.
  a.by = must_know ? journal::commit_by::caller_if_idle : journal::commit_by::store_thread;
  if (must_know) a.done = [answer = answer_, upto = next_](expected<void> result) { answer(upto, std::move(result)); };
  store_.append(std::move(a));
}

void run_journal::on_durable(std::uint64_t next_sequence, expected<void> result) {
  durable_ = std::max(durable_, next_sequence);
  if (!result) result_ = std::move(result);
}

expected<void> run_journal::compact(const run_state& state) {
  const auto events = snapshot(state);
  compacted_ = next_;
  distance_ = std::max<std::uint64_t>(shortest_distance, 2 * events.size());
  return store_.compact(state.id, epoch_, next_, events);
}

}  // namespace agents
