// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/wire/codec.hpp"
#include "libagents/wire/limits.hpp"

namespace agents {

/// A connection of the router, by ZeroMQ's routing id; a peer that reconnects gets another one.
using peer_id = std::string;

/// Where a message came from.
struct sender {
  peer_id id;
  std::string key;      ///< the peer's public key (Z85), proven in the handshake; "" of a socket without encryption
  std::string address;  ///< "10.0.0.7"; "" of a local socket
};

/// Who hears what arrives. Called in the router's thread, one at a time, unless said otherwise: must return soon.
class router_listener {
 public:
  virtual ~router_listener() = default;
  /// A message as it came, not decoded.
  virtual void on_frames(const sender& from, wire::frames f) = 0;
  /// A peer that was heard before has broken the rules of the transport, as `what` says: it is parted from after this.
  virtual void on_damage(const sender& from, const error& what) { static_cast<void>(from), static_cast<void>(what); }
  /// Regularly, whatever else happens.
  virtual void on_tick() = 0;
  /// A connection has broken, nobody says which. Sending to it now gives `gone`.
  virtual void on_connection_lost() {}
  /// A connection got no further than its handshake, and not because of its key.
  virtual void on_failed_handshake() {}
  /// So many connections were closed because there were too many.
  virtual void on_turned_away(int count) { static_cast<void>(count); }
  /// CURVE: may whoever has this key (Z85) connect? Called in a thread of its own.
  virtual bool admits(const std::string& key, const std::string& address) {
    return static_cast<void>(key), static_cast<void>(address), false;
  }
};

enum class send_result : std::uint8_t {
  sent,
  full,  ///< the peer does not read, too much waits for it; nothing of the message was taken
  gone,  ///< there is no such connection (any more)
};

struct router_options {
  duration tick = std::chrono::milliseconds{50};
  /// What waits for a peer that does not read; a message beyond it is refused (`full`).
  std::size_t waiting_bytes = 4 * wire::max_payload_bytes;
  std::size_t message_bytes = wire::max_payload_bytes + wire::max_envelope_bytes;  ///< that a peer may send
  std::size_t first_message_bytes = message_bytes;                                 ///< the same, before it is known
  std::size_t frames = 3;                                                          ///< of a message that a peer sends
  std::size_t connections = 256;                                                   ///< at the same time
  /// A connection that says nothing for so long is closed.
  duration first_message_within = std::chrono::seconds{10};
  /// How long goodbyes may take to leave, and peers to close their connections after them.
  duration farewell = std::chrono::seconds{1};
};

/// How a router listens on TCP.
struct tcp_options {
  std::string address;                    ///< "tcp://0.0.0.0:5701"
  std::optional<std::string> secret_key;  ///< of the node (Z85); none: no encryption, and everybody is admitted
};

/// The node's side of many connections, each to a DEALER socket of ZeroMQ, and the thread that reads them. It knows no
/// kinds of messages.
///
/// Whoever sends does so in its own thread: that saves a change of threads for each call.
///
/// Owner: a `worker_hub`, a `worker_gate` or a control server; the destructor joins the thread.
class router {
 public:
  /// Listens at the socket `file`, with mode 0600; `io` when that is not possible. `listener` must outlive the router.
  /// It is called from `start` on, until `stop` or the destructor has returned.
  [[nodiscard]] static expected<std::unique_ptr<router>> open(const std::filesystem::path& file,
                                                              router_listener& listener,
                                                              const router_options& options = {});
  /// The same on TCP. `io` says why the address cannot be bound, with the remedy.
  [[nodiscard]] static expected<std::unique_ptr<router>> open(const tcp_options& tcp, router_listener& listener,
                                                              const router_options& options = {});
  router() = default;
  router(const router&) = delete;
  router& operator=(const router&) = delete;
  virtual ~router() = default;

  /// "ipc:///run/user/1000/agents-x1y2z3/node", "tcp://0.0.0.0:5701"
  [[nodiscard]] virtual const std::string& endpoint() const = 0;
  virtual void start() = 0;
  /// Ends the thread, as soon as the peers have closed their connections, after `farewell` at the latest: what was sent
  /// before reaches whoever reads. What arrives meanwhile is dropped.
  virtual void stop() = 0;
  /// Any thread; waits for other senders at most. Messages to one peer keep the order of the calls.
  [[nodiscard]] virtual send_result try_send(const peer_id& to, wire::frames f) = 0;
  /// False: the peer will not get the message.
  [[nodiscard]] bool send(const peer_id& to, wire::frames f) { return try_send(to, std::move(f)) == send_result::sent; }
  /// The listener wants to hear no more of this peer; what was sent to it before still leaves. In the router's thread.
  virtual void part(const peer_id& from) = 0;
};

}  // namespace agents
