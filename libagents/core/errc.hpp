// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agents {

/// Why something did not work. Append-only: the numbers are journaled and sent over the wire.
///
/// The first eleven are the only outcomes a *request to a module* can have besides a reply
/// (promise 1 of the runtime); the others belong to files, formats and commands.
enum class errc : std::uint8_t {
  none = 0,
  deadline = 1,
  no_route = 2,
  node_down = 3,
  overloaded = 4,
  bad_input = 5,
  bad_output = 6,
  rejected = 7,
  crashed = 8,
  cancelled = 9,
  budget = 10,
  internal = 11,
  not_found = 12,
  corrupt = 13,
  io = 14,
  unsupported = 15,
  conflict = 16,
  waiting = 17,
};

/// The largest value of `errc`; decoders map anything above to `internal`.
inline constexpr errc last_errc = errc::waiting;

/// The identifier of `code` as written in logs, metrics labels and JSON ("deadline", "no_route", …).
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// One sentence that says what `code` means, for people.
[[nodiscard]] std::string_view sentence(errc code) noexcept;

/// The inverse of `to_string(errc)`; `errc::internal` for an unknown name.
[[nodiscard]] errc errc_from_string(std::string_view name) noexcept;

/// True when trying again, possibly elsewhere, can help: the request itself was not at fault.
[[nodiscard]] bool is_transient(errc code) noexcept;

/// An error: its kind, and a text for the person who must act. The text names the thing, the number
/// and the remedy, and never contains a secret or a payload.
struct error {
  errc code = errc::internal;
  std::string message;

  friend bool operator==(const error&, const error&) = default;
};

/// "deadline: the module did not answer within 2 s"
[[nodiscard]] std::string to_string(const error& e);

}  // namespace agents
