// SPDX-License-Identifier: Apache-2.0
// The program as a whole: cold start, and the memory of an idle node.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "cluster/bench/bench_node.hpp"
#include "cluster/bench/measure.hpp"

extern char** environ;

namespace agents::bench {
namespace {

namespace fs = std::filesystem;

/// A plan of one step that any `agents` program can run: it asks the planner that ships to read the job itself.
constexpr std::string_view trivial_job = R"(name = "trivial"
[[step]]
id = "only"
ask = "plan.declared@1"
with = { goal = "", given = {}, planner_input = { file = "{input.file}" } }
[answer]
answer = "{only.name}"
)";

fs::path write_job() {
  const auto folder = fs::temp_directory_path() / ("agents-bench-job-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::ofstream{folder / "job.toml"} << trivial_job;
  return folder;
}

int run_program(const fs::path& folder) {
  const auto program = fs::read_symlink("/proc/self/exe").string();
  const auto job = (folder / "job.toml").string();
  const auto input = "file=" + job;
  std::array<const char*, 7> arguments{program.c_str(), "run",         job.c_str(), "--quiet",
                                       "--input",       input.c_str(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int failed =
      posix_spawn(&pid, program.c_str(), &actions, nullptr, const_cast<char**>(arguments.data()), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (failed == 0) waitpid(pid, &status, 0);
  return status;
}

std::vector<measurement> cold_start(double scale) {
  const auto folder = write_job();
  setenv("AGENTS_HOME", (folder / "home").c_str(), 1);
  std::vector<double> samples;
  for (int i = 0; i < std::max(5, static_cast<int>(40 * scale)); ++i)
    samples.push_back(time_of([&] { AGENTS_ASSERT(run_program(folder) == 0); }) * 1e3);
  unsetenv("AGENTS_HOME");
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return {summary("cold_start", "ms", samples, "`agents run` of a plan with one step, from exec to exit, durable")};
}

double resident_mb() {
  std::ifstream in{"/proc/self/status"};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

std::vector<measurement> idle_memory(double) {
  bench_node n;
  return {summary("idle_node_resident", "MB", {resident_mb()}, "this process, with an idle node")};
}

}  // namespace

std::vector<suite> process_suites() { return {{"cold_start", cold_start}, {"idle_memory", idle_memory}}; }

}  // namespace agents::bench
