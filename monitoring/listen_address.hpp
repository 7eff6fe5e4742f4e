// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libagents/core/expected.hpp"

namespace agents::monitoring {

/// Where a server listens: a numeric host ("127.0.0.1", "::1") and a port, 0 for any free one.
struct listen_address {
  std::string host;
  std::uint16_t port = 0;

  /// "127.0.0.1:9464", "[::1]:9464"
  [[nodiscard]] std::string to_string() const;
};

/// Reads HOST:PORT, [HOST]:PORT, or :PORT, which means 127.0.0.1: metrics are not shown to the network unless asked
/// for.
[[nodiscard]] expected<listen_address> parse_listen_address(std::string_view text);

/// Why nobody can listen there now, with the remedy ("port 9464 is in use …"). Opens the address for a moment to see.
[[nodiscard]] std::string explain_refusal(const listen_address& address);

}  // namespace agents::monitoring
