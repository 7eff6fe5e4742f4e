// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cluster/transport/zmq_socket_impl.hpp"

namespace agents {

/// What happened to the connections of a socket. ZeroMQ tells it through a socket of its own, without naming a peer.
///
/// Belongs to the thread that reads it, and ends before the socket it watches.
class zmq_monitor {
 public:
  /// A connection came or went. Of one descriptor in this order.
  struct change {
    bool came = false;
    int fd = -1;
  };
  struct news {
    int accepted = 0;
    int disconnected = 0;
    int failed_handshakes = 0;    ///< for another reason than the key
    bool refused = false;         ///< the peer does not admit our key
    bool handshake_done = false;  ///< a connection stands
    std::vector<change> changes;
  };

  zmq_monitor(const zmq_context& context, const zmq_socket& watched);
  zmq_monitor(const zmq_monitor&) = delete;
  zmq_monitor& operator=(const zmq_monitor&) = delete;
  ~zmq_monitor();

  /// What has happened since.
  [[nodiscard]] news take();
  [[nodiscard]] int wake_fd() const { return wake_fd_; }

 private:
  void* watched_;
  zmq_socket socket_;
  int wake_fd_ = -1;
};

}  // namespace agents
