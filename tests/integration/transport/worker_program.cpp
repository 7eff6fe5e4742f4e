// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/transport/worker_program.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <stdexcept>
#include <utility>

namespace agents::testing {

worker_program::worker_program(const std::string& endpoint, const std::string& token) {
  const std::string program = AGENTS_BINARY_DIR "/test_transport_worker";
  std::string endpoint_variable = "AGENTS_ENDPOINT=" + endpoint;
  std::string token_variable = "AGENTS_TOKEN=" + token;
  std::string name = "worker";
  char* arguments[] = {name.data(), nullptr};
  char* environment[] = {endpoint_variable.data(), token_variable.data(), nullptr};
  if (::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments, environment) != 0)
    throw std::runtime_error("cannot start " + program);
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
