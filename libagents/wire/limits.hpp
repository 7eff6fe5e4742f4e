// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace agents::wire {

/// The limits of the format, as listed in docs/wire_format.md.
inline constexpr std::size_t max_envelope_bytes = std::size_t{256} << 10;
inline constexpr int max_envelope_depth = 16;
inline constexpr std::size_t max_envelope_values = 4096;
inline constexpr std::size_t max_payload_bytes = std::size_t{64} << 20;
inline constexpr int max_payload_depth = 128;
inline constexpr std::size_t max_payload_values = 4'000'000;
/// A node reads a manifest in the thread that reads all workers, before it knows who offers it.
inline constexpr std::size_t max_manifest_bytes = std::size_t{1} << 20;
inline constexpr std::size_t max_manifest_values = 100'000;
inline constexpr std::size_t max_name_bytes = 512;        ///< capability, step, key, token, trace, sdk
inline constexpr std::size_t max_text_bytes = 4096;       ///< longer ones are cut by the writer
inline constexpr std::size_t max_critique_bytes = 65536;  ///< longer ones are cut by the writer
inline constexpr std::size_t max_list_entries = 32;       ///< versions, features
inline constexpr std::int64_t max_window = 65536;
inline constexpr std::int64_t max_number = 9'007'199'254'740'991;  ///< 2⁵³ − 1: exact as a double

/// The version of the format that this library writes, and the only one it reads.
inline constexpr std::int64_t version = 1;

}  // namespace agents::wire
