// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libagents/core/event.hpp"
#include "libagents/core/expected.hpp"

namespace agents::journal {

/// Appends the bytes of one event, as docs/journal_format.md describes them. The same event gives the same bytes.
///
/// The run is left out when it equals `inherited`: within a record, the run of the event before.
/// Cost: about 0.2 µs plus MessagePack of `data`.
void encode_event(std::string& out, const event& e, const run_id& inherited = {});

/// Reads exactly one event. Unknown keys are skipped and unknown kinds kept, so that a newer writer can be read;
/// an outcome this version does not know becomes `internal`. `corrupt` names the key that is damaged.
[[nodiscard]] expected<event> decode_event(std::string_view bytes, const run_id& inherited = {});

/// The same for the event at the front of `bytes`, which is removed on success.
[[nodiscard]] expected<event> take_event(std::string_view& bytes, const run_id& inherited = {});

/// What prevents `e` from being journaled and read again, if anything: an observation (kind 64 and above), or data
/// nested deeper than a reader accepts. Stores ask before they append.
[[nodiscard]] expected<void> check_journalable(const event& e);

}  // namespace agents::journal
