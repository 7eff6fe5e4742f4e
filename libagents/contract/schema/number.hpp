// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>

#include "libagents/core/value.hpp"

namespace agents::json_schema {

/// Compares two numbers exactly, also an integer with a double. NaN is unordered. Both values must be numbers.
[[nodiscard]] std::partial_ordering compare_numbers(const value& a, const value& b);

/// True for integers and for doubles without fraction, of any size. False for what is no number.
[[nodiscard]] bool is_whole(const value& v) noexcept;

/// True when `v` is a multiple of `divisor`, both seen as the decimal numbers that people write: 0.3 is a multiple of
/// 0.1. Exact for all finite numbers (a double stands for its shortest decimal form). `divisor` must be above 0.
[[nodiscard]] bool is_multiple_of(const value& v, const value& divisor);

}  // namespace agents::json_schema
