// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace agents::journal {

/// The limits of the format, as listed in docs/journal_format.md.
inline constexpr std::size_t max_payload_bytes = std::size_t{64}
                                                 << 20;     ///< of one record; keeps a reader's memory bounded
inline constexpr std::uint64_t max_sequence = 0xffff'fffe;  ///< 2³² − 1 events in one run
inline constexpr int max_data_depth = 128;                  ///< nesting of `event::data`

}  // namespace agents::journal
