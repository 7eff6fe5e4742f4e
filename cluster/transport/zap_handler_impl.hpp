// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "cluster/transport/zmq_socket_impl.hpp"

namespace agents {

/// Decides who may connect to the CURVE sockets of a ZeroMQ context, in a thread of its own. A peer's user id is its
/// public key.
///
/// Source: ZeroMQ RFC 27, ZAP 1.0.
/// Owner: whoever owns the context. Lives longer than the sockets that it guards.
class zap_handler {
 public:
  /// May the peer with this public key (Z85) connect from this address? Called in the handler's thread.
  using judge = std::function<bool(const std::string& key, const std::string& address)>;

  zap_handler(const zmq_context& context, judge admits);
  zap_handler(const zap_handler&) = delete;
  zap_handler& operator=(const zap_handler&) = delete;
  ~zap_handler();

 private:
  void serve();
  [[nodiscard]] std::vector<std::string> answer_to(const std::vector<std::string>& request) const;

  judge admits_;
  zmq_socket socket_;
  int stop_;
  std::thread thread_;
};

}  // namespace agents
