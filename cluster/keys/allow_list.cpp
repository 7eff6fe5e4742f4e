// SPDX-License-Identifier: Apache-2.0
#include "cluster/keys/allow_list.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace agents {

allow_list::allow_list(key_folder folder) : folder_(std::move(folder)), signature_(signature()) { read(); }

/// Names, sizes, numbers and times of the files: a rewritten file has another number, an edited one another time.
std::string allow_list::signature() const {
  std::vector<std::string> parts;
  auto* folder = ::opendir(folder_.allowed_folder().c_str());
  if (!folder) return {};
  while (const auto* entry = ::readdir(folder)) {
    struct stat s {};
    if (entry->d_name[0] == '.' || ::fstatat(::dirfd(folder), entry->d_name, &s, 0) != 0) continue;
    parts.push_back(std::string{entry->d_name} + '/' + std::to_string(s.st_ino) + '/' + std::to_string(s.st_size) +
                    '/' + std::to_string(s.st_mtim.tv_sec) + '.' + std::to_string(s.st_mtim.tv_nsec) + '\n');
  }
  ::closedir(folder);
  std::sort(parts.begin(), parts.end());
  std::string all;
  for (const auto& p : parts) all += p;
  return all;
}

/// The signature is taken before: what changes while it is read is read again.
bool allow_list::refresh() {
  auto now = signature();
  {
    const std::lock_guard lock{mutex_};
    if (now == signature_) return false;
    signature_ = std::move(now);
  }
  read();
  return true;
}

void allow_list::read() {
  std::vector<std::string> problems;
  std::map<public_key, allowed_key> keys;
  for (auto& k : folder_.allowed(problems)) {
    auto key = k.key;
    keys.emplace(std::move(key), std::move(k));
  }
  const std::lock_guard lock{mutex_};
  keys_ = std::move(keys);
  problems_ = std::move(problems);
  ++changes_;
}

std::optional<allowed_key> allow_list::find(const public_key& k) const {
  const std::lock_guard lock{mutex_};
  const auto found = keys_.find(k);
  if (found == keys_.end()) return std::nullopt;
  return found->second;
}

std::size_t allow_list::size() const {
  const std::lock_guard lock{mutex_};
  return keys_.size();
}

std::uint64_t allow_list::changes() const {
  const std::lock_guard lock{mutex_};
  return changes_;
}

std::vector<std::string> allow_list::problems() const {
  const std::lock_guard lock{mutex_};
  return problems_;
}

}  // namespace agents
