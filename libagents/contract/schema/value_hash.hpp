// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "libagents/core/value.hpp"

namespace agents::json_schema {

/// A hash that agrees with `==` of values: 1 and 1.0 hash alike. Not for adversaries: whoever looks up by it must bound
/// the work of collisions. The cost is linear in the size of the value.
[[nodiscard]] std::uint64_t hash_of(const value& v) noexcept;

}  // namespace agents::json_schema
