// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "libagents/journal/store.hpp"
#include "libagents/orchestration/run_state.hpp"

namespace agents {

/// The journal of one run as its owner sees it: events gather, are appended as one record, and are durable some time
/// later. Keeps the journal about as large as the run's state.
///
/// Owner: one orchestrator. Not synchronised.
class run_journal {
 public:
  /// Called in any thread when everything before this sequence number is durable, or cannot be.
  using on_answer = std::function<void(std::uint64_t next_sequence, expected<void>)>;

  run_journal(journal::store& store, on_answer answer) : store_(store), answer_(std::move(answer)) {}

  /// Continues a journal, as the owner of `epoch`.
  void continue_at(std::uint64_t next_sequence, std::uint64_t epoch);
  void add(const event& e) { gathered_.push_back(e); }
  [[nodiscard]] bool has_gathered() const { return !gathered_.empty(); }

  /// Appends what has gathered. `must_know`: somebody waits; it is committed at once and `on_answer` called.
  void append(const run_id& run, bool must_know);
  void on_durable(std::uint64_t next_sequence, expected<void> result);

  /// Everything appended is durable.
  [[nodiscard]] bool is_durable() const { return durable_ == next_; }
  [[nodiscard]] std::uint64_t next_sequence() const { return next_; }
  [[nodiscard]] std::uint64_t durable_sequence() const { return durable_; }
  /// The error of the store, after which nothing is appended any more.
  [[nodiscard]] const expected<void>& result() const { return result_; }

  [[nodiscard]] bool is_long() const { return next_ - compacted_ >= distance_; }
  /// Replaces what is finished by a snapshot. The distance to the next time grows with the snapshot: the cost per event
  /// stays constant.
  expected<void> compact(const run_state& state);

 private:
  /// A run of a few hundred steps is never compacted.
  static constexpr std::uint64_t shortest_distance = 2000;

  journal::store& store_;
  on_answer answer_;
  std::vector<event> gathered_;
  std::uint64_t next_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t compacted_ = 0;
  std::uint64_t distance_ = shortest_distance;
  std::uint64_t epoch_ = 0;
  expected<void> result_;
};

}  // namespace agents
