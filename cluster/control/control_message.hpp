// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents::control {

/// The limits of docs/control_protocol.md.
inline constexpr std::int64_t version = 1;
inline constexpr std::size_t max_request_bytes = std::size_t{16} << 20;
inline constexpr std::size_t max_reply_bytes = std::size_t{64} << 20;
inline constexpr std::size_t max_command_bytes = 64;
inline constexpr std::int64_t max_id = 9'007'199'254'740'991;  ///< 2⁵³ − 1

/// What a client asks.
struct request {
  std::int64_t id = 0;
  std::string command;
  value arguments = object{};
};

/// What a node answers: items and signs of life, then one end.
struct reply {
  enum class kind : std::uint8_t { ok, error, item, working };
  std::int64_t id = 0;
  kind what = kind::working;
  value content;          ///< of `ok` and `item`
  agents::error problem;  ///< of `error`
};

/// What arrived: a request, or why it is none, with the id as far as one could be read (else 0).
struct request_reading {
  std::int64_t id = 0;
  expected<request> what;
};

[[nodiscard]] std::string encode(const request& r);
/// A reply that would be larger than the limit becomes the error `bad_output`.
[[nodiscard]] std::string encode(const reply& r);
/// `bad_input` names the field and the remedy; `unsupported` for another version.
[[nodiscard]] request_reading decode_request(std::string_view bytes);
/// `corrupt` when it is no reply.
[[nodiscard]] expected<reply> decode_reply(std::string_view bytes);

}  // namespace agents::control
