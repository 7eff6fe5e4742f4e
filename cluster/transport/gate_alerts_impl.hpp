// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "libagents/core/clock.hpp"
#include "libagents/core/event.hpp"

namespace agents {

/// Alerts about strangers, however many there are: the same one once a minute, handshakes that fail once in ten
/// seconds. Callers: any thread.
class gate_alerts {
 public:
  gate_alerts(const clock& time, std::function<void(event)> publish) : time_(time), publish_(std::move(publish)) {}

  /// `about`: what makes two of them the same.
  void tell(const std::string& about, std::string text, const std::string& module = {});
  void count_failed_handshake();
  /// Tells of failed handshakes, when it is time.
  void on_tick(const std::string& endpoint);

 private:
  void publish(std::string text, const std::string& module);

  const clock& time_;
  std::function<void(event)> publish_;
  std::mutex mutex_;
  std::map<std::string, time_point> told_;
  int failed_ = 0;
  time_point failures_told_{};
};

}  // namespace agents
