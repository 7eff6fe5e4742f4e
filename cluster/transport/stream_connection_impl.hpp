// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "cluster/transport/router.hpp"
#include "cluster/transport/zmtp.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/file_handle.hpp"

namespace agents {

/// One connection of a `stream_router`: a socket, what has arrived of a message, and what waits to be sent.
///
/// Senders: any thread. Everything else: the router's thread.
class stream_connection {
 public:
  /// `events`: the epoll set in which it is known as `key`.
  stream_connection(file_handle socket, int events, std::uint64_t key, std::uint64_t door, sender who, zmtp::limits l,
                    time_point accepted);

  /// Queues the frames, and sends what the socket takes.
  [[nodiscard]] send_result send(wire::frames f, std::size_t most_waiting_bytes);
  /// Sends what waits, as far as the socket takes it.
  void flush();

  /// Reads what has arrived, up to a limit for one turn, by way of `buffer`. False: the peer has closed. An error: it
  /// breaks the rules.
  [[nodiscard]] expected<bool> receive(std::span<char> buffer, zmtp::heard& out);
  void reply(const std::string& bytes);
  /// What waits is sent; then the peer is told that nothing follows. Nothing is read any more.
  void part(time_point now);
  /// Closes the socket: nothing is sent any more.
  void close();

  [[nodiscard]] const sender& who() const { return who_; }
  [[nodiscard]] std::uint64_t door() const { return door_; }
  [[nodiscard]] bool has_spoken() const { return reader_.has_spoken(); }
  [[nodiscard]] bool is_parting() const { return parting_; }
  /// When it was accepted, or when it began to part.
  [[nodiscard]] time_point since() const { return since_; }

 private:
  [[nodiscard]] bool write_some();
  void watch();

  const int events_;
  const std::uint64_t key_;
  const std::uint64_t door_;
  const sender who_;
  zmtp::reader reader_;
  time_point since_;
  bool parting_ = false;

  std::mutex mutex_;  ///< of what follows
  file_handle socket_;
  std::deque<std::string> waiting_;
  std::size_t sent_of_first_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::uint32_t watched_ = 0;
  bool shut_ = false;  ///< it is told that nothing follows, once nothing waits
};

}  // namespace agents
