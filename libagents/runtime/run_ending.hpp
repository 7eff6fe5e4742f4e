// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>

#include "libagents/runtime/orchestrator.hpp"

namespace agents {

/// How a run leaves memory: its caller is told once, and then it is forgotten, whatever throws on the way.
///
/// Owner: the run's actor and its host. Callers: any thread; whoever is first counts.
class run_ending {
 public:
  using on_end = std::function<void(run_result)>;
  run_ending(services& s, const run_id& id, on_end done, std::function<void()> forget)
      : services_(s), id_(id), done_(std::move(done)), forget_(std::move(forget)) {}

  /// A caller's `done` that throws is an alert: the run has ended all the same.
  void end(run_result r);
  /// The actor has ended. If it did so without a result, a turn of it threw: the result is `failed`, with `internal` as
  /// the journal's error. The run is open in the journal and can be resumed.
  void actor_ended(const actor_exit& how);

 private:
  void alert(std::string text);

  services& services_;
  const run_id id_;
  on_end done_;
  std::function<void()> forget_;
  std::atomic<bool> over_{false};
};

}  // namespace agents
