// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "libagents/contract/fields.hpp"

namespace agents::bench {

/// One figure. `median` and `p99` are over `runs` repetitions, in `unit`; `p99` is the bad end: of rates the lowest per
/// cent.
struct measurement {
  std::string name;
  std::string unit;
  double median = 0;
  double p99 = 0;
  std::int64_t runs = 0;
  std::string note;  ///< what it compares with
  AGENTS_FIELDS(name, unit, median, p99, runs, note)
};

/// How long `f` takes, in seconds, by the monotonic clock.
[[nodiscard]] double time_of(const std::function<void()>& f);

/// Summarises samples that are in `unit` already.
[[nodiscard]] measurement summary(std::string name, std::string unit, std::vector<double> samples,
                                  std::string note = {});

/// A group of benchmarks that share their set-up; `scale` is 1, or less for quick runs.
struct suite {
  std::string name;
  std::function<std::vector<measurement>(double scale)> run;
};

[[nodiscard]] std::vector<suite> orchestration_suites();
[[nodiscard]] std::vector<suite> journal_suites();
[[nodiscard]] std::vector<suite> contract_suites();
[[nodiscard]] std::vector<suite> process_suites();
[[nodiscard]] std::vector<suite> wire_suites();
[[nodiscard]] std::vector<suite> process_module_suites();
[[nodiscard]] std::vector<suite> process_code_suites();

/// The module in another process that `process_module_suites` calls: `agents bench --serve`. The exit code.
[[nodiscard]] int serve_echo();
[[nodiscard]] std::vector<suite> supervision_suites();

}  // namespace agents::bench
