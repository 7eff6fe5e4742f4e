// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "libagents/core/clock.hpp"
#include "libagents/core/random.hpp"

namespace agents {

/// 128 bits that sort by creation time. Source: RFC 9562 §5.7 (UUID version 7).
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// A new id: the millisecond of `now` and 74 random bits.
  [[nodiscard]] static uuid make(time_point now, random& source);
  /// Parses the 36 characters of the canonical text form; nothing else is accepted.
  [[nodiscard]] static std::optional<uuid> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool is_nil() const { return *this == uuid{}; }

  friend auto operator<=>(const uuid&, const uuid&) = default;
};

/// A number that cannot be mixed up with a number of another kind.
template <class Tag, class Rep = std::uint64_t>
struct strong_id {
  Rep value{};
  friend auto operator<=>(const strong_id&, const strong_id&) = default;
};

/// One execution of a task.
struct run_id : uuid {
  friend auto operator<=>(const run_id&, const run_id&) = default;
};

/// One request to a module, unique within a process.
using call_id = strong_id<struct call_tag>;

/// One instance of a replica: grows with every restart, so that a late answer of the old one is not taken for the new
/// one's.
using incarnation = strong_id<struct incarnation_tag>;

}  // namespace agents

template <>
struct std::hash<agents::run_id> {
  std::size_t operator()(const agents::run_id& id) const noexcept;
};

template <class Tag, class Rep>
struct std::hash<agents::strong_id<Tag, Rep>> {
  std::size_t operator()(const agents::strong_id<Tag, Rep>& id) const noexcept { return std::hash<Rep>{}(id.value); }
};
