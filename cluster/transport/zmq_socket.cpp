// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <memory>
#include <utility>

#include "cluster/transport/zmq_socket_impl.hpp"
#include "libagents/core/assert.hpp"

namespace agents {
namespace {

/// Below this a copy is cheaper than handing over the memory.
constexpr std::size_t handed_over_bytes = std::size_t{16} << 10;

void note_origin(zmq_msg_t& message, message_origin& out) {
  if (const auto* user = zmq_msg_gets(&message, "User-Id")) out.user = user;
  if (const auto* address = zmq_msg_gets(&message, "Peer-Address")) out.address = address;
  out.fd = zmq_msg_get(&message, ZMQ_SRCFD);
}

void release(void*, void* owner) { delete static_cast<std::string*>(owner); }

}  // namespace

unexpected zmq_problem(const std::string& what) { return {errc::io, what + ": " + zmq_strerror(zmq_errno())}; }

void* zmq_socket::zmq_socket_of(const zmq_context& context, int type) {
  auto* socket = ::zmq_socket(context.get(), type);
  AGENTS_ASSERT(socket != nullptr);  // only an invalid type, or more sockets than ZeroMQ's limit
  const int none = 0;
  zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
  return socket;
}

void zmq_socket::set(int option, int value) {
  AGENTS_ASSERT(zmq_setsockopt(socket_, option, &value, sizeof value) == 0);
}

void zmq_socket::set_long(int option, std::int64_t value) {
  AGENTS_ASSERT(zmq_setsockopt(socket_, option, &value, sizeof value) == 0);
}

void zmq_socket::set_text(int option, const std::string& value) {
  AGENTS_ASSERT(zmq_setsockopt(socket_, option, value.c_str(), value.size()) == 0);
}

int zmq_socket::wake_fd() const {
  int fd = -1;
  auto size = sizeof fd;
  AGENTS_ASSERT(zmq_getsockopt(socket_, ZMQ_FD, &fd, &size) == 0);
  return fd;
}

bool zmq_socket::has_message() const {
  int events = 0;
  auto size = sizeof events;
  return zmq_getsockopt(socket_, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN) != 0;
}

int zmq_socket::send(std::vector<std::string> frames) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const int flags = ZMQ_DONTWAIT | (i + 1 < frames.size() ? ZMQ_SNDMORE : 0);
    // Once the first frame was taken, ZeroMQ takes the others too.
    if (const int problem = send_frame(std::move(frames[i]), flags); problem != 0) return problem;
  }
  return 0;
}

int zmq_socket::send_frame(std::string frame, int flags) {
  if (frame.size() < handed_over_bytes)
    return zmq_send(socket_, frame.data(), frame.size(), flags) < 0 ? zmq_errno() : 0;
  auto owner = std::make_unique<std::string>(std::move(frame));
  zmq_msg_t message;
  zmq_msg_init_data(&message, owner->data(), owner->size(), release, owner.get());
  (void)owner.release();  // the message's now
  if (zmq_msg_send(&message, socket_, flags) >= 0) return 0;
  const int problem = zmq_errno();
  zmq_msg_close(&message);
  return problem;
}

std::optional<std::vector<std::string>> zmq_socket::receive(std::size_t most, message_origin* origin) {
  std::vector<std::string> frames;
  zmq_msg_t message;
  zmq_msg_init(&message);
  for (bool more = true; more;) {
    if (zmq_msg_recv(&message, socket_, ZMQ_DONTWAIT) < 0) break;
    if (origin) note_origin(message, *origin);
    if (frames.size() <= most)
      frames.emplace_back(static_cast<const char*>(zmq_msg_data(&message)), zmq_msg_size(&message));
    more = zmq_msg_more(&message) != 0;
  }
  zmq_msg_close(&message);
  if (frames.empty()) return std::nullopt;
  return frames;
}

}  // namespace agents
