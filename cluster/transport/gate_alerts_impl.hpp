// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "libagents/core/clock.hpp"
#include "libagents/core/event.hpp"

namespace agents {

/// Alerts about who comes to a door, however many there are: the same one once a minute; of strangers a hundred a
/// minute, of allowed keys a thousand; of the others, and of handshakes that fail, the number, once in ten seconds.
/// Strangers, who cost nothing to make up, do not use up what is there for allowed keys. Callers: any thread.
class gate_alerts {
 public:
  gate_alerts(const clock& time, std::function<void(event)> publish) : time_(time), publish_(std::move(publish)) {}

  /// `about`: what makes two of them the same.
  void tell(const std::string& about, std::string text, const std::string& module = {});
  void tell_of_stranger(const std::string& about, std::string text);
  void count_failed_handshake();
  /// Connections that were closed because there were more than `most`.
  void count_turned_away(int count, std::size_t most);
  /// Tells the numbers, when it is time.
  void on_tick(const std::string& endpoint);

 private:
  /// Something that is told by its number only.
  struct tally {
    int count = 0;
    time_point told{};
  };
  /// What was told within a minute, and what was not.
  struct quota {
    std::size_t most;
    std::map<std::string, time_point> told{};
    tally untold{};
  };

  [[nodiscard]] bool may_tell(quota& q, const std::string& about);
  /// The number, if it is time to tell it.
  [[nodiscard]] int take(tally& t);
  void publish(std::string text, const std::string& module);

  const clock& time_;
  std::function<void(event)> publish_;
  std::mutex mutex_;
  quota keys_{1000};
  quota strangers_{100};
  tally failed_;
  tally turned_away_;
  std::size_t most_connections_ = 0;
};

}  // namespace agents
