// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/router.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "cluster/transport/zap_handler_impl.hpp"
#include "cluster/transport/zmq_monitor_impl.hpp"
#include "cluster/transport/zmq_socket_impl.hpp"
#include "libagents/core/assert.hpp"

namespace agents {
namespace {

/// Received in one turn before senders get theirs.
constexpr int messages_per_turn = 200;
/// Waiting messages per connection, each way; beyond it ZeroMQ stops reading from that peer.
constexpr int receive_limit = 1000;
/// Frames of a message of the format, with the routing id.
constexpr std::size_t most_frames = 4;
constexpr int backlog = 1024;
/// A connection whose handshake takes longer is closed.
constexpr int handshake_ms = 3000;
/// TCP: a peer that acknowledges nothing for so long is gone, also for the kernel.
constexpr int unacknowledged_ms = 15'000;
constexpr int keep_alive_idle_s = 10;
constexpr int keep_alive_probes = 3;
constexpr auto zap_domain = "agents";

/// The remedy for what `zmq_bind` says.
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

class router::loop {
 public:
  loop(router_listener& listener, const router_options& o)
      : listener_(listener),
        tick_(o.tick),
        farewell_(o.farewell),
        socket_(context_, ZMQ_ROUTER),
        monitor_(context_, socket_),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        socket_fd_(socket_.wake_fd()) {
    AGENTS_ASSERT(wake_ >= 0);
    socket_.set(ZMQ_ROUTER_MANDATORY, 1);
    socket_.set(ZMQ_RCVHWM, receive_limit);
    socket_.set(ZMQ_SNDHWM, o.send_limit);
    socket_.set(ZMQ_BACKLOG, backlog);
    socket_.set(ZMQ_LINGER, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(o.farewell).count()));
    socket_.set_long(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(o.max_frame_bytes));
  }
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;
  ~loop() {
    stop();
    ::close(wake_);
  }

  expected<void> bind(const tcp_options& tcp) {
    is_tcp_ = true;
    socket_.set(ZMQ_IPV6, tcp.address.find('[') != std::string::npos ? 1 : 0);
    socket_.set(ZMQ_HANDSHAKE_IVL, handshake_ms);
    socket_.set(ZMQ_TCP_MAXRT, unacknowledged_ms);
    socket_.set(ZMQ_TCP_KEEPALIVE, 1);
    socket_.set(ZMQ_TCP_KEEPALIVE_IDLE, keep_alive_idle_s);
    socket_.set(ZMQ_TCP_KEEPALIVE_INTVL, keep_alive_idle_s / 2);
    socket_.set(ZMQ_TCP_KEEPALIVE_CNT, keep_alive_probes);
    if (tcp.secret_key) encrypt(*tcp.secret_key);
    if (zmq_bind(socket_.get(), tcp.address.c_str()) == 0) return note_endpoint();
    const int problem = zmq_errno();
    return unexpected{errc::io, "cannot listen at " + tcp.address + ": " + zmq_strerror(problem) + remedy_for(problem)};
  }

  expected<void> bind(const std::filesystem::path& file) {
    endpoint_ = "ipc://" + file.string();
    if (zmq_bind(socket_.get(), endpoint_.c_str()) != 0) return zmq_problem("cannot listen at " + endpoint_);
    if (::chmod(file.c_str(), S_IRUSR | S_IWUSR) != 0)
      return unexpected{errc::io, "cannot set the permissions of " + file.string()};
    return {};
  }

  void start() {
    thread_ = std::thread{[this] { run(); }};
  }
  void stop() {
    stopping_.store(true);
    wake();
    if (thread_.joinable()) thread_.join();
  }

  send_result send(const peer_id& to, wire::frames f) {
    f.insert(f.begin(), to);
    const std::lock_guard lock{mutex_};
    const int problem = socket_.send(std::move(f));
    if (socket_.has_message()) wake();  // sending may have taken the sign for which the thread waits
    if (problem == 0) return send_result::sent;
    return problem == EAGAIN ? send_result::full : send_result::gone;
  }

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
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
    return {};
  }

  void wake() {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);  // fails only when it is set already
  }

  void run() {
    auto next_tick = clock_.now() + tick_;
    while (!stopping_.load()) {
      const bool more = receive_some();
      for (auto& m : received_) listener_.on_frames(m.from, std::move(m.frames));
      received_.clear();
      tell_news();
      const auto now = clock_.now();
      if (now >= next_tick) {
        listener_.on_tick();
        next_tick = now + tick_;
      }
      if (!more) wait(next_tick - now);
    }
    part();
  }

  /// Waits until the peers have closed their connections. A socket that closes first would make a peer's next write
  /// fail, and many a program then drops what it has not read yet: the goodbye.
  void part() {
    const auto end = clock_.now() + farewell_;
    look_at_monitor();
    for (auto left = connections_; left > 0; left -= look_at_monitor().disconnected) {
      const bool more = receive_some();
      received_.clear();
      const auto now = clock_.now();
      if (now >= end) return;
      if (!more) wait(end - now);
    }
  }

  /// True when there may be more.
  bool receive_some() {
    const std::lock_guard lock{mutex_};
    for (int i = 0; i < messages_per_turn; ++i) {
      message_origin origin;
      auto f = socket_.receive(most_frames, is_tcp_ ? &origin : nullptr);
      if (!f) return false;
      received m{{std::move(f->front()), std::move(origin.user), std::move(origin.address)}, {}};
      f->erase(f->begin());
      m.frames = std::move(*f);
      received_.push_back(std::move(m));
    }
    return true;
  }

  zmq_monitor::news look_at_monitor() {
    const auto news = monitor_.take();
    connections_ += news.accepted - news.disconnected;
    return news;
  }

  void tell_news() {
    const auto news = look_at_monitor();
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

  struct received {
    sender from;
    wire::frames frames;
  };

  router_listener& listener_;
  duration tick_;
  duration farewell_;
  system_clock clock_;
  zmq_context context_;
  std::optional<zap_handler> zap_;  // outlives the socket whose peers it admits
  zmq_socket socket_;
  zmq_monitor monitor_;
  int connections_ = 0;  ///< the thread's
  bool is_tcp_ = false;
  int wake_;
  std::string endpoint_;
  int socket_fd_;
  std::mutex mutex_;                ///< of the socket
  std::vector<received> received_;  ///< the thread's
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

router::router(std::unique_ptr<loop> l) : loop_(std::move(l)) {}
router::~router() = default;

expected<std::unique_ptr<router>> router::open(const std::filesystem::path& file, router_listener& listener,
                                               const router_options& options) {
  auto l = std::make_unique<loop>(listener, options);
  if (auto ok = l->bind(file); !ok) return ok.propagate();
  return std::unique_ptr<router>{new router{std::move(l)}};
}

expected<std::unique_ptr<router>> router::open(const tcp_options& tcp, router_listener& listener,
                                               const router_options& options) {
  auto l = std::make_unique<loop>(listener, options);
  if (auto ok = l->bind(tcp); !ok) return ok.propagate();
  return std::unique_ptr<router>{new router{std::move(l)}};
}

const std::string& router::endpoint() const { return loop_->endpoint(); }
void router::start() { loop_->start(); }
void router::stop() { loop_->stop(); }
send_result router::try_send(const peer_id& to, wire::frames f) { return loop_->send(to, std::move(f)); }

}  // namespace agents
