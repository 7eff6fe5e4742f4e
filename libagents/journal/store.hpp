// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libagents/core/event.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/journal/history.hpp"
#include "libagents/journal/run_summary.hpp"

namespace agents::journal {

/// What an acknowledged append survives.
enum class durability : std::uint8_t {
  none,    ///< nothing promised; for measurements
  normal,  ///< the death of the process at any instant; not the loss of power, which may take the last appends
  full,    ///< the loss of power as well
};

/// Who commits an append.
enum class commit_by : std::uint8_t {
  /// The store's thread, together with everything queued meanwhile. `append` returns at once.
  store_thread,
  /// The calling thread, if no commit is going on; otherwise the store's thread. Saves the hand-over between threads
  /// (about 10 µs) and blocks for about 10 µs. With `durability::full` the store's thread always commits.
  caller_if_idle,
};

/// Events to be appended to the journal of a run, all or none.
struct append_request {
  run_id run = {};
  /// From `lease::epoch`; 0 for a run that nobody has ever claimed.
  std::uint64_t epoch = 0;
  /// The number of events appended before; see `history::next_sequence`.
  std::uint64_t first_sequence = 0;
  std::vector<event> events = {};
  commit_by by = commit_by::caller_if_idle;
  /// Called exactly once, when the events are durable or with the reason why they are not; may be empty. See `append`.
  std::function<void(expected<void>)> done = {};
};

/// The right to append to a run: whoever claims it later gets a higher epoch, which fences this one off.
struct lease {
  run_id run;
  std::string owner;
  std::uint64_t epoch = 0;
  time_point expires{};
};

/// Which finished runs are kept. A run is removed when it is beyond *any* of the limits, oldest first; open runs stay.
struct retention_policy {
  duration max_age = std::chrono::hours{24 * 30};    ///< since the run finished
  std::uint64_t max_runs = 10'000;                   ///< finished ones
  std::uint64_t max_bytes = std::uint64_t{1} << 30;  ///< of the journals of finished runs
};

/// Where what must survive is kept: journals of runs, who owns them, and small durable state. A seam.
///
/// Callers: any thread, unless said otherwise. All functions but `append` block until their work is done, and must not
/// be called from a `done`. Errors of all functions: `io` (disk full, file not writable: with the remedy), `corrupt`
/// (the store itself is damaged), and those named at the function.
class store {
 public:
  virtual ~store() = default;

  /// Queues events; never waits for queued ones. `done` is called in the order of the appends of a run, by the calling
  /// thread before `append` returns or by the store's thread. It must be quick and must not throw; it may call
  /// `append`.
  ///
  /// Errors, given to `done`:
  /// `conflict`    the epoch is not the run's (somebody else has claimed it), or `first_sequence` is not the next: a
  ///               repetition, a gap, or the sequel of an append that failed. After any error nothing was appended, and
  ///               the same events can be appended again.
  /// `overloaded`  more bytes are queued than the store takes; wait for earlier appends.
  /// `bad_input`   no events, observations, another run's events, or beyond the limits of the format.
  virtual void append(append_request request) = 0;

  /// Appends and waits. By the calling thread where that is allowed.
  [[nodiscard]] expected<void> append_and_wait(append_request request);

  /// What was durable at the time of the call. A damaged tail is not an error: see `history::damage`.
  /// `not_found` for a run that was never appended to nor claimed.
  [[nodiscard]] virtual expected<history> read(const run_id& run) = 0;

  /// At most `limit` runs, those that entered the store last first.
  [[nodiscard]] virtual expected<std::vector<run_summary>> runs(std::size_t limit) = 0;

  /// Replaces the events before `up_to_sequence` by a snapshot: events whose fold is the same. Appends queued before
  /// are carried out first. `conflict`: stale epoch, or so many events were not appended yet or are compacted already.
  /// `bad_input` as for `append`.
  [[nodiscard]] virtual expected<void> compact(const run_id& run, std::uint64_t epoch, std::uint64_t up_to_sequence,
                                               const std::vector<event>& snapshot) = 0;

