// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/store.hpp"

#include <future>

#include "libagents/journal/codec.hpp"
#include "libagents/journal/limits.hpp"

namespace agents::journal {

expected<void> store::append_and_wait(append_request request) {
  std::promise<expected<void>> told;
  auto outcome = told.get_future();
  request.done = [&told, also = std::move(request.done)](expected<void> result) {
    if (also) also(result);
    told.set_value(std::move(result));
  };
  append(std::move(request));
  return outcome.get();
}

expected<void> check_events(const run_id& run, const std::vector<event>& events) {
  for (const auto& e : events) {
    if (e.run != run)
      return unexpected{errc::bad_input, "an event of run " + e.run.to_string() + " was given to the journal of run " +
                                             run.to_string() + "; set event::run"};
    if (auto ok = check_journalable(e); !ok) return ok;
  }
  return {};
}

expected<void> check_request(const append_request& request) {
  if (request.events.empty()) return unexpected{errc::bad_input, "an append without events; append at least one"};
  if (request.first_sequence > max_sequence || request.events.size() > max_sequence + 1 - request.first_sequence)
    return unexpected{errc::bad_input, "run " + request.run.to_string() + " has reached its last event, " +
                                           std::to_string(max_sequence) + "; continue in a new run"};
  return check_events(request.run, request.events);
}

expected<void> check_epoch(std::uint64_t current, std::uint64_t given) {
  if (current == given) return {};
  return unexpected{errc::conflict, "the run is at epoch " + std::to_string(current) + ", not " +
                                        std::to_string(given) +
                                        ": another owner has claimed it; stop working on this run"};
}

expected<void> admit(const run_position& position, std::uint64_t epoch, std::uint64_t first_sequence) {
  if (auto ok = check_epoch(position.epoch, epoch); !ok) return ok;
  if (first_sequence == position.next_sequence) return {};
  const std::string found = "event " + std::to_string(first_sequence) + " was appended but event " +
                            std::to_string(position.next_sequence) + " comes next: ";
  return unexpected{errc::conflict, found + (first_sequence < position.next_sequence
                                                 ? "it is in the journal already; read the run again"
                                                 : "the events between are missing, an append before this one failed")};
}

expected<void> check_snapshot(const run_id& run, const std::vector<event>& snapshot) {
  if (snapshot.empty()) return unexpected{errc::bad_input, "a snapshot without events; give at least run_started"};
  return check_events(run, snapshot);
}

expected<void> check_compaction(const history& h, std::uint64_t up_to_sequence) {
  if (up_to_sequence > first_tail_sequence(h) && up_to_sequence <= h.next_sequence) return {};
  return unexpected{errc::conflict, "events before " + std::to_string(up_to_sequence) +
                                        " cannot be compacted: the journal holds events " +
                                        std::to_string(first_tail_sequence(h)) + " to " +
                                        std::to_string(h.next_sequence)};
}

expected<void> check_truncation(const history& h, std::uint64_t from_sequence) {
  if (from_sequence >= first_tail_sequence(h) && from_sequence <= h.next_sequence) return {};
  return unexpected{errc::conflict, "the journal cannot be cut at event " + std::to_string(from_sequence) +
                                        ": it holds events " + std::to_string(first_tail_sequence(h)) + " to " +
                                        std::to_string(h.next_sequence)};
}

unexpected unknown_run(const run_id& run) {
  return {errc::not_found, "run " + run.to_string() + " is not in this store; list the runs with `agents runs`"};
}

unexpected unknown_key(std::string_view bucket, std::string_view key) {
  return {errc::not_found, "nothing is stored under " + std::string{bucket} + "/" + std::string{key}};
}

unexpected owned_by_other(const run_id& run, std::string_view owner, time_point expires) {
  return {errc::conflict, "run " + run.to_string() + " is owned by " + std::string{owner} + " until " +
                              to_iso8601(expires) + "; wait, or end that process"};
}

}  // namespace agents::journal
