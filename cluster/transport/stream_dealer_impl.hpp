// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cluster/transport/dealer_impl.hpp"
#include "cluster/transport/zmtp.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/file_handle.hpp"

namespace agents {

/// A worker's connection to the node of its own host: the other end of a `stream_router`, or a ROUTER socket of ZeroMQ.
/// The worker reads and writes the socket itself: no thread stands in between.
class stream_dealer final : public dealer {
 public:
  explicit stream_dealer(const clock& c);

  /// "ipc://FILE"
  [[nodiscard]] bool connect(const std::string& endpoint) override;
  /// Waits while the socket is full: the node always reads.
  void send(wire::frames f) override;
  [[nodiscard]] std::optional<wire::frames> receive() override;
  void wait(duration at_most) override;

 private:
  void try_to_connect();
  void disconnect();
  void read_some();
  void write(std::string_view bytes);

  const clock& clock_;
  std::filesystem::path file_;
  file_handle socket_;
  zmtp::reader reader_;
  std::vector<char> buffer_;
  std::deque<wire::frames> arrived_;
  std::string held_;  ///< messages that wait until the node is ready
  time_point connect_again_{};
};

}  // namespace agents
