// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "libagents/core/event.hpp"
#include "monitoring/families_impl.hpp"
#include "monitoring/restart_reason.hpp"

namespace agents::monitoring {

/// The metrics of the replicas of one module, and of its verdicts if it is a verifier.
class replica_entry {
 public:
  struct families;
  replica_entry(families& f, const std::string& module);

  void started() { starts_.Increment(); }
  void exited(errc outcome);
  void restarted(std::string_view reason) {
    restarts_[static_cast<std::size_t>(classify_restart(reason))]->Increment();
  }
  void reported(const std::string& replica, std::uint32_t depth, std::uint32_t in_flight);
  void judged(errc outcome);
  void alerted() { alerts_.Increment(); }

 private:
  families& families_;
  prometheus::Labels labels_;
  prometheus::Counter& starts_;
  std::array<prometheus::Counter*, restart_reasons.size()> restarts_;
  prometheus::Gauge& depth_;
  prometheus::Gauge& in_flight_;
  prometheus::Counter& alerts_;
  struct load {
    std::uint32_t depth = 0;
    std::uint32_t in_flight = 0;
  };
  std::mutex mutex_;
  std::map<std::string, load> loads_;  ///< by replica, as last reported
};

struct replica_entry::families {
  explicit families(prometheus::Registry& registry);
  counter_family& starts;
  counter_family& exits;
  counter_family& restarts;
  gauge_family& depth;
  gauge_family& in_flight;
  counter_family& alerts;
  counter_family& verdicts;
};

}  // namespace agents::monitoring
