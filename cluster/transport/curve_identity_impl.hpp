// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/transport/zmq_socket_impl.hpp"

namespace agents {

/// What the client's side of a CURVE connection knows; all in Z85.
struct curve_identity {
  std::string server;  ///< the public key of whom it talks to; nobody else is answered
  std::string open;    ///< its own pair
  std::string secret;

  /// Before the socket connects.
  void apply_to(zmq_socket& s) const {
    s.set_text(ZMQ_CURVE_SERVERKEY, server);
    s.set_text(ZMQ_CURVE_PUBLICKEY, open);
    s.set_text(ZMQ_CURVE_SECRETKEY, secret);
  }
};

}  // namespace agents