  /// Drops everything from `from_sequence` on, damaged or not, so that a run can go on after `history::damage`.
  /// `from_sequence` is that history's `next_sequence`. `conflict`: stale epoch, or it is inside a snapshot.
  [[nodiscard]] virtual expected<void> truncate(const run_id& run, std::uint64_t epoch,
                                                std::uint64_t from_sequence) = 0;

  /// Removes finished runs beyond the policy and says how many.
  [[nodiscard]] virtual expected<std::uint64_t> retain(const retention_policy& policy, time_point now) = 0;

  /// Waits until everything queued before is durable or refused. Returns the first failure since the last flush that
  /// no `done` has been told.
  [[nodiscard]] virtual expected<void> flush() = 0;

  /// Takes the ownership of a run, known or new, for `ttl` by the store's clock. An owner is one process: its name must
  /// not be reused by the next. `conflict` while another owner's lease lasts. Every claim, also by the same owner,
  /// fences all earlier ones.
  [[nodiscard]] virtual expected<lease> claim(const run_id& run, std::string_view owner, duration ttl) = 0;
  /// Prolongs a lease from now. `conflict` when somebody else has claimed the run since.
  [[nodiscard]] virtual expected<lease> renew(const lease& held, duration ttl) = 0;
  /// Ends a lease, so that others need not wait for its end. The epoch stays valid until the next claim.
  [[nodiscard]] virtual expected<void> release(const lease& held) = 0;
  /// At most `limit` open runs that nobody owns now, oldest first: what a starting or surviving process takes over.
  [[nodiscard]] virtual expected<std::vector<run_id>> claimable(std::size_t limit) = 0;

  /// Small durable state beside the journals, such as the reliability of modules. A bucket is a namespace of keys.
  [[nodiscard]] virtual expected<void> put(std::string_view bucket, std::string_view key, std::string_view bytes) = 0;
  /// `not_found` for a key that was never put.
  [[nodiscard]] virtual expected<std::string> get(std::string_view bucket, std::string_view key) = 0;
  /// All entries of a bucket, sorted by key.
  [[nodiscard]] virtual expected<std::vector<std::pair<std::string, std::string>>> list(std::string_view bucket) = 0;
  /// Removes an entry; no error when there is none.
  [[nodiscard]] virtual expected<void> erase(std::string_view bucket, std::string_view key) = 0;
};

/// What a store knows of a run when it decides about an append.
struct run_position {
  std::uint64_t epoch = 0;
  std::uint64_t next_sequence = 0;
};

/// The rules that all stores share. `check_request` needs no state; `admit` compares with the run's.
[[nodiscard]] expected<void> check_request(const append_request& request);
[[nodiscard]] expected<void> check_events(const run_id& run, const std::vector<event>& events);
[[nodiscard]] expected<void> admit(const run_position& position, std::uint64_t epoch, std::uint64_t first_sequence);
[[nodiscard]] expected<void> check_epoch(std::uint64_t current, std::uint64_t given);
[[nodiscard]] expected<void> check_snapshot(const run_id& run, const std::vector<event>& snapshot);
/// Whether the events of `h` can be compacted up to, or cut from, a sequence number.
[[nodiscard]] expected<void> check_compaction(const history& h, std::uint64_t up_to_sequence);
[[nodiscard]] expected<void> check_truncation(const history& h, std::uint64_t from_sequence);
/// `not_found`, naming the run.
[[nodiscard]] unexpected unknown_run(const run_id& run);
[[nodiscard]] unexpected unknown_key(std::string_view bucket, std::string_view key);
/// `conflict`, naming who owns the run and until when.
[[nodiscard]] unexpected owned_by_other(const run_id& run, std::string_view owner, time_point expires);

}  // namespace agents::journal
