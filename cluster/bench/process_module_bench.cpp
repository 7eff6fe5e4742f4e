// SPDX-License-Identifier: Apache-2.0
// A process module through a node: what a call costs, and how soon one that was killed answers again.
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "cluster/bench/measure.hpp"
#include "cluster/process/process_launcher.hpp"
#include "cluster/transport/worker_process.hpp"
#include "libagents/module.hpp"
#include "libagents/runtime/node.hpp"

namespace agents::bench {
namespace {

constexpr std::chrono::seconds patience{30};

module echo() {
  return module("echo", "1.0.0")
      .offers("bench.echo@1", [](const value& in) -> value { return in; }, {.effect = effect::pure})
      .offers("bench.pid@1", [](const value&) -> value { return static_cast<std::int64_t>(::getpid()); });
}

/// A node with this program as its process module.
class process_bench_node {
 public:
  process_bench_node() : node_(config()) {
    process_options how;
    how.name = "echo";
    how.command.arguments = {std::filesystem::read_symlink("/proc/self/exe").string(), "bench", "--serve"};
    module_options options;
    options.supervision.intensity = 100'000;
    options.supervision.first_backoff = {};
    AGENTS_ASSERT(node_.add_process(how, options));
  }

  value ask(std::string_view capability, const value& input) {
    const auto r = node_.ask(capability, input, patience);
    AGENTS_ASSERT(r);
    return **r;
  }
  /// The next answer of a process that is not this one.
  void wait_for_another(std::int64_t pid) {
    for (;;) {
      const auto r = node_.ask("bench.pid@1", object{}, patience);
      if (r && (*r)->as_integer() != pid) return;
    }
  }

 private:
  static node_config config() {
    node_config c;
    c.processes = open_worker_launcher;
    return c;
  }
  node node_;
};

std::vector<measurement> process_modules(double scale) {
  process_bench_node n;
  const value input = object{{"text", std::string(1000, 'x')}};
  std::vector<double> calls;
  for (int i = 0; i < 1000; ++i) (void)n.ask("bench.echo@1", input);
  for (int i = 0; i < static_cast<int>(10'000 * scale); ++i)
    calls.push_back(time_of([&] { (void)n.ask("bench.echo@1", input); }) * 1e6);
  std::vector<double> restarts;
  for (int i = 0; i < static_cast<int>(50 * scale); ++i) {
    const auto pid = n.ask("bench.pid@1", object{}).as_integer();
    restarts.push_back(time_of([&] {
                         ::kill(static_cast<pid_t>(pid), SIGKILL);
                         n.wait_for_another(pid);
                       }) *
                       1e3);
  }
  return {summary("process_call_1_kB", "µs", calls, "node.ask of a process module; beside raw_zmq_round_trip_1_kB"),
          summary("process_restart", "ms", restarts, "kill -9 until the next process has answered; a C++ module")};
}

}  // namespace

std::vector<suite> process_module_suites() { return {{"process_module", process_modules}}; }

int serve_echo() { return worker_exit_code(serve(echo())); }

}  // namespace agents::bench
