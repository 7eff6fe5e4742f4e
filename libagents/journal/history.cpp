// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/history.hpp"

#include <iterator>
#include <string>
#include <utility>

#include "libagents/journal/limits.hpp"

namespace agents::journal {
namespace {

expected<void> check_order(const history& h, const record& next) {
  const bool begins_with_snapshot = h.events.empty() && next.kind == record_kind::snapshot;
  if (next.first_sequence != h.next_sequence && !begins_with_snapshot)
    return unexpected{errc::corrupt, "the record begins with event " + std::to_string(next.first_sequence) +
                                         ", but event " + std::to_string(h.next_sequence) + " comes next"};
  if (next.first_sequence > max_sequence || next.events.size() > max_sequence + 1 - next.first_sequence)
    return unexpected{errc::corrupt, "the record goes beyond event " + std::to_string(max_sequence)};
  return {};
}

std::ptrdiff_t place_of(const history& h, std::uint64_t sequence) {
  return static_cast<std::ptrdiff_t>(h.snapshot_events + (sequence - first_tail_sequence(h)));
}

}  // namespace

void replace_prefix(history& h, std::uint64_t up_to, std::span<const event> snapshot) {
  std::vector<event> events{snapshot.begin(), snapshot.end()};
  events.insert(events.end(), std::make_move_iterator(h.events.begin() + place_of(h, up_to)),
                std::make_move_iterator(h.events.end()));
  h.events = std::move(events);
  h.snapshot_events = snapshot.size();
}

void cut_tail(history& h, std::uint64_t from) {
  h.events.erase(h.events.begin() + place_of(h, from), h.events.end());
  h.next_sequence = from;
  h.damage.reset();
}

expected<void> extend(history& h, record next) {
  if (auto ok = check_order(h, next); !ok) return ok;
  h.next_sequence = next.next_sequence();
  if (next.kind == record_kind::snapshot) {
    h.snapshot_events = next.events.size();
    h.events = std::move(next.events);
  } else {
    h.events.insert(h.events.end(), std::make_move_iterator(next.events.begin()),
                    std::make_move_iterator(next.events.end()));
  }
  return {};
}

recovery recover(std::string_view bytes) {
  recovery found;
  for (auto rest = bytes; !rest.empty(); found.intact_bytes = bytes.size() - rest.size()) {
    auto next = decode_record(rest);
    const auto added = next ? extend(found.intact, std::move(*next)) : expected<void>{next.propagate()};
    if (added) continue;
    found.intact.damage = added.error();
    break;
  }
  return found;
}

}  // namespace agents::journal
