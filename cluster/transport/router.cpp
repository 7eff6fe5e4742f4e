// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/router.hpp"

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
#include "libagents/wire/limits.hpp"

namespace agents {
namespace {

/// Received in one turn before what waits is sent.
constexpr int messages_per_turn = 200;
/// Waiting messages per connection, each way; beyond it ZeroMQ stops reading from that peer.
constexpr int receive_limit = 1000;
/// More than the largest window of calls; what is sent is bounded by credits.
constexpr int send_limit = 100'000;
/// Frames of a message of the format, with the routing id.
constexpr std::size_t most_frames = 4;
constexpr int backlog = 1024;
/// How long goodbyes may take to leave.
constexpr int farewell_ms = 200;

}  // namespace

class router::loop {
 public:
  loop(router_listener& listener, duration tick)
      : listener_(listener),
        tick_(tick),
        socket_(context_, ZMQ_ROUTER),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    AGENTS_ASSERT(wake_ >= 0);
    socket_.set(ZMQ_ROUTER_MANDATORY, 1);
    socket_.set(ZMQ_RCVHWM, receive_limit);
    socket_.set(ZMQ_SNDHWM, send_limit);
    socket_.set(ZMQ_BACKLOG, backlog);
    socket_.set_long(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(wire::max_payload_bytes));
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

  void send(const peer_id& to, wire::frames f) {
    f.insert(f.begin(), to);
    bool was_empty = false;
    {
      const std::lock_guard lock{mutex_};
      was_empty = outgoing_.empty();
      outgoing_.push_back(std::move(f));
    }
    if (was_empty && std::this_thread::get_id() != own_thread_.load(std::memory_order_relaxed)) wake();
  }

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
  void wake() {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);  // fails only when it is set already
  }

  void run() {
    own_thread_.store(std::this_thread::get_id());
    auto next_tick = clock_.now() + tick_;
    bool busy = false;
    while (!stopping_.load()) {
      wait(busy ? duration::zero() : next_tick - clock_.now());
      send_waiting();
      busy = receive_some();
      send_waiting();  // what the listener answered
      if (clock_.now() < next_tick) continue;
      listener_.on_tick();
      next_tick = clock_.now() + tick_;
    }
    send_waiting();  // goodbyes
    socket_.set(ZMQ_LINGER, farewell_ms);
  }

  void wait(duration at_most) {
    zmq_pollitem_t items[] = {{socket_.get(), 0, ZMQ_POLLIN, 0}, {nullptr, wake_, ZMQ_POLLIN, 0}};
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(std::max(at_most, duration::zero()));
    zmq_poll(items, 2, timeout.count());
    std::uint64_t ignored = 0;
    if (items[1].revents != 0) (void)!::read(wake_, &ignored, sizeof ignored);
  }

  void send_waiting() {
    {
      const std::lock_guard lock{mutex_};
      std::swap(outgoing_, sending_);
    }
    for (auto& f : sending_) {
      const auto to = f.front();
      if (socket_.send(std::move(f)) != 0) listener_.on_unreachable(to);
    }
    sending_.clear();
  }

  /// True when there may be more.
  bool receive_some() {
    for (int i = 0; i < messages_per_turn; ++i) {
      auto f = socket_.receive(most_frames);
      if (!f) return false;
      const auto from = std::move(f->front());
      f->erase(f->begin());
      listener_.on_frames(from, std::move(*f));
    }
    return true;
  }

  router_listener& listener_;
  duration tick_;
  system_clock clock_;
  zmq_context context_;
  zmq_socket socket_;
  int wake_;
  std::string endpoint_;
  std::mutex mutex_;
  std::vector<wire::frames> outgoing_;  ///< guarded by `mutex_`
  std::vector<wire::frames> sending_;   ///< the thread's
  std::atomic<bool> stopping_{false};
  std::atomic<std::thread::id> own_thread_{};
  std::thread thread_;
};

router::router(std::unique_ptr<loop> l) : loop_(std::move(l)) {}
router::~router() = default;

expected<std::unique_ptr<router>> router::open(const std::filesystem::path& file, router_listener& listener,
                                               duration tick) {
  auto l = std::make_unique<loop>(listener, tick);
  if (auto ok = l->bind(file); !ok) return ok.propagate();
  return std::unique_ptr<router>{new router{std::move(l)}};
}

const std::string& router::endpoint() const { return loop_->endpoint(); }
void router::start() { loop_->start(); }
void router::stop() { loop_->stop(); }
void router::send(const peer_id& to, wire::frames f) { loop_->send(to, std::move(f)); }

}  // namespace agents
