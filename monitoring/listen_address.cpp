// SPDX-License-Identifier: Apache-2.0
#include "monitoring/listen_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

namespace agents::monitoring {
namespace {

struct raw_address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

bool is_ipv6(std::string_view host) { return host.find(':') != std::string_view::npos; }

std::optional<raw_address> resolve(const listen_address& address) {
  raw_address raw;
  if (is_ipv6(address.host)) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(address.port);
    if (inet_pton(AF_INET6, address.host.c_str(), &in.sin6_addr) != 1) return std::nullopt;
    std::memcpy(&raw.storage, &in, raw.size = sizeof in);
    return raw;
  }
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(address.port);
  if (inet_pton(AF_INET, address.host.c_str(), &in.sin_addr) != 1) return std::nullopt;
  std::memcpy(&raw.storage, &in, raw.size = sizeof in);
  return raw;
}

int errno_of_bind(const raw_address& raw) {
  const int fd = ::socket(raw.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  sockaddr_storage copy = raw.storage;
  void* const untyped = &copy;
  const int failed = ::bind(fd, static_cast<const sockaddr*>(untyped), raw.size) < 0 ? errno : 0;
  ::close(fd);
  return failed;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  if (text.empty() || failure != std::errc{} || stop != end) return std::nullopt;
  return port;
}

std::string parse_host(std::string_view text) {
  if (text.empty()) return "127.0.0.1";
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') return std::string{text.substr(1, text.size() - 2)};
  return text == "localhost" ? "127.0.0.1" : std::string{text};
}

unexpected unreadable(std::string_view text, const char* what) {
  std::string message{"no address to listen on: "};
  message.append("'").append(text).append("': ").append(what);
  return {errc::bad_input, message.append("; write HOST:PORT, for example 127.0.0.1:9464")};
}

}  // namespace

std::string listen_address::to_string() const {
  const auto shown = is_ipv6(host) ? "[" + host + "]" : host;
  return shown + ":" + std::to_string(port);
}

expected<listen_address> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return unreadable(text, "the port is missing");
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return unreadable(text, "the port is not a number from 0 to 65535");
  listen_address address{parse_host(text.substr(0, colon)), *port};
  if (!resolve(address)) return unreadable(text, "the host is not a numeric IP address");
  return address;
}

std::string explain_refusal(const listen_address& address) {
  const auto raw = resolve(address);
  const int failure = raw ? errno_of_bind(*raw) : EINVAL;
  const auto port = std::to_string(address.port);
  switch (failure) {
    case EADDRINUSE:
      return "port " + port +
             " is in use; choose another one (0 picks a free one), or see who uses it: ss -ltnp 'sport = :" + port +
             "'";
    case EACCES: return "port " + port + " needs privileges; choose one above 1023";
    case EADDRNOTAVAIL: return "this machine has no address " + address.host + "; choose one of: ip address";
    default: return "the system refused it: " + std::string{std::strerror(failure)};
  }
}

}  // namespace agents::monitoring
