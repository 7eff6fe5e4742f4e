// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

#include "cluster/transport/connection_ledger_impl.hpp"
#include "cluster/transport/curve_router_impl.hpp"
#include "cluster/transport/tcp_address.hpp"
#include "cluster/transport/zap_handler_impl.hpp"
#include "cluster/transport/zmq_monitor_impl.hpp"
#include "cluster/transport/zmq_socket_impl.hpp"
#include "libagents/core/assert.hpp"

namespace agents {
namespace {

/// Received in one turn before senders get theirs.
constexpr int messages_per_turn = 200;
constexpr std::size_t bytes_per_turn = std::size_t{4} << 20;
/// Peers that are heard no more; after their connections' ends their names do not come back.
constexpr std::size_t most_parted = 10'000;
/// Waiting messages per connection, each way; beyond it ZeroMQ stops reading from that peer.
constexpr int receive_limit = 1000;
/// Messages that wait for a peer that does not read. More than the largest window of calls.
constexpr int send_limit = 100'000;
constexpr int backlog = 1024;
/// A connection whose handshake takes longer is closed.
constexpr int handshake_ms = 3000;
/// TCP: a peer that acknowledges nothing for so long is gone, also for the kernel.
constexpr int unacknowledged_ms = 15'000;
constexpr int keep_alive_idle_s = 10;
constexpr int keep_alive_probes = 3;
constexpr auto zap_domain = "agents";

std::size_t size_of(const wire::frames& f) {
  std::size_t bytes = 0;
  for (const auto& frame : f) bytes += frame.size();
  return bytes;
}

/// The port of this end; 0 of anything but a connection over TCP.
in_port_t port_of(int fd) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) != 0) return 0;
  if (own.ss_family == AF_INET) return reinterpret_cast<const sockaddr_in&>(own).sin_port;
  return own.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(own).sin6_port : in_port_t{0};
}

