// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "libagents/runtime/worker_launcher.hpp"
#include "libagents/sandbox/process_image.hpp"

namespace agents {

/// A process under watch, for those who want it to end. Callers: any thread. After its end nothing does anything.
class watched_process {
 public:
  virtual ~watched_process() = default;
  /// SIGTERM to its group, or to all in its sandbox; once.
  virtual void terminate() = 0;
  /// SIGKILL to the same; a process that has not begun will not.
  virtual void kill() = 0;
};

/// A thread that starts processes, reads what they print and sees them end.
///
/// One that prints without end is read more slowly, and so slowed down itself. A confined one is ended after its `wall`
/// time, and when it uses more memory than it may and the kernel does not watch that. Callers: any thread. The
/// destructor kills all processes and waits until they are reaped.
class process_watch {
 public:
  process_watch();
  process_watch(const process_watch&) = delete;
  process_watch& operator=(const process_watch&) = delete;
  ~process_watch();

  /// Returns before the process runs; `observer` hears of its end, also when it cannot be started.
  [[nodiscard]] std::shared_ptr<watched_process> start(process_image image, std::weak_ptr<worker_observer> observer);

 private:
  class loop;
  std::unique_ptr<loop> loop_;
};

}  // namespace agents
