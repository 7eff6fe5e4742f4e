// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "cluster/control/control_exchange.hpp"
#include "libagents/core/event.hpp"

namespace agents::control {

/// Events for clients that want to see them as they happen. Whoever publishes waits for nobody: a reader that is too
/// slow loses events, and is told how many.
///
/// An event costs next to nothing while nobody reads. Thread-safe.
class event_feed final : public event_sink {
 public:
  void on_event(const event& e) override;
  /// Arguments of the exchange: `kinds`?, `module`?. `bad_input` ends it.
  void subscribe(const std::shared_ptr<exchange>& reader);
  /// Sends what has been published since the last time. Regularly, by one thread.
  void flush();

 private:
  struct reader {
    std::shared_ptr<exchange> who;
    std::set<event_kind> kinds;  ///< empty: all
    std::string module;          ///< "": all
    std::deque<event> waiting;
    std::int64_t lost = 0;
  };
  static bool wants(const reader& r, const event& e);
  static std::int64_t send(exchange& to, const std::deque<event>& events, std::int64_t lost);
  [[nodiscard]] std::vector<std::shared_ptr<reader>> readers();

  std::atomic<bool> is_read_{false};
  std::mutex mutex_;
  std::vector<std::shared_ptr<reader>> readers_;
};

/// An event without its payload, for people and programs.
[[nodiscard]] object row_of(const event& e);

}  // namespace agents::control
