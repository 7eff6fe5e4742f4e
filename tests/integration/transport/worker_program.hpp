// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace agents::testing {

/// How a worker is started: its command line, and what its environment holds beside endpoint and token.
struct worker_command {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
};

/// A running worker process. Killed, if it still runs, when this ends.
class worker_program {
 public:
  worker_program(const worker_command& command, const std::string& endpoint, const std::string& token);
  worker_program(const worker_program&) = delete;
  worker_program& operator=(const worker_program&) = delete;
  ~worker_program();

  void signal(int number) const;
  /// Waits for its end: the exit code, or 128 + the signal.
  int wait();

 private:
  pid_t pid_ = 0;
};

}  // namespace agents::testing
