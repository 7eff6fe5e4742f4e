// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/wire/codec.hpp"

/// ZMTP 3.0 (rfc.zeromq.org/spec/23) between a DEALER and a ROUTER with the mechanism NULL, as bytes: no sockets, no
/// threads.
namespace agents::zmtp {

enum class role : std::uint8_t { router, dealer };

/// What each side says first.
[[nodiscard]] std::string greeting();
/// The bytes before a frame's own.
void append_frame_head(std::string& to, std::size_t frame_bytes, bool more);

struct limits {
  std::size_t frames = 3;       ///< of a message
  std::size_t first_bytes = 0;  ///< of the first message, all its frames
  std::size_t bytes = 0;        ///< of a later one
};

/// What some bytes of a peer meant.
struct heard {
  std::vector<wire::frames> messages;
  std::string replies;  ///< for the peer, at once
};

/// Reads what one peer sends: for a router a dealer without a routing id, for a dealer a router.
///
/// Memory: what has arrived of one message, never what a peer announces.
class reader {
 public:
  reader(role own, limits l) : own_(own), limits_(l) {}

  /// Takes bytes as they come. An error (`corrupt`) says what the peer did wrong; the connection is to be closed.
  expected<void> take(std::string_view bytes, heard& out);
  /// The peer has said that it is ready: it takes messages.
  [[nodiscard]] bool is_ready() const { return ready_; }
  /// The peer has sent at least one message.
  [[nodiscard]] bool has_spoken() const { return spoken_; }

 private:
  enum class stage : std::uint8_t { greeting, head, body };

  expected<void> take_greeting(std::string_view& bytes, heard& out);
  expected<void> take_head(std::string_view& bytes);
  expected<void> take_body(std::string_view& bytes, heard& out);
  expected<void> begin_frame();
  expected<void> end_frame(heard& out);
  expected<void> on_command(heard& out);

  role own_;
  limits limits_;
  stage stage_ = stage::greeting;
  std::string head_;  ///< of the greeting, or of a frame
  std::uint8_t flags_ = 0;
  std::size_t left_ = 0;  ///< of the frame's body
  std::string body_;
  wire::frames message_;
  std::size_t message_bytes_ = 0;
  bool ready_ = false;
  bool spoken_ = false;
};

}  // namespace agents::zmtp
