// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "libagents/core/clock.hpp"
#include "libagents/wire/codec.hpp"

namespace agents {

/// A worker's connection to its node: moves frames. A broken connection is made again; what was under way is lost.
///
/// One thread at a time.
class dealer {
 public:
  dealer() = default;
  dealer(const dealer&) = delete;
  dealer& operator=(const dealer&) = delete;
  virtual ~dealer() = default;

  /// Once, first of all. False: this is no address; a node that is not there yet is tried again.
  [[nodiscard]] virtual bool connect(const std::string& endpoint) = 0;
  /// What cannot be sent is lost: the silence that follows ends the session.
  virtual void send(wire::frames f) = 0;
  /// The next message, if one has arrived.
  [[nodiscard]] virtual std::optional<wire::frames> receive() = 0;
  /// Waits until something arrives, at most so long. Only after `receive` has found nothing, and with nothing sent
  /// since.
  virtual void wait(duration at_most) = 0;
  /// The handshake has failed because of a key.
  [[nodiscard]] virtual bool was_refused_by_key() { return false; }
};

}  // namespace agents