class curve_router final : public router {
 public:
  curve_router(router_listener& listener, const router_options& o)
      : listener_(listener),
        tick_(o.tick),
        farewell_(o.farewell),
        ledger_(o.connections),
        most_frames_(o.frames + 1),  // with the routing id
        socket_(context_, ZMQ_ROUTER),
        monitor_(context_, socket_),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        socket_fd_(socket_.wake_fd()) {
    AGENTS_ASSERT(wake_ >= 0);
    socket_.set(ZMQ_ROUTER_MANDATORY, 1);
    socket_.set(ZMQ_RCVHWM, receive_limit);
    socket_.set(ZMQ_SNDHWM, send_limit);
    socket_.set(ZMQ_BACKLOG, backlog);
    socket_.set(ZMQ_LINGER, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(o.farewell).count()));
    socket_.set_long(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(o.message_bytes));
  }
  curve_router(const curve_router&) = delete;
  curve_router& operator=(const curve_router&) = delete;
  ~curve_router() override {
    end();
    ::close(wake_);
  }

  expected<void> bind(const tcp_options& tcp) {
    socket_.set(ZMQ_IPV6, tcp.address.find('[') != std::string::npos ? 1 : 0);
    socket_.set(ZMQ_HANDSHAKE_IVL, handshake_ms);
    socket_.set(ZMQ_TCP_MAXRT, unacknowledged_ms);
    socket_.set(ZMQ_TCP_KEEPALIVE, 1);
    socket_.set(ZMQ_TCP_KEEPALIVE_IDLE, keep_alive_idle_s);
    socket_.set(ZMQ_TCP_KEEPALIVE_INTVL, keep_alive_idle_s / 2);
    socket_.set(ZMQ_TCP_KEEPALIVE_CNT, keep_alive_probes);
    encrypt(*tcp.secret_key);
    if (zmq_bind(socket_.get(), tcp.address.c_str()) == 0) return note_endpoint();
    return cannot_listen(tcp.address, zmq_errno());
  }

  void start() override {
    thread_ = std::thread{[this] { run(); }};
  }
  void stop() override { end(); }
  send_result try_send(const peer_id& to, wire::frames f) override {
    f.insert(f.begin(), to);
    const std::lock_guard lock{mutex_};
    const int problem = socket_.send(std::move(f));
    if (socket_.has_message()) wake();  // sending may have taken the sign for which the thread waits
    if (problem == 0) return send_result::sent;
    return problem == EAGAIN ? send_result::full : send_result::gone;
  }

  [[nodiscard]] const std::string& endpoint() const override { return endpoint_; }
  /// ZeroMQ closes no single connection: what the peer says next is dropped, and its connection then closed below
  /// ZeroMQ. Not before, because what was sent to it would be lost.
  void part(const peer_id& from) override {
    if (parted_.size() >= most_parted) parted_.clear();  // whoever is still there is told once more
    parted_.insert(from);
  }

 private:
  struct received {
    sender from;
    wire::frames frames;
    int fd = -1;
  };

  void end() {
    stopping_.store(true);
    wake();
    if (thread_.joinable()) thread_.join();
  }
  void encrypt(const std::string& secret_key) {
    // Before the socket listens: without a handler ZeroMQ would admit every key.
    zap_.emplace(context_,
                 [this](const std::string& key, const std::string& address) { return listener_.admits(key, address); });
    socket_.set(ZMQ_CURVE_SERVER, 1);
    socket_.set_text(ZMQ_CURVE_SECRETKEY, secret_key);
    socket_.set_text(ZMQ_ZAP_DOMAIN, zap_domain);
  }

  /// With the port that was picked.
  expected<void> note_endpoint() {
    std::array<char, 256> text{};
    auto size = text.size();
    AGENTS_ASSERT(zmq_getsockopt(socket_.get(), ZMQ_LAST_ENDPOINT, text.data(), &size) == 0);
    endpoint_ = text.data();
    port_ = htons(static_cast<in_port_t>(std::stoi(endpoint_.substr(endpoint_.rfind(':') + 1))));
    return {};
  }

  void wake() {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);  // fails only when it is set already
  }

  void run() {
    next_tick_ = clock_.now() + tick_;
    while (!stopping_.load()) {
      const bool more = receive_some();
      const auto news = look_at_monitor();  // before the messages: they may come from a connection that is new
      for (auto& m : received_) {
        hear(m);
        tick_if_due();
      }
      received_.clear();
      tell(news);
      tick_if_due();
      if (!more) wait(std::max(next_tick_ - clock_.now(), duration::zero()));
    }
    take_leave();
  }

  /// By time, however long the listener takes for one message.
  void tick_if_due() {
    const auto now = clock_.now();
    if (now < next_tick_) return;
    listener_.on_tick();
    next_tick_ = now + tick_;
  }

  void hear(received& m) {
    if (parted_.count(m.from.id) != 0) return close_connection(m.fd);
    ledger_.spoke(m.fd);
    listener_.on_frames(m.from, std::move(m.frames));
  }

  /// The descriptor may have passed on to something else since ZeroMQ named it; then only another connection at this
  /// door can be hit, whose peer connects anew.
  void close_connection(int fd) const {
    if (fd >= 0 && port_of(fd) == port_) ::shutdown(fd, SHUT_RDWR);
  }

  /// Waits until the peers have closed their connections. A socket that closes first would make a peer's next write
  /// fail, and many a program then drops what it has not read yet: the goodbye.
  void take_leave() {
    const auto until = clock_.now() + farewell_;
    look_at_monitor();
    for (auto left = connections_; left > 0; left -= look_at_monitor().disconnected) {
      const bool more = receive_some();
      received_.clear();
      const auto now = clock_.now();
      if (now >= until) return;
      if (!more) wait(until - now);
    }
  }

  /// True when there may be more.
  bool receive_some() {
    const std::lock_guard lock{mutex_};
    std::size_t bytes = 0;
    for (int i = 0; i < messages_per_turn && bytes < bytes_per_turn; ++i) {
      message_origin origin;
      auto f = socket_.receive(most_frames_, &origin);
      if (!f) return false;
      received m{{std::move(f->front()), std::move(origin.user), std::move(origin.address)}, {}, origin.fd};
      f->erase(f->begin());
      bytes += size_of(*f);
      m.frames = std::move(*f);
      received_.push_back(std::move(m));
    }
    return true;
  }

  zmq_monitor::news look_at_monitor() {
    const auto news = monitor_.take();
    connections_ += news.accepted - news.disconnected;
    for (const auto& change : news.changes) change.came ? admit(change.fd) : ledger_.gone(change.fd);
    return news;
  }

  void admit(int fd) {
    const auto surplus = ledger_.accepted(fd);
    if (!surplus) return;
    close_connection(*surplus);
    ++turned_away_;
  }

  void tell(const zmq_monitor::news& news) {
    if (turned_away_ > 0) listener_.on_turned_away(std::exchange(turned_away_, 0));
    if (news.disconnected > 0) {
      {
        const std::lock_guard lock{mutex_};
        (void)socket_.has_message();  // makes the socket look at what its I/O thread has to say
      }
      listener_.on_connection_lost();
    }
    for (int i = 0; i < news.failed_handshakes; ++i) listener_.on_failed_handshake();
  }

  void wait(duration at_most) {
    pollfd files[] = {{socket_fd_, POLLIN, 0}, {wake_, POLLIN, 0}, {monitor_.wake_fd(), POLLIN, 0}};
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(at_most);
    ::poll(files, 3, static_cast<int>(timeout.count()));
    std::uint64_t ignored = 0;
    if (files[1].revents != 0) (void)!::read(wake_, &ignored, sizeof ignored);
  }

  router_listener& listener_;
  duration tick_;
  duration farewell_;
  connection_ledger ledger_;  ///< the thread's
  std::size_t most_frames_;
  system_clock clock_;
  zmq_context context_;
  std::optional<zap_handler> zap_;  // outlives the socket whose peers it admits
  zmq_socket socket_;
  zmq_monitor monitor_;
  int connections_ = 0;  ///< this and the next three: the thread's
  int turned_away_ = 0;
  std::unordered_set<peer_id> parted_;
  time_point next_tick_{};
  in_port_t port_ = 0;  ///< as the system has it
  int wake_;
  std::string endpoint_;
  int socket_fd_;
  std::mutex mutex_;                ///< of the socket
  std::vector<received> received_;  ///< the thread's
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace

expected<std::unique_ptr<router>> open_curve_router(const tcp_options& tcp, router_listener& listener,
                                                    const router_options& options) {
  auto r = std::make_unique<curve_router>(listener, options);
  if (auto ok = r->bind(tcp); !ok) return ok.propagate();
  return std::unique_ptr<router>{std::move(r)};
}

}  // namespace agents
