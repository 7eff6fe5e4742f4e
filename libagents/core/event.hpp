// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libagents/core/clock.hpp"
#include "libagents/core/errc.hpp"
#include "libagents/core/ids.hpp"
#include "libagents/core/value.hpp"

namespace agents {

/// What happened. Append-only: the numbers are journaled. Which fields of `event` each kind uses is the table in
/// docs/journal_format.md; kinds from 64 on are observations that are never journaled.
enum class event_kind : std::uint8_t {
  run_started = 1,    ///< data: the task
  plan_accepted = 2,  ///< data: the plan
  plan_rejected = 3,  ///< text: why
  attempt_started =
      4,  ///< step, attempt, capability, module, version; data: the routing decision; money, tokens: reserved
  attempt_finished = 5,    ///< step, attempt, module, outcome, queueing, handling, money, tokens; data: the output
  verdict = 6,             ///< step, attempt, module = verifier, outcome none/rejected, score, text = critique
  reflection = 7,          ///< step, text = rung of the ladder; data: why
  step_finished = 8,       ///< step, outcome; data: the output that counts
  approval_requested = 9,  ///< step, text = the question; data: what the person sees
  approval_given = 10,     ///< step, text = note; data: {approved, edit}
  run_finished = 11,       ///< outcome, text = status; data: the answer
  run_resumed = 12,        ///< attempt = how many times this run was resumed
  run_cancelled = 13,      ///< text = why

  replica_started = 64,    ///< module, version, attempt = incarnation
  replica_exited = 65,     ///< module, outcome, text = reason
  replica_restarted = 66,  ///< module, text = reason
  replica_escalated = 67,  ///< module = supervisor, text
  replica_depth = 68,      ///< module, depth = mailbox depth, in_flight
  chunk = 69,              ///< step, attempt, module; data: a streamed part of the output
  progress = 70,           ///< step, text
  alert = 71,              ///< module, text
  request_finished = 72,   ///< like attempt_finished, for requests between modules (`call.ask`)
  lesson = 73,             ///< module, capability, score = new reliability
  request_hedged = 74,     ///< module, capability, run, step, attempt, text = won or lost; handling = until the answer
  group_restarted = 75,    ///< module = supervisor, text = reason; data: ids of the children, in the order of starting
  module_upgrade = 76,     ///< module, version = the new one, text = begins, canary, shifted, done, rolled back: why
};

[[nodiscard]] std::string_view to_string(event_kind kind) noexcept;
[[nodiscard]] constexpr bool is_journaled(event_kind kind) noexcept { return static_cast<int>(kind) < 64; }

/// One thing that happened. The same type is journaled, folded into a run's state, exported as metrics and shown.
///
/// Fields that a kind does not use stay at their defaults and are not encoded.
struct event {
  event_kind kind{};
  time_point at{};
  run_id run{};
  std::string step;           ///< id of the step; "classify[3]" for the fourth instance of an `each` step
  std::uint32_t attempt = 0;  ///< 1 for the first
  std::string capability;     ///< "text.retrieve@1"
  std::string module;
  std::string version;
  errc outcome = errc::none;
  std::string text;
  double score = 0;              ///< 0..1
  duration queueing{};           ///< waiting in the mailbox
  duration handling{};           ///< inside the module
  std::int64_t micro_money = 0;  ///< millionths of the budget's currency
  std::int64_t tokens = 0;
  std::uint32_t depth = 0;      ///< messages waiting in the mailbox
  std::uint32_t in_flight = 0;  ///< requests being handled
  shared_value data;            ///< may be null

  /// Compares contents (data by value), for tests of determinism.
  friend bool operator==(const event& a, const event& b);
};

/// Receives events. Called by many threads at once; must return quickly (microseconds) and not throw.
class event_sink {
 public:
  virtual ~event_sink() = default;
  virtual void on_event(const event& e) = 0;
};

/// Delivers every event to every observer, in the thread that publishes it.
///
/// An observer that throws harms nobody: it has missed that event, which is counted; the first time the others get an
/// `alert`. Observers are added before the first event is published; afterwards the list does not change.
class event_bus final : public event_sink {
 public:
  event_bus() = default;
  explicit event_bus(std::vector<std::shared_ptr<event_sink>> observers) {
    for (auto& o : observers) add(std::move(o));
  }
  void add(std::shared_ptr<event_sink> observer) { observers_.emplace_back(std::move(observer)); }
  void on_event(const event& e) override;
  /// How many events observers have missed because they threw. Callers: any thread.
  [[nodiscard]] std::uint64_t missed() const { return missed_.load(std::memory_order_relaxed); }

 private:
  struct observer {
    explicit observer(std::shared_ptr<event_sink> s) : sink(std::move(s)) {}
    std::shared_ptr<event_sink> sink;
    std::atomic<bool> has_thrown{false};
  };

  void has_missed(observer& who, time_point at) noexcept;

  std::deque<observer> observers_;
  std::atomic<std::uint64_t> missed_{0};
};

/// Keeps events in memory, for tests and for `--json` reports. Thread-safe.
class event_log final : public event_sink {
 public:
  void on_event(const event& e) override;
  /// A copy of what has arrived so far.
  [[nodiscard]] std::vector<event> events() const;

 private:
  mutable std::mutex mutex_;
  std::vector<event> events_;
};

}  // namespace agents
