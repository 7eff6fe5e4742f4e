// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libagents/core/value.hpp"

namespace agents {

/// Whether a producer's schema fits a consumer's.
struct compatibility {
  enum class result : std::uint8_t { yes, no, unknown } result = result::unknown;
  /// With `no`: valid for the producer and invalid for the consumer, as both validators say. Else null.
  value counterexample = {};
  /// With `no` the rule that the counter-example breaks, with `unknown` what could not be shown. Empty with `yes`.
  std::string reason = {};
};

/// "yes", "no", "unknown"
[[nodiscard]] std::string_view to_string(enum compatibility::result r) noexcept;

/// Does every value that satisfies `producer` satisfy `consumer`? Both are JSON Schemas of draft 2020-12.
///
/// `yes` only with a structural proof, `no` only with a counter-example that both validators confirm; everything else
/// is `unknown`, also schemas that do not compile. The question has no complete algorithm of reasonable cost;
/// docs/contracts.md lists what is decided. Pure; bounded work (some milliseconds), so cache the answer for pairs that
/// are asked often.
[[nodiscard]] compatibility compatible(const value& producer, const value& consumer);

}  // namespace agents
