// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/sandbox/file_handle.hpp"
#include "libagents/sandbox/process_image.hpp"

namespace agents {

namespace sandbox {
struct host;
}

/// How a process ended.
struct process_ending {
  int exit_code = 0;
  int signal = 0;               ///< 0: it has exited
  bool out_of_memory = false;   ///< it, or something of it, was killed because its memory was used up
  std::optional<duration> cpu;  ///< processor time of everything it was; none when nothing counted it

  [[nodiscard]] bool orderly() const { return signal == 0 && exit_code == 0; }
  /// "exit code 3", "signal 11 (Segmentation fault)"
  [[nodiscard]] std::string text() const;
};

/// A process that was started, confined or not, and everything it has started.
///
/// It is killed when the thread that started it ends. The destructor kills and reaps. Not thread-safe; signals may come
/// from any thread as long as nobody reaps meanwhile.
class process {
 public:
  /// Starts it in a group of its own, with no descriptor but the standard three and those of its secrets, and with
  /// default signals. A confined one is in its sandbox when this returns, though the command may not have begun yet.
  /// `io` says which step failed; `unsupported`, `bad_input`, `rejected`, `not_found`: see `this_host` and `check`.
  [[nodiscard]] static expected<std::unique_ptr<process>> start(const process_image& image);
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();

  [[nodiscard]] int number() const;  ///< of the process that is our child; also that of its group
  [[nodiscard]] int handle() const;  ///< readable once it has ended
  [[nodiscard]] file_handle& input();
  [[nodiscard]] file_handle& output();
  [[nodiscard]] file_handle& errors();

  /// SIGTERM to its group; of a sandbox: to everything in it.
  void terminate();
  /// SIGKILL; of a sandbox: to everything in it.
  void kill();
  /// Its memory is limited, and the kernel does not watch it: whoever has it asks `exceeds_memory` now and then.
  [[nodiscard]] bool is_watched() const;
  /// True when it uses more than it may: the caller kills it.
  [[nodiscard]] bool exceeds_memory() const;
  /// Ends what is left of it and waits for that. Once.
  process_ending reap();

 private:
  friend class process_starter;
  struct state;
  explicit process(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

}  // namespace agents
