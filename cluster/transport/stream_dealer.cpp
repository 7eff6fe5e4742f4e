// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include "cluster/transport/stream_dealer_impl.hpp"
#include "libagents/wire/limits.hpp"

namespace agents {
namespace {

constexpr std::string_view scheme = "ipc://";
constexpr duration reconnect_after = std::chrono::milliseconds{100};
/// A node that takes nothing for so long has stopped.
constexpr std::chrono::milliseconds send_patience{30'000};
constexpr std::size_t read_bytes = std::size_t{64} << 10;
/// A larger frame is not copied behind its head.
constexpr std::size_t copied_bytes = std::size_t{16} << 10;
/// While there is no connection: a hello, and what little follows.
constexpr std::size_t most_held_bytes = std::size_t{4} << 20;
constexpr std::size_t most_bytes = wire::max_payload_bytes + wire::max_envelope_bytes;
/// More frames than a message may have: what is wrong with it, the session says.
constexpr zmtp::limits node_limits{8, most_bytes, most_bytes};

}  // namespace

stream_dealer::stream_dealer(const clock& c)
    : clock_(c), reader_(zmtp::role::dealer, node_limits), buffer_(read_bytes) {}

bool stream_dealer::connect(const std::string& endpoint) {
  if (!endpoint.starts_with(scheme)) return false;
  file_ = endpoint.substr(scheme.size());
  if (file_.empty() || file_.native().size() >= sizeof sockaddr_un::sun_path) return false;
  try_to_connect();
  return true;
}

void stream_dealer::try_to_connect() {
  connect_again_ = clock_.now() + reconnect_after;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const auto& name = file_.native();
  name.copy(to.sun_path, name.size());
  file_handle socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!socket.is_open() || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return;
  socket_ = std::move(socket);
  reader_ = zmtp::reader{zmtp::role::dealer, node_limits};
  write(zmtp::greeting());
}

void stream_dealer::disconnect() {
  socket_ = file_handle{};
  connect_again_ = clock_.now() + reconnect_after;
}

void stream_dealer::send(wire::frames f) {
  const bool now = reader_.is_ready() && socket_.is_open();
  std::string bytes;
  for (std::size_t i = 0; i < f.size(); ++i) {
    zmtp::append_frame_head(bytes, f[i].size(), i + 1 < f.size());
    if (now && f[i].size() >= copied_bytes) {
      write(std::exchange(bytes, {}));
      write(f[i]);
    } else {
      bytes += f[i];
    }
  }
  if (now)
    write(bytes);
  else if (held_.size() + bytes.size() <= most_held_bytes)
    held_ += bytes;
}

void stream_dealer::write(std::string_view bytes) {
  while (!bytes.empty() && socket_.is_open()) {
    const auto n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd p{socket_.get(), POLLOUT, 0};
      if (::poll(&p, 1, static_cast<int>(send_patience.count())) == 0) return disconnect();
    } else if (errno != EINTR) {
      return;  // the node has closed; what it said before is still to be read
    }
  }
}

std::optional<wire::frames> stream_dealer::receive() {
  if (!socket_.is_open() && clock_.now() >= connect_again_) try_to_connect();
  if (arrived_.empty() && socket_.is_open()) read_some();
  if (arrived_.empty()) return std::nullopt;
  auto f = std::move(arrived_.front());
  arrived_.pop_front();
  return f;
}

void stream_dealer::read_some() {
  while (arrived_.empty()) {
    const auto n = ::recv(socket_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n <= 0) return disconnect();
    zmtp::heard h;
    const bool ok = reader_.take({buffer_.data(), static_cast<std::size_t>(n)}, h).has_value();
    write(h.replies);
    if (reader_.is_ready() && !held_.empty()) write(std::exchange(held_, {}));
    std::move(h.messages.begin(), h.messages.end(), std::back_inserter(arrived_));
    if (!ok) return disconnect();
  }
}

void stream_dealer::wait(duration at_most) {
  if (!socket_.is_open()) at_most = std::min(at_most, reconnect_after);
  pollfd p{socket_.get(), POLLIN, 0};
  ::poll(&p, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(at_most).count()));
}

}  // namespace agents
