// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace agents {

using duration = std::chrono::nanoseconds;

/// A point in time of a `clock`: nanoseconds since the Unix epoch, never decreasing within one process.
struct time_point {
  std::int64_t ns = 0;

  friend auto operator<=>(const time_point&, const time_point&) = default;
  friend time_point operator+(time_point t, duration d) { return {t.ns + d.count()}; }
  friend time_point operator-(time_point t, duration d) { return {t.ns - d.count()}; }
  friend duration operator-(time_point a, time_point b) { return duration{a.ns - b.ns}; }
};

/// Later than every real time: "no deadline yet". The node replaces it by its own limit.
inline constexpr time_point never{INT64_MAX};

/// Where time comes from. A seam: nothing else in libagents reads the system's clocks.
///
/// Callers: any thread.
class clock {
 public:
  virtual ~clock() = default;
  [[nodiscard]] virtual time_point now() const = 0;
};

/// The system's monotonic clock, anchored once at the wall clock so that its points can be journaled and shown.
class system_clock final : public clock {
 public:
  system_clock();
  [[nodiscard]] time_point now() const override;

 private:
  std::int64_t offset_ns_;
};

/// A clock that stands still until it is advanced. For tests and simulation.
class manual_clock final : public clock {
 public:
  explicit manual_clock(time_point start = {1'700'000'000'000'000'000}) : now_(start.ns) {}
  [[nodiscard]] time_point now() const override { return {now_.load(std::memory_order_relaxed)}; }
  void advance(duration d) { now_.fetch_add(d.count(), std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> now_;
};

/// Seconds as a double, for people and for metrics.
[[nodiscard]] inline double seconds(duration d) { return std::chrono::duration<double>(d).count(); }

/// "2026-11-21T21:36:14.123Z" (UTC, milliseconds).
[[nodiscard]] std::string to_iso8601(time_point t);

}  // namespace agents
