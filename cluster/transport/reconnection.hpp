// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/random.hpp"

namespace agents {

/// What a worker that its node did not start does when a session has ended: try again, after a pause that grows from
/// 0.1 s to 5 s, or end, because trying again would not help.
///
/// Owner: the serving loop.
class reconnection {
 public:
  explicit reconnection(random& jitter) : jitter_(jitter) {}

  /// How long to wait before the next try; nothing: end with what the session ended with. `welcomed`: the node had
  /// begun the session, so it is well, and the pauses begin anew.
  [[nodiscard]] std::optional<duration> pause_after(const expected<void>& session, bool welcomed);

 private:
  random& jitter_;
  duration next_ = first;

  static constexpr duration first = std::chrono::milliseconds{100};
  static constexpr duration longest = std::chrono::seconds{5};
};

}  // namespace agents
