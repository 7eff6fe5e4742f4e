// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libagents/journal/record.hpp"

namespace agents::journal {

/// What a journal says about a run: its events in order, of which the first may be a snapshot.
struct history {
  std::vector<event> events;
  std::uint64_t snapshot_events = 0;  ///< how many at the front stand for events that were compacted away
  std::uint64_t next_sequence = 0;    ///< of the event to append next
  /// Why the history ends here although the journal goes on: the rest is damaged. The events before are intact.
  std::optional<error> damage;
};

/// The sequence number of the first event that is not part of the snapshot.
[[nodiscard]] inline std::uint64_t first_tail_sequence(const history& h) {
  return h.next_sequence - (h.events.size() - h.snapshot_events);
}

/// Replaces the events before `up_to` by a snapshot; drops the events from `from` on. Both stay within the tail.
void replace_prefix(history& h, std::uint64_t up_to, std::span<const event> snapshot);
void cut_tail(history& h, std::uint64_t from);

/// Adds the next record, or says why it is not the next: `corrupt` for a gap, a repetition, or a number beyond the
/// limit.
[[nodiscard]] expected<void> extend(history& h, record next);

/// What `recover` found in the bytes of a journal.
struct recovery {
  history intact;                ///< `intact.damage` says what was wrong
  std::size_t intact_bytes = 0;  ///< the place of the damage, in bytes from the beginning; all bytes when there is none
};

/// Reads records up to the end or to the first damage. Never fails: no bytes are an empty history.
[[nodiscard]] recovery recover(std::string_view bytes);

}  // namespace agents::journal
