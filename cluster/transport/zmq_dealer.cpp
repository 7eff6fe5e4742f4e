// SPDX-License-Identifier: Apache-2.0
#include <poll.h>

#include <utility>

#include "cluster/transport/zmq_dealer_impl.hpp"
#include "libagents/wire/limits.hpp"

namespace agents {
namespace {

/// Frames of a message of the format.
constexpr std::size_t most_frames = 3;
/// In milliseconds: as the node's side has them.
constexpr int farewell_ms = 200;
constexpr int connect_ms = 1000;
constexpr int handshake_ms = 3000;
constexpr int reconnect_ms = 100;
constexpr int longest_reconnect_ms = 5000;
constexpr int unacknowledged_ms = 15'000;

}  // namespace

zmq_dealer::zmq_dealer(const std::optional<curve_identity>& keys)
    : socket_(context_, ZMQ_DEALER), monitor_(context_, socket_), fd_(socket_.wake_fd()) {
  socket_.set(ZMQ_RCVHWM, 0);  // bounded by our window; a full queue would lose messages
  socket_.set_long(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(wire::max_payload_bytes));
  socket_.set(ZMQ_LINGER, farewell_ms);
  socket_.set(ZMQ_CONNECT_TIMEOUT, connect_ms);
  socket_.set(ZMQ_HANDSHAKE_IVL, handshake_ms);
  socket_.set(ZMQ_RECONNECT_IVL, reconnect_ms);
  socket_.set(ZMQ_RECONNECT_IVL_MAX, longest_reconnect_ms);
  socket_.set(ZMQ_TCP_MAXRT, unacknowledged_ms);
  if (keys) keys->apply_to(socket_);
}

bool zmq_dealer::connect(const std::string& endpoint) {
  socket_.set(ZMQ_IPV6, endpoint.find('[') != std::string::npos ? 1 : 0);
  return zmq_connect(socket_.get(), endpoint.c_str()) == 0;
}

void zmq_dealer::send(wire::frames f) {
  (void)socket_.send(std::move(f));  // a full queue means that the node does not read: silence will end it
}

std::optional<wire::frames> zmq_dealer::receive() { return socket_.receive(most_frames); }

void zmq_dealer::wait(duration at_most) {
  pollfd file{fd_, POLLIN, 0};
  ::poll(&file, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(at_most).count()));
}

}  // namespace agents
