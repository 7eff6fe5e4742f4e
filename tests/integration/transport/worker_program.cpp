// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/transport/worker_program.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <stdexcept>
#include <utility>

namespace agents::testing {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& t : texts) out.push_back(t.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

worker_program::worker_program(const worker_command& command, const std::string& endpoint, const std::string& token) {
  auto arguments = command.arguments;
  auto environment = command.environment;
  environment.push_back("AGENTS_ENDPOINT=" + endpoint);
  environment.push_back("AGENTS_TOKEN=" + token);
  const auto problem = ::posix_spawn(&pid_, command.arguments.at(0).c_str(), nullptr, nullptr,
                                     pointers(arguments).data(), pointers(environment).data());
  if (problem != 0) throw std::runtime_error("cannot start " + command.arguments[0]);
}

worker_program::~worker_program() {
  if (pid_ == 0) return;
  signal(SIGKILL);
  (void)wait();
}

void worker_program::signal(int number) const { ::kill(pid_, number); }

int worker_program::wait() {
  int status = 0;
  ::waitpid(std::exchange(pid_, 0), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace agents::testing
