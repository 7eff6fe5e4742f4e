// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <vector>

#include "monitoring/metric_table.hpp"

namespace agents::monitoring {

using counter_family = prometheus::Family<prometheus::Counter>;
using gauge_family = prometheus::Family<prometheus::Gauge>;
using histogram_family = prometheus::Family<prometheus::Histogram>;

/// Registers the metric under the name and the help text of its row in the table.
[[nodiscard]] counter_family& make_counter(prometheus::Registry& registry, metric m);
[[nodiscard]] gauge_family& make_gauge(prometheus::Registry& registry, metric m);
[[nodiscard]] histogram_family& make_histogram(prometheus::Registry& registry, metric m);

[[nodiscard]] std::vector<double> request_buckets();
[[nodiscard]] std::vector<double> run_buckets();

}  // namespace agents::monitoring
