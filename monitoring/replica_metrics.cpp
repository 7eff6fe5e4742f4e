// SPDX-License-Identifier: Apache-2.0
#include "monitoring/replica_metrics_impl.hpp"

namespace agents::monitoring {

replica_entry::families::families(prometheus::Registry& registry)
    : starts(make_counter(registry, metric::replica_starts)),
      exits(make_counter(registry, metric::replica_exits)),
      restarts(make_counter(registry, metric::replica_restarts)),
      depth(make_gauge(registry, metric::replica_queue_depth)),
      in_flight(make_gauge(registry, metric::replica_in_flight)),
      alerts(make_counter(registry, metric::alerts)),
      verdicts(make_counter(registry, metric::verdicts)) {}

replica_entry::replica_entry(families& f, const std::string& module)
    : families_(f),
      labels_{{"module", module}},
      starts_(f.starts.Add(labels_)),
      restarts_{},
      depth_(f.depth.Add(labels_)),
      in_flight_(f.in_flight.Add(labels_)),
      alerts_(f.alerts.Add(labels_)) {
  for (const auto reason : restart_reasons)
    restarts_[static_cast<std::size_t>(reason)] =
        &f.restarts.Add({{"module", module}, {"reason", std::string{to_string(reason)}}});
}

void replica_entry::exited(errc outcome) {
  auto labels = labels_;
  labels.emplace("outcome", to_string(outcome));
  families_.exits.Add(labels).Increment();
}

void replica_entry::reported(const std::string& replica, std::uint32_t depth, std::uint32_t in_flight) {
  const std::lock_guard lock{mutex_};
  loads_[replica] = {depth, in_flight};
  load sum;
  for (const auto& [name, l] : loads_) {
    sum.depth += l.depth;
    sum.in_flight += l.in_flight;
  }
  depth_.Set(sum.depth);
  in_flight_.Set(sum.in_flight);
}

void replica_entry::judged(errc outcome) {
  auto labels = labels_;
  labels.emplace("verdict", outcome == errc::none ? "pass" : outcome == errc::rejected ? "fail" : "error");
  families_.verdicts.Add(labels).Increment();
}

}  // namespace agents::monitoring
