// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/zmq_monitor_impl.hpp"

#include <cstdint>
#include <cstring>
#include <string>

#include "libagents/core/assert.hpp"

namespace agents {
namespace {

constexpr int interesting = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                            ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                            ZMQ_EVENT_HANDSHAKE_SUCCEEDED;

/// Of the events that are asked for here, the descriptor.
int value_of(const std::string& frame) {
  std::uint32_t value = 0;
  if (frame.size() >= sizeof(std::uint16_t) + sizeof value)
    std::memcpy(&value, frame.data() + sizeof(std::uint16_t), sizeof value);
  return static_cast<int>(value);
}

}  // namespace

zmq_monitor::zmq_monitor(const zmq_context& context, const zmq_socket& watched)
    : watched_(watched.get()), socket_(context, ZMQ_PAIR) {
  const auto address = "inproc://monitor-" + std::to_string(reinterpret_cast<std::uintptr_t>(watched_));
  socket_.set(ZMQ_RCVHWM, 0);  // a full queue would stop ZeroMQ's I/O thread
  AGENTS_ASSERT(zmq_socket_monitor(watched_, address.c_str(), interesting) == 0);
  AGENTS_ASSERT(zmq_connect(socket_.get(), address.c_str()) == 0);
  wake_fd_ = socket_.wake_fd();
}

zmq_monitor::~zmq_monitor() { zmq_socket_monitor(watched_, nullptr, 0); }

zmq_monitor::news zmq_monitor::take() {
  news out;
  while (const auto frames = socket_.receive(2)) {
    std::uint16_t event = 0;
    if (frames->front().size() < sizeof event) continue;
    std::memcpy(&event, frames->front().data(), sizeof event);
    if (event == ZMQ_EVENT_ACCEPTED || event == ZMQ_EVENT_DISCONNECTED)
      out.changes.push_back({event == ZMQ_EVENT_ACCEPTED, value_of(frames->front())});
    out.accepted += event == ZMQ_EVENT_ACCEPTED ? 1 : 0;
    out.disconnected += event == ZMQ_EVENT_DISCONNECTED ? 1 : 0;
    out.refused = out.refused || event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
    out.handshake_done = out.handshake_done || event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
    if (event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL || event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
      ++out.failed_handshakes;
  }
  return out;
}

}  // namespace agents
