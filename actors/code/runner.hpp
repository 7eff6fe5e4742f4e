// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "actors/code/snippet.hpp"
#include "libagents/core/clock.hpp"

namespace agents::code {

/// How snippets are run on a node: [code] of its configuration.
struct runner_settings {
  unsigned parallel = 0;  ///< at most so many at once; 0: as many as cores, at least 2
  unsigned warm = 2;      ///< sandboxed interpreters of each used language that wait for a snippet; 0: none
};

/// One run that was asked for. Whoever gives it up early sets `unwanted`; then it is killed.
struct running_snippet {
  std::atomic<bool> unwanted{false};
  std::atomic<bool> done{false};
  std::optional<expected<snippet_result>> result;  ///< set before `done`
};

/// Runs snippets, each in a fresh sandbox without network, of which nothing survives.
///
/// Its threads start when the first snippet comes. One that hangs holds one of them until its time is over, and none of
/// the others. Callers: any thread. The destructor kills what runs.
class runner {
 public:
  explicit runner(runner_settings s);
  runner(const runner&) = delete;
  runner& operator=(const runner&) = delete;
  ~runner();

  /// Queues a checked snippet; at most `time_left` of its own time limit is given to it.
  [[nodiscard]] std::shared_ptr<running_snippet> begin(snippet s, duration time_left);

 private:
  class crew;
  std::unique_ptr<crew> crew_;
};

/// Runs one snippet in this thread, in a new sandbox. Errors: those of `process::start`.
[[nodiscard]] expected<snippet_result> run_once(const snippet& s);

}  // namespace agents::code
