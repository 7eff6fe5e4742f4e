// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/supervision.hpp"

#include <algorithm>

namespace agents {

std::size_t supervision::restarts_in_period(time_point now) {
  while (!restarts_.empty() && now - restarts_.front() > spec_.period) restarts_.pop_front();
  return restarts_.size();
}

duration supervision::backoff(random& source) const {
  if (spec_.first_backoff <= duration::zero() || restarts_.size() < 2) return {};
  const auto doublings = std::min<std::size_t>(restarts_.size() - 2, 20);
  const auto limit = std::min(spec_.max_backoff, spec_.first_backoff * (std::int64_t{1} << doublings));
  return duration{static_cast<std::int64_t>(static_cast<double>(limit.count()) * source.unit())};
}

supervision_decision supervision::on_exit(std::size_t child, bool normal, time_point now, random& source) {
  supervision_decision d;
  const auto type = children_[child].restart;
  if (type == restart_type::temporary || (type == restart_type::transient && normal)) return d;
  restarts_.push_back(now);
  if (restarts_in_period(now) > spec_.intensity) {
    d.escalate = true;
    restarts_.clear();
    return d;
  }
  const auto first = spec_.strategy == supervision_strategy::one_for_all ? 0 : child;
  const auto last = spec_.strategy == supervision_strategy::one_for_one ? child + 1 : children_.size();
  for (auto i = last; i-- > first;)
    if (i != child) d.stop.push_back(i);
  // Temporary children that were stopped for a sibling are not started again.
  for (auto i = first; i < last; ++i)
    if (i == child || children_[i].restart != restart_type::temporary) d.start.push_back(i);
  d.delay = backoff(source);
  return d;
}

}  // namespace agents
