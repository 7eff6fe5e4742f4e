// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/assert.hpp"
#include "monitoring/families_impl.hpp"

namespace agents::monitoring {
namespace {

template <class Builder>
auto& registered(Builder builder, prometheus::Registry& registry, metric m, std::string_view type) {
  const auto& row = row_of(m);
  AGENTS_ASSERT(row.type == type);
  return builder.Name(std::string{row.name}).Help(std::string{row.help}).Register(registry);
}

std::vector<double> copy(std::span<const double> bounds) { return {bounds.begin(), bounds.end()}; }

}  // namespace

counter_family& make_counter(prometheus::Registry& registry, metric m) {
  return registered(prometheus::BuildCounter(), registry, m, "counter");
}

gauge_family& make_gauge(prometheus::Registry& registry, metric m) {
  return registered(prometheus::BuildGauge(), registry, m, "gauge");
}

histogram_family& make_histogram(prometheus::Registry& registry, metric m) {
  return registered(prometheus::BuildHistogram(), registry, m, "histogram");
}

std::vector<double> request_buckets() { return copy(request_bounds_seconds()); }

std::vector<double> run_buckets() { return copy(run_bounds_seconds()); }

}  // namespace agents::monitoring
