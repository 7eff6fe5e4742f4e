// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cluster/keys/key_folder.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/event.hpp"
#include "libagents/core/random.hpp"
#include "libagents/runtime/worker_admission.hpp"

namespace agents {

/// Where a node listens for workers of other hosts.
struct gate_settings {
  std::string address;             ///< "tcp://0.0.0.0:5701"; port 0: any free one
  std::optional<key_folder> keys;  ///< none: no encryption, and loopback addresses only
  std::string key = "node";        ///< the node's own pair in that folder
  /// At the same time, and at most half of the files that the process may open. Of more, those that have said nothing
  /// are closed first.
  std::size_t connections = 1024;
};

/// The node's door for workers that it has not started: admits those whose keys are allowed, checks which module a key
/// may offer, and gives each a place of the node's.
///
/// Keys that are allowed or revoked count within a quarter of a second; the sessions of revoked ones end. Two or three
/// threads. Owner: the node's program; may outlive the node.
class worker_gate {
 public:
  struct seams {
    const clock& time;
    random& source;
    std::shared_ptr<worker_admission> admission;
    std::function<void(event)> publish;  ///< alerts about strangers; any thread; sets the time itself
  };

  /// Listens. `bad_input` when the address is wrong, or without keys no loopback address; `not_found`, `rejected` for
  /// the node's key; `io` when the address cannot be bound.
  [[nodiscard]] static expected<std::unique_ptr<worker_gate>> open(const gate_settings& s, seams with);
  worker_gate(const worker_gate&) = delete;
  worker_gate& operator=(const worker_gate&) = delete;
  ~worker_gate();

  /// With the port that was picked.
  [[nodiscard]] const std::string& endpoint() const;
  /// The node's public key; none without encryption.
  [[nodiscard]] const std::optional<public_key>& key() const;
  /// {address, encryption, public_key?, workers: [{worker, module}]}
  [[nodiscard]] value describe() const;

 private:
  class door;
  explicit worker_gate(std::unique_ptr<door> d);

  std::unique_ptr<door> door_;
};

/// `bad_input` when a node must not listen there without keys.
[[nodiscard]] expected<void> check_plain_address(const std::string& address);

}  // namespace agents
