// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cluster/keys/key_folder.hpp"

namespace agents {

/// Whom a running node allows: the folder, read again when something in it has changed.
///
/// Callers: any thread.
class allow_list {
 public:
  /// Reads it once.
  explicit allow_list(key_folder folder);

  /// Looks whether the folder has changed; costs a few system calls for each file. True when the list is another one.
  bool refresh();
  [[nodiscard]] std::optional<allowed_key> find(const public_key& k) const;
  [[nodiscard]] std::size_t size() const;
  /// How often the list has changed: who has seen this number has seen the list.
  [[nodiscard]] std::uint64_t changes() const;
  /// Files that could not be read when the list was read last.
  [[nodiscard]] std::vector<std::string> problems() const;

 private:
  [[nodiscard]] std::string signature() const;
  void read();

  const key_folder folder_;
  mutable std::mutex mutex_;
  std::string signature_;
  std::uint64_t changes_ = 0;
  std::map<public_key, allowed_key> keys_;
  std::vector<std::string> problems_;
};

}  // namespace agents
