// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "libagents/core/event.hpp"
#include "monitoring/families_impl.hpp"
#include "monitoring/run_table.hpp"

namespace agents::monitoring {

/// The metrics of whole runs: how many, in which state, how long.
class run_metrics {
 public:
  explicit run_metrics(prometheus::Registry& registry);

  void started(const event& e);
  void resumed(const event& e);
  void asked(const event& e);
  void answered(const event& e);
  void finished(const event& e);
  void plan_checked(bool accepted) { (accepted ? plans_accepted_ : plans_rejected_).Increment(); }
  /// Counts the attempt as in flight until it or its run ends.
  void attempt_opened(const event& e, request_entry& entry);
  /// The labels under which the attempt was opened, or nullptr when that was not seen. It is no longer in flight.
  request_entry* attempt_closed(const event& e);

 private:
  static constexpr std::array<std::string_view, 6> statuses{"completed", "partial",   "failed",
                                                            "waiting",   "cancelled", "other"};

  struct per_status {
    prometheus::Counter* count;
    prometheus::Histogram* duration;
  };

  void enter(const event& e);
  void leave(const run_table::ended& left);
  [[nodiscard]] const per_status& of(const event& e) const noexcept;

  run_table table_;
  gauge_family& runs_;
  prometheus::Gauge& running_;
  prometheus::Gauge& waiting_;
  prometheus::Counter& started_;
  prometheus::Counter& resumed_;
  counter_family& plans_;
  prometheus::Counter& plans_accepted_;
  prometheus::Counter& plans_rejected_;
  std::array<per_status, statuses.size()> ends_;
};

}  // namespace agents::monitoring
