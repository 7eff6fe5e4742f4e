// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zmq.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libagents/core/expected.hpp"

namespace agents {

/// Why the last ZeroMQ function failed: `io` with ZeroMQ's own words.
[[nodiscard]] unexpected zmq_problem(const std::string& what);

/// A ZeroMQ context with one I/O thread. Outlives its sockets.
class zmq_context {
 public:
  zmq_context() : context_(zmq_ctx_new()) {}
  zmq_context(const zmq_context&) = delete;
  zmq_context& operator=(const zmq_context&) = delete;
  ~zmq_context() { zmq_ctx_term(context_); }
  [[nodiscard]] void* get() const { return context_; }

 private:
  void* context_;
};

/// What ZeroMQ knows about a connection beside its messages.
struct message_origin {
  std::string user;     ///< as the ZAP handler named it
  std::string address;  ///< of the peer
  int fd = -1;          ///< the connection's; closed already, perhaps
};

/// One socket that sends and receives whole messages as lists of frames.
///
/// One thread at a time; a mutex may pass it from thread to thread.
/// Source: https://libzmq.readthedocs.io/en/latest/zmq_socket.html, "Thread safety".
class zmq_socket {
 public:
  /// Lingers not. `type` is ZMQ_ROUTER, ZMQ_DEALER, …
  zmq_socket(const zmq_context& context, int type) : socket_(zmq_socket_of(context, type)) {}
  zmq_socket(const zmq_socket&) = delete;
  zmq_socket& operator=(const zmq_socket&) = delete;
  ~zmq_socket() { zmq_close(socket_); }

  [[nodiscard]] void* get() const { return socket_; }
  void set(int option, int value);
  void set_long(int option, std::int64_t value);
  void set_text(int option, const std::string& value);
  /// Readable when something may have happened since `receive` found nothing. Every other use of the socket takes that
  /// sign away: whoever uses it beside the thread that waits asks `has_message` afterwards, and wakes that thread.
  /// Source: https://libzmq.readthedocs.io/en/latest/zmq_getsockopt.html, ZMQ_FD.
  [[nodiscard]] int wake_fd() const;
  [[nodiscard]] bool has_message() const;
  /// 0, or the errno: EAGAIN when the queue is full, EHOSTUNREACH when a ROUTER does not know the peer. Does not wait;
  /// a message is sent as a whole or not at all. Large frames are handed over, not copied.
  [[nodiscard]] int send(std::vector<std::string> frames);
  /// The next message, if one is there. Of a message with more than `most` frames the surplus is dropped but one, so
  /// that the reader sees that there were too many.
  /// `origin`: where to note from whom it came; null when that is of no interest.
  [[nodiscard]] std::optional<std::vector<std::string>> receive(std::size_t most, message_origin* origin = nullptr);

 private:
  static void* zmq_socket_of(const zmq_context& context, int type);
  [[nodiscard]] int send_frame(std::string frame, int flags);

  void* socket_;
};

}  // namespace agents
