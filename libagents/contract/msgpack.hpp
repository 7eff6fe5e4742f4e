// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Reads exactly one value; `corrupt` for truncated, trailing or invalid bytes and for what passes a limit,
/// `unsupported` for extension types. The limits are checked before memory is allocated.
///
/// Unsigned integers above int64 become double; of members with the same name the last wins. Strings are not checked to
/// be UTF-8.
[[nodiscard]] expected<value> unpack(std::string_view bytes, const parse_limits& limits = {});

}  // namespace agents
