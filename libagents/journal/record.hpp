// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/event.hpp"
#include "libagents/core/expected.hpp"

namespace agents::journal {

/// The version this code writes. It reads this one and all older ones.
inline constexpr std::uint8_t format_version = 1;
inline constexpr std::size_t header_bytes = 25;

enum class record_kind : std::uint8_t {
  events = 0,    ///< the events that follow those before
  snapshot = 1,  ///< events that stand for *all* events before `first_sequence`
};

/// Events that were appended together: all of them are in the journal, or none.
///
/// The sequence number of an event is the number of events before it in its run.
struct record {
  record_kind kind = record_kind::events;
  std::uint64_t first_sequence = 0;
  std::vector<event> events;

  /// The sequence number of the event after this record.
  [[nodiscard]] std::uint64_t next_sequence() const {
    return kind == record_kind::snapshot ? first_sequence : first_sequence + events.size();
  }
};

/// The bytes of a record (docs/journal_format.md). Cost: about 0.3 µs for a small event, then 0.4 µs a kilobyte.
/// The caller keeps to the limits of limits.hpp; `check_record_size` tells.
[[nodiscard]] std::string encode_record(std::uint64_t first_sequence, std::span<const event> events,
                                        record_kind kind = record_kind::events);

/// `bad_input` with the remedy when an encoded record is larger than readers accept.
[[nodiscard]] expected<void> check_record_size(std::string_view encoded);

/// Reads the record at the front of `bytes` and removes it; on an error `bytes` stays as it was.
///
/// `corrupt`: damaged or truncated. `unsupported`: intact (the checksum is right), but written by a newer version.
[[nodiscard]] expected<record> decode_record(std::string_view& bytes);

}  // namespace agents::journal
