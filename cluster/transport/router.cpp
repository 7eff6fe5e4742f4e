// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/router.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>
#include <utility>

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
/// How long goodbyes may take to leave.
constexpr int farewell_ms = 200;

}  // namespace

class router::loop {
 public:
  loop(router_listener& listener, const router_options& o)
      : listener_(listener),
        tick_(o.tick),
        socket_(context_, ZMQ_ROUTER),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        socket_fd_(socket_.wake_fd()) {
    AGENTS_ASSERT(wake_ >= 0);
    socket_.set(ZMQ_ROUTER_MANDATORY, 1);
    socket_.set(ZMQ_RCVHWM, receive_limit);
    socket_.set(ZMQ_SNDHWM, o.send_limit);
    socket_.set(ZMQ_BACKLOG, backlog);
    socket_.set(ZMQ_LINGER, farewell_ms);
    socket_.set_long(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(o.max_frame_bytes));
  }
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;
  ~loop() {
    stop();
    ::close(wake_);
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
  void wake() {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);  // fails only when it is set already
  }

  void run() {
    auto next_tick = clock_.now() + tick_;
    while (!stopping_.load()) {
      const bool more = receive_some();
      for (auto& f : received_) hand_over(std::move(f));
      received_.clear();
      const auto now = clock_.now();
      if (now >= next_tick) {
        listener_.on_tick();
        next_tick = now + tick_;
      }
      if (!more) wait(next_tick - now);
    }
  }

  /// True when there may be more.
  bool receive_some() {
    const std::lock_guard lock{mutex_};
    for (int i = 0; i < messages_per_turn; ++i) {
      auto f = socket_.receive(most_frames);
      if (!f) return false;
      received_.push_back(std::move(*f));
    }
    return true;
  }

  void hand_over(wire::frames f) {
    const auto from = std::move(f.front());
    f.erase(f.begin());
    listener_.on_frames(from, std::move(f));
  }

  void wait(duration at_most) {
    pollfd files[] = {{socket_fd_, POLLIN, 0}, {wake_, POLLIN, 0}};
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(at_most);
    ::poll(files, 2, static_cast<int>(timeout.count()));
    std::uint64_t ignored = 0;
    if (files[1].revents != 0) (void)!::read(wake_, &ignored, sizeof ignored);
  }

  router_listener& listener_;
  duration tick_;
  system_clock clock_;
  zmq_context context_;
  zmq_socket socket_;
  int wake_;
  std::string endpoint_;
  int socket_fd_;
  std::mutex mutex_;                    ///< of the socket
  std::vector<wire::frames> received_;  ///< the thread's
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

const std::string& router::endpoint() const { return loop_->endpoint(); }
void router::start() { loop_->start(); }
void router::stop() { loop_->stop(); }
send_result router::try_send(const peer_id& to, wire::frames f) { return loop_->send(to, std::move(f)); }

}  // namespace agents
