// SPDX-License-Identifier: Apache-2.0
// A process module through a node: what a call costs, and how soon one that was killed answers again.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "cluster/bench/measure.hpp"
#include "cluster/keys/key_folder.hpp"
#include "cluster/process/process_launcher.hpp"
#include "cluster/transport/private_folder.hpp"
#include "cluster/transport/worker_gate.hpp"
#include "cluster/transport/worker_process.hpp"
#include "libagents/module.hpp"
#include "libagents/runtime/node.hpp"
#include "libagents/sandbox/process_tree.hpp"

namespace agents::bench {
namespace {

constexpr std::chrono::seconds patience{30};

module echo() {
  return module("echo", "1.0.0")
      .offers("bench.echo@1", [](const value& in) -> value { return in; }, {.effect = effect::pure})
      .offers("bench.life@1",
              [life = static_cast<std::int64_t>(system_random()->next() >> 1)](const value&) -> value { return life; });
}

/// The process that serves, by our numbers, whatever it is called in its sandbox.
pid_t serving_process() {
  pid_t found = 0;
  for (const int pid : sandbox::descendants_of(::getpid())) {
    std::ifstream in{"/proc/" + std::to_string(pid) + "/cmdline"};
    const std::string line{std::istreambuf_iterator<char>{in}, {}};
    if (!line.starts_with("bwrap") && line.find("--serve") != std::string::npos) found = pid;
  }
  return found;
}

/// A node with this program as its process module.
class process_bench_node {
 public:
  explicit process_bench_node(bool trusted) : node_(config()) {
    process_options how;
    how.name = "echo";
    how.command.arguments = {std::filesystem::read_symlink("/proc/self/exe").string(), "bench", "--serve"};
    how.command.may.trusted = trusted;
    how.command.may.at_most.cores = 0;  // a benchmark of the calls, not of the limit
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
  /// The next answer of another life than this one.
  void wait_for_another(std::int64_t life) {
    for (;;) {
      const auto r = node_.ask("bench.life@1", object{}, patience);
      if (r && (*r)->as_integer() != life) return;
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

std::vector<measurement> measure(bool trusted, double scale) {
  const auto start = time_of([&] { process_bench_node first{trusted}; }) * 1e3;  // also tries the sandbox out
  std::vector<double> starts;
  for (int i = 0; i < static_cast<int>(20 * scale); ++i)
    starts.push_back(time_of([&] { process_bench_node again{trusted}; }) * 1e3);
  process_bench_node n{trusted};
  const value input = object{{"text", std::string(1000, 'x')}};
  std::vector<double> calls;
  for (int i = 0; i < 1000; ++i) (void)n.ask("bench.echo@1", input);
  for (int i = 0; i < static_cast<int>(10'000 * scale); ++i)
    calls.push_back(time_of([&] { (void)n.ask("bench.echo@1", input); }) * 1e6);
  std::vector<double> restarts;
  for (int i = 0; i < static_cast<int>(50 * scale); ++i) {
    const auto life = n.ask("bench.life@1", object{}).as_integer();
    const auto pid = serving_process();
    AGENTS_ASSERT(pid > 0);
    restarts.push_back(time_of([&] {
                         ::kill(pid, SIGKILL);
                         n.wait_for_another(life);
                       }) *
                       1e3);
  }
  const std::string name = trusted ? "process" : "sandboxed";
  const std::string how = trusted ? "a trusted C++ module" : "a C++ module in its sandbox";
  return {summary(name + "_call_1_kB", "µs", calls, "node.ask of " + how + "; beside raw_zmq_round_trip_1_kB"),
          summary(name + "_restart", "ms", restarts, "kill -9 until the next process has answered; " + how),
          summary(name + "_start", "ms", starts,
                  "a node with " + how + ", made and ended; the first took " + std::to_string(static_cast<int>(start)) +
                      " ms")};
}

std::vector<measurement> process_modules(double scale) {
  auto all = measure(true, scale);
  for (auto& m : measure(false, scale)) all.push_back(std::move(m));
  return all;
}

/// This program as a worker that comes by itself, over TCP with keys: as one on another host.
class remote_worker_process {
 public:
  remote_worker_process(const std::string& endpoint, const public_key& node, const std::filesystem::path& key_file) {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
    std::vector<std::string> variables{"AGENTS_ENDPOINT=" + endpoint, "AGENTS_NODE_KEY=" + node.text(),
                                       "AGENTS_KEY_FILE=" + key_file.string()};
    std::vector<char*> environment;
    for (auto& v : variables) environment.push_back(v.data());
    environment.push_back(nullptr);
    std::string name = "agents";
    std::string command = "bench";
    std::string option = "--serve";
    char* const arguments[] = {name.data(), command.data(), option.data(), nullptr};
    AGENTS_ASSERT(::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments, environment.data()) == 0);
  }
  remote_worker_process(const remote_worker_process&) = delete;
  remote_worker_process& operator=(const remote_worker_process&) = delete;
  ~remote_worker_process() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_ = 0;
};

std::vector<measurement> remote_modules(double scale) {
  const auto folder = private_folder::create();
  AGENTS_ASSERT(folder);
  key_folder keys{folder->path() / "keys"};
  const auto own = keys.make("node");
  const auto worker = keys.make("worker");
  AGENTS_ASSERT(own && worker && keys.allow({"worker", worker->open, {"echo"}}));
  system_clock time;
  const auto source = system_random();
  node n{{}};
  process_options how;
  how.name = "echo";
  AGENTS_ASSERT(n.add_remote(how));
  const auto gate = worker_gate::open({"tcp://127.0.0.1:0", keys}, {time, *source, n.admission(), [](const event&) {}});
  AGENTS_ASSERT(gate);
  const remote_worker_process process{(*gate)->endpoint(), *(*gate)->key(), keys.secret_file("worker")};
  const value input = object{{"text", std::string(1000, 'x')}};
  while (!n.ask("bench.echo@1", input, patience)) std::this_thread::yield();  // until it has registered
  std::vector<double> calls;
  for (int i = 0; i < 1000; ++i) AGENTS_ASSERT(n.ask("bench.echo@1", input, patience));
  for (int i = 0; i < static_cast<int>(10'000 * scale); ++i)
    calls.push_back(time_of([&] { AGENTS_ASSERT(n.ask("bench.echo@1", input, patience)); }) * 1e6);
  return {summary("remote_call_1_kB", "µs", calls, "node.ask of a C++ module over TCP with CURVE, on this host")};
}

}  // namespace

std::vector<suite> process_module_suites() { return {{"process_module", process_modules}, {"remote", remote_modules}}; }

int serve_echo() { return worker_exit_code(serve(echo())); }

}  // namespace agents::bench
