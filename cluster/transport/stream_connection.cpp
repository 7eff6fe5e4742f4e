// SPDX-License-Identifier: Apache-2.0
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <numeric>
#include <utility>

#include "cluster/transport/stream_connection_impl.hpp"

namespace agents {
namespace {

/// A smaller frame is copied behind its head; a larger one keeps its memory.
constexpr std::size_t copied_bytes = std::size_t{16} << 10;
constexpr int reads_per_turn = 4;
/// Who does not read gets no more answers to its pings.
constexpr std::size_t most_before_reply = std::size_t{64} << 10;
constexpr int pieces_at_once = 16;

}  // namespace

stream_connection::stream_connection(file_handle socket, int events, std::uint64_t key, std::uint64_t door, sender who,
                                     zmtp::limits l, time_point accepted)
    : events_(events),
      key_(key),
      door_(door),
      who_(std::move(who)),
      reader_(zmtp::role::router, l),
      since_(accepted),
      socket_(std::move(socket)),
      watched_(EPOLLIN) {
  epoll_event e{};
  e.events = watched_;
  e.data.u64 = key_;
  ::epoll_ctl(events_, EPOLL_CTL_ADD, socket_.get(), &e);
}

send_result stream_connection::send(wire::frames f, std::size_t most_waiting_bytes) {
  const auto bytes = std::accumulate(f.begin(), f.end(), std::size_t{0}, [](auto n, auto& s) { return n + s.size(); });
  const std::lock_guard lock{mutex_};
  if (!socket_.is_open() || shut_) return send_result::gone;
  if (waiting_bytes_ > 0 && waiting_bytes_ + bytes > most_waiting_bytes) return send_result::full;
  const bool was_empty = waiting_.empty();
  std::string piece;
  const auto push = [this](std::string p) {
    waiting_bytes_ += p.size();
    if (!p.empty()) waiting_.push_back(std::move(p));
  };
  for (std::size_t i = 0; i < f.size(); ++i) {
    zmtp::append_frame_head(piece, f[i].size(), i + 1 < f.size());
    if (f[i].size() < copied_bytes) {
      piece += f[i];
    } else {
      push(std::exchange(piece, {}));
      push(std::move(f[i]));
    }
  }
  push(std::move(piece));
  if (was_empty && !write_some()) return send_result::gone;
  watch();
  return send_result::sent;
}

void stream_connection::reply(const std::string& bytes) {
  const std::lock_guard lock{mutex_};
  if (!socket_.is_open() || shut_ || waiting_bytes_ > most_before_reply) return;
  waiting_bytes_ += bytes.size();
  waiting_.push_back(bytes);
  static_cast<void>(write_some());  // a peer that has gone is noticed when it is read
  watch();
}

void stream_connection::flush() {
  const std::lock_guard lock{mutex_};
  if (!socket_.is_open()) return;
  static_cast<void>(write_some());
  watch();
}

/// False: the peer reads no more. Then nothing waits any more either.
bool stream_connection::write_some() {
  while (!waiting_.empty()) {
    std::array<iovec, pieces_at_once> pieces{};
    msghdr message{};
    message.msg_iov = pieces.data();
    for (auto& w : waiting_) {
      if (message.msg_iovlen == pieces.size()) break;
      const auto skipped = message.msg_iovlen == 0 ? sent_of_first_ : 0;
      pieces[message.msg_iovlen++] = {w.data() + skipped, w.size() - skipped};
    }
    const auto n = ::sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (n < 0) {
      waiting_.clear();
      waiting_bytes_ = sent_of_first_ = 0;
      return false;
    }
    waiting_bytes_ -= static_cast<std::size_t>(n);
    sent_of_first_ += static_cast<std::size_t>(n);
    while (!waiting_.empty() && sent_of_first_ >= waiting_.front().size()) {
      sent_of_first_ -= waiting_.front().size();
      waiting_.pop_front();
    }
  }
  if (shut_) ::shutdown(socket_.get(), SHUT_WR);
  return true;
}

/// Tells the system what is waited for.
void stream_connection::watch() {
  std::uint32_t wanted = EPOLLIN;
  if (shut_) wanted = EPOLLRDHUP;
  if (!waiting_.empty()) wanted |= EPOLLOUT;
  if (std::exchange(watched_, wanted) == wanted) return;
  epoll_event e{};
  e.events = wanted;
  e.data.u64 = key_;
  ::epoll_ctl(events_, EPOLL_CTL_MOD, socket_.get(), &e);
}

expected<bool> stream_connection::receive(std::span<char> buffer, zmtp::heard& out) {
  for (int i = 0; i < reads_per_turn; ++i) {
    const auto n = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (n <= 0) return false;
    if (auto ok = reader_.take({buffer.data(), static_cast<std::size_t>(n)}, out); !ok) return ok.propagate();
    if (static_cast<std::size_t>(n) < buffer.size()) return true;
  }
  return true;
}

void stream_connection::part(time_point now) {
  if (std::exchange(parting_, true)) return;
  since_ = now;
  const std::lock_guard lock{mutex_};
  if (!socket_.is_open()) return;
  shut_ = true;
  static_cast<void>(write_some());
  watch();
}

void stream_connection::close() {
  const std::lock_guard lock{mutex_};
  socket_ = file_handle{};
  waiting_.clear();
  waiting_bytes_ = sent_of_first_ = 0;
}

}  // namespace agents
