// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libagents/core/event.hpp"

namespace agents::journal {

/// One line of a list of runs.
struct run_summary {
  run_id run = {};
  std::string job = {};
  /// "running", "waiting" (for a person), or how it ended: "completed", "partial", "failed", "cancelled".
  std::string status = "running";
  time_point started{};
  time_point updated{};      ///< of the last event
  std::uint64_t events = 0;  ///< ever appended, compacted ones included
};

/// What a batch of events changes in the summary of its run. Absent: as before.
struct summary_change {
  std::optional<std::string> job;
  std::optional<std::string> status;
  std::optional<time_point> started;

  [[nodiscard]] bool empty() const { return !job && !status && !started; }
};

/// The change that events in order make. run_started gives job (`data.job`) and time; run_started, run_resumed and
/// approval_given make the run "running", approval_requested "waiting", run_cancelled "cancelled"; run_finished gives
/// its text, or "completed" / "failed" by its outcome when the text is empty.
[[nodiscard]] summary_change change_of(std::span<const event> events);

void apply(run_summary& summary, const summary_change& change);

/// True for a run that goes on: "running" and "waiting". Only the others are removed by retention.
[[nodiscard]] bool is_open(std::string_view status) noexcept;

}  // namespace agents::journal
