// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace agents::monitoring {

/// Every metric that libagents exports, in the order of `metric_table()`.
enum class metric : std::uint8_t {
  requests,
  request_queueing,
  request_handling,
  attempts,
  attempts_in_flight,
  hedges,
  cost_money,
  cost_tokens,
  reliability,
  verdicts,
  reflections,
  replica_starts,
  replica_exits,
  replica_restarts,
  replica_queue_depth,
  replica_in_flight,
  escalations,
  group_restarts,
  alerts,
  plans,
  runs,
  runs_started,
  runs_resumed,
  runs_finished,
  run_duration,
  label_overflow,
};

/// Name, type, labels and meaning of one metric: a line of docs/metrics.md (a test compares the two).
struct metric_row {
  std::string_view name;
  std::string_view type;    ///< "counter", "gauge" or "histogram"
  std::string_view labels;  ///< separated by ", "
  std::string_view help;
};

[[nodiscard]] std::span<const metric_row> metric_table() noexcept;
[[nodiscard]] const metric_row& row_of(metric m) noexcept;

/// Upper bounds in seconds of the histograms of single requests: from a local call to a slow model.
[[nodiscard]] std::span<const double> request_bounds_seconds() noexcept;
/// Upper bounds in seconds of the durations of whole runs, which may wait for a person.
[[nodiscard]] std::span<const double> run_bounds_seconds() noexcept;

}  // namespace agents::monitoring
