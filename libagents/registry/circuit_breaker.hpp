// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "libagents/core/clock.hpp"

namespace agents {

struct circuit_options {
  bool enabled = true;
  std::uint32_t window = 32;                         ///< of the last so many requests, at most 64 …
  std::uint32_t least = 10;                          ///< … if there were at least so many …
  double failures = 0.5;                             ///< … this share failed: the circuit opens
  duration open = std::chrono::seconds{1};           ///< for this time, doubled each time a probe fails …
  duration open_at_most = std::chrono::seconds{30};  ///< … up to this
  std::uint32_t probes = 3;                          ///< requests let through then; if all are good the circuit closes
};

/// Keeps requests away from what keeps failing, so that they fail at once or go elsewhere, and it can recover.
///
/// Callers: any thread. Source: Nygard, "Release It!", 2007.
class circuit_breaker {
 public:
  enum class state : std::uint8_t { closed, open, half_open };
  enum class outcome : std::uint8_t { good, failed, unknown };

  explicit circuit_breaker(circuit_options options = {});

  /// The phase of the circuit in which a request was sent: what it ends as says nothing about a later phase.
  enum class phase : std::uint64_t {};

  /// May a request be sent now?
  [[nodiscard]] bool allows(time_point now) const;
  /// A request is being sent; `ended` follows exactly once with the phase, with `unknown` if it could not be sent.
  [[nodiscard]] phase begun(time_point now);
  /// True when this has opened the circuit. A request of an earlier phase changes nothing: what was sent before the
  /// circuit opened is no probe.
  bool ended(phase sent_in, outcome how, time_point now);
  [[nodiscard]] state now_is(time_point now) const;

 private:
  bool open(time_point now);
  void close();
  void begin_phase(state s);
  [[nodiscard]] phase current() const { return phase{phase_.load(std::memory_order_acquire)}; }

  const circuit_options options_;
  mutable std::mutex mutex_;  ///< not taken while the circuit is closed and the window shows no failure
  std::atomic<state> state_{state::closed};
  std::atomic<std::uint64_t> phase_{0};  ///< grows whenever the circuit opens, closes or lets new probes through
  std::atomic<bool> spotless_{false};    ///< the window is full of good ones: another one changes nothing
  std::uint64_t recent_ = 0;             ///< one bit per request, the newest lowest; 1: failed
  std::uint32_t count_ = 0;
  std::uint32_t begun_ = 0;  ///< probes sent in this half-open phase
  std::uint32_t good_ = 0;   ///< of them
  duration open_for_;
  time_point until_{};
};

[[nodiscard]] std::string_view to_string(circuit_breaker::state s) noexcept;

}  // namespace agents
