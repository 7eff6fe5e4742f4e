// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cluster/transport/curve_identity_impl.hpp"
#include "cluster/transport/dealer_impl.hpp"
#include "cluster/transport/zmq_monitor_impl.hpp"
#include "cluster/transport/zmq_socket_impl.hpp"

namespace agents {

/// A worker's connection to a node over TCP: a DEALER socket of ZeroMQ, with CURVE when there are keys.
class zmq_dealer final : public dealer {
 public:
  explicit zmq_dealer(const std::optional<curve_identity>& keys);
  [[nodiscard]] bool connect(const std::string& endpoint) override;
  void send(wire::frames f) override;
  [[nodiscard]] std::optional<wire::frames> receive() override;
  void wait(duration at_most) override;
  [[nodiscard]] bool was_refused_by_key() override { return monitor_.take().refused; }

 private:
  zmq_context context_;
  zmq_socket socket_;
  zmq_monitor monitor_;
  const int fd_;
};

}  // namespace agents
