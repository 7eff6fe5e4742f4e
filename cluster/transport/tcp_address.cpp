// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/tcp_address.hpp"

#include <arpa/inet.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace agents {
namespace {

constexpr std::string_view scheme = "tcp://";

std::string remedy_for(int problem) {
  switch (problem) {
    case EADDRINUSE: return "; another program listens there, perhaps another node: end it, or choose another port";
    case EACCES: return "; ports below 1024 are for root: choose a higher one";
    case EADDRNOTAVAIL:
    case ENODEV: return "; this host has no such address: use one of its own, or 0.0.0.0 for all";
    default: return "; expected tcp://ADDRESS:PORT";
  }
}

}  // namespace

bool tcp_address::is_loopback() const {
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return ::inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

expected<tcp_address> parse_tcp_address(std::string_view text) {
  const unexpected wrong{errc::bad_input, "expected an address like tcp://192.0.2.7:5701 or tcp://[2001:db8::7]:5701"};
  if (!text.starts_with(scheme)) return wrong;
  text.remove_prefix(scheme.size());
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong;
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']' && host.size() > 2)
    host = host.substr(1, host.size() - 2);
  else if (host.find_first_of(":[]/ ") != std::string_view::npos)
    return wrong;
  tcp_address a{std::string{host}, 0};
  const auto read = std::from_chars(port.data(), port.data() + port.size(), a.port);
  if (read.ec != std::errc{} || read.ptr != port.data() + port.size()) return wrong;
  return a;
}

unexpected cannot_listen(const std::string& address, int problem) {
  return {errc::io, "cannot listen at " + address + ": " + std::strerror(problem) + remedy_for(problem)};
}

}  // namespace agents
