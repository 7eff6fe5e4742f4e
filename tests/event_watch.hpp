// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "libagents/core/event.hpp"
#include "tests/catch.hpp"

namespace agents::testing {

/// Whoever waits longer than this has found a defect.
constexpr std::chrono::seconds patience{20};

/// Keeps events, and wakes who waits for one: real threads and processes are waited for without sleeping.
class event_watch final : public event_sink {
 public:
  void on_event(const event& e) override {
    const std::lock_guard lock{mutex_};
    events_.push_back(e);
    changed_.notify_all();
  }
  /// The first event of this kind that satisfies `wanted`, when it has come.
  template <class F>
  requires std::predicate<F, const event&> event wait_for(event_kind kind, F wanted) {
    std::unique_lock lock{mutex_};
    std::vector<event>::const_iterator found;
    const bool came = changed_.wait_for(lock, patience, [&] {
      found =
          std::find_if(events_.cbegin(), events_.cend(), [&](const event& e) { return e.kind == kind && wanted(e); });
      return found != events_.cend();
    });
    INFO("waited for an event " << to_string(kind));
    REQUIRE(came);
    return *found;
  }
  /// The first event of this kind whose text contains this.
  event wait_for(event_kind kind, const std::string& part = {}) {
    INFO("with a text that contains: " << part);
    return wait_for(kind, [&part](const event& e) { return e.text.find(part) != std::string::npos; });
  }
  /// Waits until there have been so many.
  void wait_for_number(event_kind kind, std::size_t n) {
    std::unique_lock lock{mutex_};
    REQUIRE(changed_.wait_for(lock, patience, [&] { return count_of(kind) >= n; }));
  }
  /// The last event of this kind; an empty one if there is none.
  event last(event_kind kind) {
    const std::lock_guard lock{mutex_};
    event found;
    for (const auto& e : events_)
      if (e.kind == kind) found = e;
    return found;
  }
  std::size_t count(event_kind kind) {
    const std::lock_guard lock{mutex_};
    return count_of(kind);
  }

 private:
  [[nodiscard]] std::size_t count_of(event_kind kind) const {
    return static_cast<std::size_t>(
        std::count_if(events_.begin(), events_.end(), [kind](const event& e) { return e.kind == kind; }));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<event> events_;
};

}  // namespace agents::testing
