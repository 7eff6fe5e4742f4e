// SPDX-License-Identifier: Apache-2.0
// Steps, fan-out and runs per second, in memory.
#include "cluster/bench/bench_node.hpp"
#include "cluster/bench/measure.hpp"
#include "libagents/runtime/raw_limits.hpp"

namespace agents::bench {
namespace {

int scaled(int n, double scale) { return std::max(3, static_cast<int>(n * scale)); }

std::vector<measurement> local_step(double scale) {
  constexpr int length = 100;
  bench_node n;
  const auto plan = chain_plan(length);
  const auto task = text_task(100);
  std::vector<double> samples;
  std::vector<double> raw;
  for (int i = 0; i < scaled(60, scale); ++i) {
    samples.push_back(time_of([&] { (void)n.run(task, plan); }) * 1e6 / length);
    raw.push_back(raw_caf_request_seconds(1000) * 1e6);
  }
  samples.erase(samples.begin(), samples.begin() + 2);  // the first runs warm caches
  return {
      summary("local_step", "µs", samples, "route, call, verify schema, journal in memory; per step of a chain of 100"),
      summary("raw_caf_request", "µs", raw,
              "bare CAF request and response between two actors, same scheduler settings")};
}

std::vector<measurement> fan_out(double scale) {
  bench_node n;
  const auto plan = fan_plan();
  const auto task = list_task(100);
  std::vector<double> samples;
  for (int i = 0; i < scaled(60, scale); ++i) samples.push_back(time_of([&] { (void)n.run(task, plan); }) * 1e3);
  samples.erase(samples.begin(), samples.begin() + 2);
  return {summary("fan_out_1_100_1", "ms", samples, "one step, a hundred instances, one step that gathers")};
}

std::vector<measurement> many_runs(double scale) {
  bench_node n{nullptr, 0, 2};
  const auto plan = chain_plan(5);
  const auto task = text_task(100);
  constexpr int runs = 1000;
  std::vector<double> samples;
  for (int i = 0; i < scaled(15, scale); ++i) samples.push_back(runs / time_of([&] { n.run_many(task, plan, runs); }));
  return {summary("runs_in_memory", "runs/s", samples, "1,000 concurrent runs of 5 steps")};
}

}  // namespace

std::vector<suite> orchestration_suites() {
  return {{"local_step", local_step}, {"fan_out", fan_out}, {"runs_in_memory", many_runs}};
}

}  // namespace agents::bench
