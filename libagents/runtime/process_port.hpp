// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libagents/runtime/line_limit.hpp"
#include "libagents/runtime/mailbox.hpp"
#include "libagents/runtime/replica.hpp"
#include "libagents/runtime/worker_launcher.hpp"

namespace agents {

/// What one worker process tells, on its way to the actor that serves the replica: an inbox, and what it printed.
///
/// Callers: any thread.
class process_port final : public worker_observer {
 public:
  struct exited {
    std::string how;
    bool orderly = false;
  };
  struct start_limit_passed {};
  struct start_abandoned {};
  struct kill_order {};
  struct farewell_over {};    ///< it said goodbye and does not end
  struct last_words_over {};  ///< it has ended, and what it sent before has been read
  using signal = std::variant<wire::node_report, exited, start_limit_passed, start_abandoned, kill_order, farewell_over,
                              last_words_over>;

  /// `module`: for the events that its lines become.
  process_port(services& s, std::string module) : services_(s), module_(std::move(module)), limit_(s.clock.now()) {}

  void on_report(wire::node_report r) override;
  void on_line(std::string line) override;
  void on_exit(const std::string& how, bool orderly) override;
  void push(signal s);

  /// Waits for the hello: `crashed` when the process ends before, `deadline` when it comes too late; both say what it
  /// printed; `cancelled` when the wait was given up. The actor gets the hello all the same.
  [[nodiscard]] expected<wire::hello> wait_for_hello(duration limit);
  /// Ends the wait for the hello, also one that begins later.
  void give_up_hello();

  [[nodiscard]] std::vector<signal> take();
  /// " It printed: …" with the last lines, or "".
  [[nodiscard]] std::string last_lines(std::size_t most_bytes) const;
  [[nodiscard]] waker& wake() { return waker_; }
  /// The node ends the process by force: how its life ends is `killed`.
  void set_killed() { killed_.store(true); }
  [[nodiscard]] bool killed() const { return killed_.load(); }

 private:
  void enqueue(signal s);
  void publish(std::string text);

  services& services_;
  const std::string module_;
  waker waker_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<signal> signals_;  // bounded by windows and credits of the session
  std::optional<wire::hello> hello_;
  std::optional<exited> exit_;
  bool given_up_ = false;  ///< nobody waits for the hello any more
  line_limit limit_;
  std::string tail_;
  std::atomic<bool> killed_{false};
};

}  // namespace agents
