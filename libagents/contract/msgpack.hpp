// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libagents/contract/json.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents {

/// The MessagePack form of a value: integers in their shortest form, doubles as float 64, bytes as bin, objects as maps
/// with their members in the order of the names. So equal values of equal kinds give equal bytes.
[[nodiscard]] std::string pack(const value& v);

/// Appends `pack(v)` to `out`.
void pack_into(std::string& out, const value& v);

/// How a reader takes what the format frowns upon.
enum class msgpack_reading : std::uint8_t {
  /// Of members with the same name the last wins; a str may hold any bytes. For what this process has written itself:
  /// whatever was once accepted must be readable for ever (the journal).
  lenient,
  /// A key that occurs twice and a str that is not UTF-8 are `corrupt`. For what others have written (the wire).
  strict
};

/// Reads exactly one value; `corrupt` for truncated, trailing or invalid bytes and for what passes a limit,
/// `unsupported` for extension types. The limits are checked before memory is allocated.
///
/// Unsigned integers above int64 become double.
[[nodiscard]] expected<value> unpack(std::string_view bytes, const parse_limits& limits = {},
                                     msgpack_reading reading = msgpack_reading::lenient);

}  // namespace agents
