// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>

#include "actors/code/interpreter.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/sandbox/process.hpp"

namespace agents::code {

/// An interpreter in a sandbox of its own that waits for its only snippet.
class sandboxed_interpreter {
 public:
  /// Starts it; it may still be on its way when this returns. Killed when the calling thread ends.
  [[nodiscard]] static expected<std::unique_ptr<sandboxed_interpreter>> start(const interpreter& in,
                                                                              std::int64_t memory_mb);

  [[nodiscard]] std::int64_t memory_mb() const { return memory_mb_; }
  /// Has it not ended yet? It may have when this returns.
  [[nodiscard]] bool waits() const;
  /// Gives it the snippet and waits for its end: by itself, by `limit`, or because it is not wanted any more.
  [[nodiscard]] snippet_result run(const snippet& s, const std::string& job, duration limit,
                                   const std::atomic<bool>& unwanted);
  /// After `run`: had it ended by itself before it had taken the whole snippet? Then nothing of the snippet has run.
  [[nodiscard]] bool ended_before() const { return ended_before_; }

 private:
  explicit sandboxed_interpreter(std::unique_ptr<process> p, std::int64_t memory_mb)
      : process_(std::move(p)), memory_mb_(memory_mb) {}

  std::unique_ptr<process> process_;
  std::int64_t memory_mb_;
  bool ended_before_ = false;
};

}  // namespace agents::code
