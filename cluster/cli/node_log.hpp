// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <iosfwd>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "libagents/core/event.hpp"

namespace agents::cli {

/// Lines for people about what happens in a node that stays: restarts, escalations, alerts, and what processes print.
///
/// A thread of its own writes: a terminal that stands still delays nobody. Beyond a thousand waiting lines they are
/// counted instead.
class node_log final : public event_sink {
 public:
  explicit node_log(std::ostream& out);
  node_log(const node_log&) = delete;
  node_log& operator=(const node_log&) = delete;
  ~node_log() override;

  void on_event(const event& e) override;
  /// A line of the program itself.
  void say(std::string line);

 private:
  [[nodiscard]] std::string line_about(const event& e);
  void write();

  std::ostream& out_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> started_;  ///< replicas that have had a life
  std::deque<std::string> lines_;
  std::uint64_t dropped_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace agents::cli
