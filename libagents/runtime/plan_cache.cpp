// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/plan_cache.hpp"

namespace agents {

expected<shared_plan> plan_cache::compile(const shared_value& source) {
  {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(source.get());
    if (found != entries_.end()) return found->second.plan;
  }
  auto plan = agents::compile(*source);
  if (!plan) return plan;
  const std::lock_guard lock{mutex_};
  if (entries_.size() >= capacity) entries_.clear();
  entries_[source.get()] = {source, *plan, false};
  return plan;
}

expected<void> plan_cache::check(const shared_value& source, const checker& check) {
  const auto plan = compile(source);
  if (!plan) return plan.propagate();
  {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(source.get());
    if (found != entries_.end() && found->second.checked) return {};
  }
  if (auto ok = check(**plan); !ok) return ok;
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(source.get());
  if (found != entries_.end()) found->second.checked = true;
  return {};
}

void plan_cache::forget_checks() {
  const std::lock_guard lock{mutex_};
  for (auto& [source, e] : entries_) e.checked = false;
}

}  // namespace agents
