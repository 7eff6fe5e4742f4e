// SPDX-License-Identifier: Apache-2.0
#include <poll.h>

#include <algorithm>

#include "cluster/transport/worker_connection_impl.hpp"
#include "libagents/wire/limits.hpp"

namespace agents {
namespace {

/// How often the second thread listens while a handler computes: cancellations are late by so much.
constexpr std::chrono::milliseconds keep_alive_interval{100};
/// Frames of a message of the format.
constexpr std::size_t most_frames = 3;
constexpr int farewell_ms = 200;
/// TCP, in milliseconds: as the node's side has them.
constexpr int connect_ms = 1000;
constexpr int handshake_ms = 3000;
constexpr int reconnect_ms = 100;
constexpr int longest_reconnect_ms = 5000;
constexpr int unacknowledged_ms = 15'000;

}  // namespace

worker_connection::worker_connection(const clock& c, random& r, const std::string& endpoint,
                                     const std::optional<curve_identity>& keys, wire::worker_session_settings settings)
    : clock_(c),
      socket_(context_, ZMQ_DEALER),
      socket_fd_(socket_.wake_fd()),
      session_(std::move(settings), r, c.now(), first_) {
  socket_.set(ZMQ_RCVHWM, 0);  // bounded by our window; a full queue would lose messages
  socket_.set_long(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(wire::max_payload_bytes));
  socket_.set(ZMQ_LINGER, farewell_ms);
  if (endpoint.starts_with("tcp://")) prepare_tcp(endpoint, keys);
  const bool connected = zmq_connect(socket_.get(), endpoint.c_str()) == 0;
  if (connected)
    pass_on(first_);
  else
    orders_.emplace_back(
        wire::order::quit{errc::bad_input, "AGENTS_ENDPOINT is no address that ZeroMQ can connect to"});
  keeper_ = std::thread{[this] { keep_alive(); }};
}

void worker_connection::prepare_tcp(const std::string& endpoint, const std::optional<curve_identity>& keys) {
  socket_.set(ZMQ_IPV6, endpoint.find('[') != std::string::npos ? 1 : 0);
  socket_.set(ZMQ_CONNECT_TIMEOUT, connect_ms);
  socket_.set(ZMQ_HANDSHAKE_IVL, handshake_ms);
  socket_.set(ZMQ_RECONNECT_IVL, reconnect_ms);
  socket_.set(ZMQ_RECONNECT_IVL_MAX, longest_reconnect_ms);
  socket_.set(ZMQ_TCP_MAXRT, unacknowledged_ms);
  if (keys) keys->apply_to(socket_);
  monitor_.emplace(context_, socket_);
}

worker_connection::~worker_connection() {
  {
    const std::lock_guard lock{ending_mutex_};
    ending_ = true;
  }
  ending_changed_.notify_one();
  keeper_.join();
}

std::optional<wire::worker_order> worker_connection::next(time_point until) {
  const std::lock_guard lock{mutex_};
  while (orders_.empty()) {
    receive_waiting();
    if (!orders_.empty()) break;
    if (clock_.now() >= until) return std::nullopt;
    wait_for_message(until);
  }
  auto o = std::move(orders_.front());
  orders_.pop_front();
  return o;
}

bool worker_connection::emit(std::int64_t call, wire::packed& part, time_point until) {
  const std::lock_guard lock{mutex_};
  for (;;) {
    wire::worker_output out;
    const bool done = session_.emit(call, part, clock_.now(), out);
    pass_on(out);
    if (done) return true;
    if (clock_.now() >= until) return false;
    const auto known = orders_.size();
    receive_waiting();
    if (orders_.size() == known) wait_for_message(until);
  }
}

/// Takes what has arrived, and says what the time demands. In this order: whoever was suspended must read before it may
/// call the node silent.
void worker_connection::receive_waiting() {
  receive_all();
  wire::worker_output out;
  session_.on_tick(clock_.now(), out);
  const bool speaks = !out.send.empty();
  pass_on(out);
  if (speaks) receive_all();  // sending may have taken the sign for which `wait_for_message` waits
}

void worker_connection::receive_all() {
  wire::worker_output out;
  while (auto f = socket_.receive(most_frames)) {
    auto e = wire::decode(std::move(*f));
    if (e)
      session_.on_envelope(std::move(*e), clock_.now(), out);
    else
      session_.on_damage(e.error(), clock_.now(), out);
    pass_on(out);
  }
}

/// Only after `receive_waiting`, and with nothing sent in between: see `zmq_socket::wake_fd`.
void worker_connection::wait_for_message(time_point until) {
  const auto wait = std::min(until, session_.next_tick()) - clock_.now();
  const auto longest = std::chrono::seconds{1};
  const auto timeout =
      std::chrono::ceil<std::chrono::milliseconds>(std::clamp<duration>(wait, duration::zero(), longest));
  pollfd file{socket_fd_, POLLIN, 0};
  ::poll(&file, 1, static_cast<int>(timeout.count()));
}

void worker_connection::pass_on(wire::worker_output& out) {
  for (auto& e : out.send)
    if (auto f = wire::encode(std::move(e)))  // what is too large was refused by the session
      (void)socket_.send(std::move(*f));      // a full queue means that the node does not read: silence will end it
  for (auto& o : out.orders) {
    note_stops(o);
    orders_.push_back(std::move(o));
  }
  out = {};
}

void worker_connection::note_stops(const wire::worker_order& o) {
  const auto* stop = std::get_if<wire::order::stop>(&o);
  const bool over = std::holds_alternative<wire::order::quit>(o) || std::holds_alternative<wire::order::begin_anew>(o);
  if (over || (stop && stop->id == busy_with_.load())) stopped_.store(true);
}

void worker_connection::keep_alive() {
  std::unique_lock ending{ending_mutex_};
  while (!ending_changed_.wait_for(ending, keep_alive_interval, [this] { return ending_; })) {
    if (busy_with_.load() == 0) continue;  // the handling thread listens itself
    ending.unlock();
    {
      const std::lock_guard lock{mutex_};
      if (busy_with_.load() != 0) receive_waiting();
    }
    ending.lock();
  }
}

}  // namespace agents
