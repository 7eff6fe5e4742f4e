// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>

#include "libagents/core/event.hpp"
#include "monitoring/families_impl.hpp"
#include "monitoring/label_table.hpp"

namespace agents::monitoring {

/// The metrics of one (module, capability), looked up once and then only counted.
///
/// Every series exists from the first event on, at zero, so that `increase()` sees also the first error of a kind.
/// The reliability is the exception: it has no value before the first lesson.
class request_entry {
 public:
  struct families;
  request_entry(families& f, const std::string& module, const std::string& capability);

  void attempt_started(std::uint32_t attempt);
  void attempt_left() { in_flight_.Decrement(); }
  void attempt_entered() { in_flight_.Increment(); }
  /// Counts the request that `e` ends, its latency and its cost, under `outcome`.
  void finished(const event& e, errc outcome);
  void learned(double reliability);
  void hedged(bool won) { (won ? hedges_won_ : hedges_lost_).Increment(); }

 private:
  static constexpr auto outcome_count = static_cast<std::size_t>(last_errc) + 1;

  void observe_latency(const event& e, errc outcome);

  families& families_;
  prometheus::Labels labels_;
  std::array<prometheus::Counter*, outcome_count> outcomes_;
  prometheus::Counter& first_;
  prometheus::Counter& retry_;
  prometheus::Gauge& in_flight_;
  prometheus::Counter& hedges_won_;
  prometheus::Counter& hedges_lost_;
  prometheus::Histogram& queueing_;
  prometheus::Histogram& handling_;
  prometheus::Counter& money_;
  prometheus::Counter& tokens_;
};

struct request_entry::families {
  explicit families(prometheus::Registry& registry);
  counter_family& requests;
  counter_family& attempts;
  gauge_family& in_flight;
  counter_family& hedges;
  histogram_family& queueing;
  histogram_family& handling;
  counter_family& money;
  counter_family& tokens;
  gauge_family& reliability;
};

}  // namespace agents::monitoring
