// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

namespace agents {

/// The connections of a door, by file descriptor, and which one must go when there are too many: the oldest of those
/// that have not said anything, because whoever may come in says something within milliseconds; if all have, the
/// newest.
///
/// Owner: a router's thread.
class connection_ledger {
 public:
  explicit connection_ledger(std::size_t most) : most_(most) {}

  /// The connection to close, if this is one too many; it is not counted any more.
  [[nodiscard]] std::optional<int> accepted(int fd);
  /// A message came from it.
  void spoke(int fd);
  void gone(int fd);
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  const std::size_t most_;
  std::uint64_t last_ = 0;
  std::unordered_map<int, std::uint64_t> known_;  ///< its place in `silent_`
  std::map<std::uint64_t, int> silent_;           ///< in the order in which they came
};

}  // namespace agents
