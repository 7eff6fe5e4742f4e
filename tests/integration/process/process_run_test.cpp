// SPDX-License-Identifier: Apache-2.0
// Process modules in runs: streams, costs and budgets; and a node that dies with its processes.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <future>

#include "libagents/orchestration/plan.hpp"
#include "tests/integration/process/process_node.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

/// One step that asks a module for `n`.
run_result run(process_node& n, const std::string& capability, std::int64_t argument, budget limits = {}) {
  plan p;
  step_spec s;
  s.id = "only";
  s.ask = capability;
  s.with = number(argument);
  p.steps.push_back(std::move(s));
  p.answer = object{{"answer", "{only.n}"}};
  task_spec task;
  task.job = "test";
  task.input = object{};
  task.budget = limits;
  std::promise<run_result> done;
  const auto id = n.get().submit(task, share(to_value(p)), [&done](run_result r) { done.set_value(std::move(r)); });
  INFO((id ? std::string{} : id.error().message));
  REQUIRE(id);
  return done.get_future().get();
}

std::int64_t pid_in(const std::filesystem::path& file) {
  std::int64_t pid = 0;
  const auto until = std::chrono::steady_clock::now() + patience;
  while (pid == 0 && std::chrono::steady_clock::now() < until) {
    std::ifstream in{file};
    std::string line;
    if (std::getline(in, line) && !in.eof()) pid = std::stoll(line);
    std::this_thread::yield();
  }
  return pid;
}

}  // namespace

TEST_CASE("a process module streams more than its credit, and the run sees all of it") {
  process_node n;
  n.add(odd());
  const auto r = run(n, "odd.count@1", 100);
  CHECK(r.status == run_status::completed);
  CHECK(n.events->count(event_kind::chunk) == 100);
}

TEST_CASE("what a process module charges is on the run's bill, and the budget holds") {
  process_node n;
  n.add(odd());
  CHECK(run(n, "odd.charge@1", 700).status == run_status::completed);
  CHECK(n.events->last(event_kind::attempt_finished).micro_money == 700);
  budget poor;
  poor.money = 0.0001;
  CHECK(run(n, "odd.charge@1", 700, poor).status != run_status::completed);
  const auto refused = n.events->last(event_kind::attempt_finished);
  CHECK(refused.outcome == errc::budget);
  CHECK(refused.micro_money <= 100);
}

TEST_CASE("a node that waits to be killed", "[.]") {
  process_node n;
  n.add(odd());
  std::ofstream{std::getenv("AGENTS_TEST_FILE")} << n.ask_number("odd.pid@1") << "\n";
  for (;;) ::pause();
}

TEST_CASE("when the node is killed its processes die") {
  const auto file = std::filesystem::temp_directory_path() / ("agents-killed-" + std::to_string(::getpid()));
  ::setenv("AGENTS_TEST_FILE", file.c_str(), 1);
  char program[] = "/proc/self/exe";
  char test[] = "a node that waits to be killed";
  char* arguments[] = {program, test, nullptr};
  pid_t other = 0;
  REQUIRE(::posix_spawn(&other, program, nullptr, nullptr, arguments, environ) == 0);
  const auto worker = pid_in(file);
  CHECK(worker > 0);
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  std::filesystem::remove(file);
  CHECK(ends(worker));
}
