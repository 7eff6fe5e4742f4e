// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/connection_ledger_impl.hpp"

namespace agents {

std::optional<int> connection_ledger::accepted(int fd) {
  gone(fd);  // a descriptor that is accepted has been closed before
  known_.emplace(fd, ++last_);
  silent_.emplace(last_, fd);
  if (known_.size() <= most_) return std::nullopt;
  const int surplus = silent_.begin()->second;
  gone(surplus);
  return surplus;
}

void connection_ledger::spoke(int fd) {
  const auto found = known_.find(fd);
  if (found != known_.end()) silent_.erase(found->second);
}

void connection_ledger::gone(int fd) {
  const auto found = known_.find(fd);
  if (found == known_.end()) return;
  silent_.erase(found->second);
  known_.erase(found);
}

}  // namespace agents
