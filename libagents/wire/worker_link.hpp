// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libagents/wire/node_session.hpp"

namespace agents::wire {

/// Who hears what a worker does: a replica in its own process.
///
/// Called from the transport's thread, or from the thread that is calling the link, never while the link holds a lock.
/// Must return soon and must not wait for the link.
class worker_listener {
 public:
  virtual ~worker_listener() = default;
  /// The last report is `report::closed`. Payloads are still packed: decode them elsewhere.
  virtual void on_report(node_report r) = 0;
};

/// One worker process as its node sees it: a seam between the runtime, which supervises, and the transport, which moves
/// frames. It serves one incarnation; the next one gets a link of its own.
///
/// What happens to calls is told to the `worker_listener`: each call that `start` accepted is reported as finished
/// exactly once. The functions are those of `node_session`, with the clock and the sockets filled in.
///
/// Callers: any thread; nothing blocks.
class worker_link {
 public:
  virtual ~worker_link() = default;
  virtual void accept(std::optional<saved_state> state) = 0;
  virtual void refuse(const error& why) = 0;
  /// Errors: those of `node_session::start`, and `bad_input` when the call is larger than the format allows.
  [[nodiscard]] virtual expected<std::int64_t> start(call c, time_point deadline) = 0;
  virtual void cancel(std::int64_t id, std::string why) = 0;
  virtual void grant(std::int64_t id, std::int64_t chunks) = 0;
  virtual void reply(answer a) = 0;
  virtual void confirm_saved(std::int64_t number) = 0;
  virtual void drain(duration timeout) = 0;
  /// The process has ended, or must not be heard any more: open calls end with `code`.
  virtual void close(errc code, const std::string& text) = 0;
  [[nodiscard]] virtual std::int64_t room() const = 0;
};

}  // namespace agents::wire
