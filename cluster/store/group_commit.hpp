// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "libagents/journal/store.hpp"

namespace agents::journal {

/// An append on its way: encoded by the thread that appended it.
struct pending_append {
  run_id run = {};
  std::uint64_t epoch = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t count = 0;
  time_point last_at{};
  summary_change change = {};
  std::string record = {};
  std::function<void(expected<void>)> done = {};
  expected<void> outcome = {};  ///< filled in by the commit
};

/// How long a commit may wait for another process.
enum class patience : std::uint8_t { none, usual };

/// Lets one thread at a time commit everything that was queued meanwhile ("group commit"). There is no artificial
/// delay: an append that finds the store idle is committed at once, alone; under load the batches grow by themselves.
///
/// The thread that commits is the one that appends (no hand-over, see `commit_by`), or the own thread of this object.
/// While a thread has the turn, the others queue; who ends its turn wakes the own thread when something is queued.
///
/// Callers: any thread. `commit` and every `done` are called by the thread that has the turn, hence one at a time and
/// in the order of the appends.
class group_commit {
 public:
  /// Commits a batch and sets the outcomes. False: another process was in the way and nothing has happened; the own
  /// thread will try again, with the usual patience.
  using commit_function = std::function<bool(std::vector<pending_append>& batch, patience)>;

  /// At most `max_queued_bytes` of encoded records wait; a single larger one is accepted when nothing else waits.
  group_commit(std::size_t max_queued_bytes, commit_function commit);
  group_commit(const group_commit&) = delete;
  group_commit& operator=(const group_commit&) = delete;
  /// Commits what is queued, then ends the own thread.
  ~group_commit();

  void push(pending_append append, commit_by by);

  /// Takes the turn, commits what was queued before, and calls `work`. Must not be called from a `done`.
  template <class Work>
  auto exclusively(Work work) {
    const turn mine{*this};
    commit_queued(patience::usual);
    return work();
  }

  /// Calls the append's `done`, or keeps a failure for `take_untold`.
  void tell(pending_append& append, expected<void> outcome);
  /// The first failure of an append without `done` since the last call.
  [[nodiscard]] expected<void> take_untold();

 private:
  /// Holds the turn while it lives.
  class turn {
   public:
    explicit turn(group_commit& of) : of_(of) { of_.take_turn(); }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() { of_.end_turn(); }

   private:
    group_commit& of_;
  };

  [[nodiscard]] bool enqueue(pending_append& append, commit_by by, bool& has_turn);
  void take_turn();
  void end_turn();
  void commit_queued(patience how_long);
  void put_back();
  void tell_outcomes();
  void run();

  const std::size_t max_queued_bytes_;
  const commit_function commit_;

  std::mutex mutex_;
  std::condition_variable work_;  ///< for the own thread: something is queued and nobody has the turn
  std::condition_variable free_;  ///< for `exclusively`: the turn is free
  std::vector<pending_append> queue_;
  std::size_t queued_bytes_ = 0;  ///< those being committed included
  int waiting_exclusive_ = 0;
  bool busy_ = false;  ///< somebody has the turn
  bool stopping_ = false;
  std::thread::id holder_;  ///< of the turn
  std::optional<error> untold_;

  std::vector<pending_append> batch_;  ///< of who has the turn; a member to keep its memory
  std::thread thread_;                 ///< last: starts when everything else is there
};

}  // namespace agents::journal
