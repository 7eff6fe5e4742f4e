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
  /// Regularly, whatever else happens.
  virtual void on_tick() = 0;
  /// A connection has broken, nobody says which. Sending to it now gives `gone`.
  virtual void on_connection_lost() {}
  /// A connection got no further than its handshake, and not because of its key.
  virtual void on_failed_handshake() {}
  /// CURVE: may whoever has this key (Z85) connect? Called in a thread of its own.
  virtual bool admits(const std::string& key, const std::string& address) {
    return static_cast<void>(key), static_cast<void>(address), false;
  }
};

enum class send_result : std::uint8_t {
  sent,
  full,  ///< the peer does not read; nothing of the message was taken
  gone,  ///< there is no such connection (any more)
};

struct router_options {
  duration tick = std::chrono::milliseconds{50};
  /// Messages that wait for a peer that does not read. More than the largest window of calls: what is sent is bounded
  /// by credits.
  int send_limit = 100'000;
  /// How long goodbyes may take to leave, and peers to close their connections after them.
  duration farewell = std::chrono::seconds{1};
  std::size_t max_frame_bytes = wire::max_payload_bytes;  ///< a peer that sends a larger one loses its connection
};

/// How a router listens on TCP.
struct tcp_options {
  std::string address;                    ///< "tcp://0.0.0.0:5701"
  std::optional<std::string> secret_key;  ///< of the node (Z85); none: no encryption, and everybody is admitted
};

/// A ROUTER socket and the thread that reads it. It knows no kinds of messages.
///
/// Whoever sends does so in its own thread, behind a mutex: that saves a change of threads for each call.
///
/// Memory: what peers send beyond what the listener takes waits in the peers' own processes. Owner: a `worker_hub`, a
/// `worker_gate` or a control server; the destructor joins the thread.
class router {
 public:
  /// Binds a socket at `file`, with mode 0600; `io` when that is not possible. `listener` must outlive the router. It
  /// is called from `start` on, until `stop` or the destructor has returned.
  [[nodiscard]] static expected<std::unique_ptr<router>> open(const std::filesystem::path& file,
                                                              router_listener& listener,
                                                              const router_options& options = {});
  /// The same on TCP. `io` says why the address cannot be bound, with the remedy.
  [[nodiscard]] static expected<std::unique_ptr<router>> open(const tcp_options& tcp, router_listener& listener,
                                                              const router_options& options = {});
  router(const router&) = delete;
  router& operator=(const router&) = delete;
  ~router();

  /// "ipc:///run/user/1000/agents-x1y2z3/node", "tcp://0.0.0.0:5701"
  [[nodiscard]] const std::string& endpoint() const;
  void start();
  /// Ends the thread, as soon as the peers have closed their connections, after `farewell` at the latest: what was sent
  /// before reaches whoever reads. What arrives meanwhile is dropped.
  void stop();
  /// Any thread; waits for other senders at most. Messages to one peer keep the order of the calls.
  [[nodiscard]] send_result try_send(const peer_id& to, wire::frames f);
  /// False: the peer will not get the message.
  [[nodiscard]] bool send(const peer_id& to, wire::frames f) { return try_send(to, std::move(f)) == send_result::sent; }

 private:
  class loop;
  explicit router(std::unique_ptr<loop> l);

  std::unique_ptr<loop> loop_;
};

}  // namespace agents
