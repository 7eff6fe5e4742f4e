// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <unordered_map>

#include "libagents/orchestration/plan.hpp"

namespace agents {

/// Remembers compiled and type-checked plans by the identity of their value, so that a thousand runs of one plan
/// compile it once. Keeps the plans alive; forgets everything when it is full. Callers: any thread.
class plan_cache {
 public:
  using checker = std::function<expected<void>(const compiled_plan&)>;

  [[nodiscard]] expected<shared_plan> compile(const shared_value& source);
  /// Runs `check` unless this plan has passed it before.
  [[nodiscard]] expected<void> check(const shared_value& source, const checker& check);
  /// After a change of the registry: checks are due again.
  void forget_checks();

 private:
  struct entry {
    shared_value source;
    shared_plan plan;
    bool checked = false;
  };
  static constexpr std::size_t capacity = 256;

  std::mutex mutex_;
  std::unordered_map<const value*, entry> entries_;
};

}  // namespace agents
