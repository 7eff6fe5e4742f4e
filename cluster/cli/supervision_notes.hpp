// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "libagents/core/event.hpp"

namespace agents::cli {

/// What supervisors did while a run worked: crashes, restarts, escalations, quarantines. First starts are not told.
///
/// Keeps the first thousand, and counts the rest. Thread-safe.
class supervision_notes final : public event_sink {
 public:
  /// `tell` gets a line for people about the first hundred things worth telling, in order, in the thread of the event.
  explicit supervision_notes(std::function<void(const std::string&)> tell = {});

  void on_event(const event& e) override;
  /// {supervision: [{kind, at, module, replica, life, why}], supervision_omitted}; keys of what is unknown or 0 are
  /// left out.
  [[nodiscard]] object report() const;

 private:
  void keep(const event& e);
  void tell(const event& e);

  std::function<void(const std::string&)> tell_;
  mutable std::mutex mutex_;
  std::set<std::string> started_;  ///< replicas that have had a life
  array kept_;
  std::size_t omitted_ = 0;
  std::size_t told_ = 0;
};

}  // namespace agents::cli
