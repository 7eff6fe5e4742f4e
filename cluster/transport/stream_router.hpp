// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "cluster/transport/router.hpp"
#include "cluster/transport/tcp_address.hpp"

namespace agents {

/// A router without encryption, for peers on the same host, none of which is trusted. It speaks ZMTP itself (see
/// docs/wire_format.md), because every peer must have bounds that ZeroMQ's sockets do not have: of the connections at
/// one door, of the bytes of a message and of those that wait.
///
/// It has doors: sockets at which peers arrive. Who crowds one door does not disturb the others.
class stream_router final : public router {
 public:
  struct door {
    std::uint64_t id = 0;
    std::string endpoint;
  };

  /// `io` when the system has no file descriptors left.
  [[nodiscard]] static expected<std::unique_ptr<stream_router>> create(router_listener& listener,
                                                                       const router_options& options = {});
  ~stream_router() override;

  /// Any thread. `io` when it cannot listen there, with the remedy.
  [[nodiscard]] expected<door> open_door(const std::filesystem::path& file);
  /// Numeric addresses only.
  [[nodiscard]] expected<door> open_door(const tcp_address& at);
  /// Nobody arrives there any more; those who did stay. Any thread.
  void close_door(std::uint64_t id);

  /// Of the first door.
  [[nodiscard]] const std::string& endpoint() const override;
  void start() override;
  void stop() override;
  [[nodiscard]] send_result try_send(const peer_id& to, wire::frames f) override;
  void part(const peer_id& from) override;

 private:
  class loop;
  explicit stream_router(std::unique_ptr<loop> l);

  std::unique_ptr<loop> loop_;
};

}  // namespace agents
