// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libagents/core/expected.hpp"

namespace agents {

/// "tcp://HOST:PORT", as ZeroMQ reads it.
struct tcp_address {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;

  /// A numeric address that no other host can reach: 127.x.x.x, ::1.
  [[nodiscard]] bool is_loopback() const;
};

/// `bad_input` with what was expected.
[[nodiscard]] expected<tcp_address> parse_tcp_address(std::string_view text);

/// `io` for an address that cannot be bound; `problem` is the system's error number. With the remedy.
[[nodiscard]] unexpected cannot_listen(const std::string& address, int problem);

}  // namespace agents
