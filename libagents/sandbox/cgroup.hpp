// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/sandbox/file_handle.hpp"
#include "libagents/sandbox/permissions.hpp"

namespace agents::sandbox {

/// Where this process may create cgroups, by controller. With v2 all are one folder.
struct cgroup_places {
  bool unified = false;  ///< version 2
  std::filesystem::path memory;
  std::filesystem::path pids;
  std::filesystem::path cpu;
  std::filesystem::path usage;  ///< of processor time; for accounting only
  [[nodiscard]] bool none() const { return memory.empty() && pids.empty() && cpu.empty(); }
};

/// Looks at /proc/self/cgroup and /proc/self/mountinfo, whose contents are given, and at what may be written. With v2
/// it moves this process, if it is alone in its cgroup, into a child of it, and switches controllers on.
[[nodiscard]] cgroup_places find_cgroup_places(const std::string& own_cgroup, const std::string& mountinfo);

/// A cgroup for one sandbox, in every hierarchy that there is; removed at the end, when its processes are gone.
class cgroup {
 public:
  /// Creates it and sets the limits. `io` when the kernel refuses what it had seemed to allow.
  [[nodiscard]] static expected<cgroup> create(const cgroup_places& where, const limits& l);
  cgroup(cgroup&&) noexcept = default;
  cgroup& operator=(cgroup&&) noexcept = default;
  ~cgroup();

  /// Open files; a process that writes "0" to each is in the group.
  [[nodiscard]] const std::vector<file_handle>& entrances() const { return entrances_; }
  /// How many processes the kernel has killed because the memory was used up.
  [[nodiscard]] std::int64_t out_of_memory_kills() const;
  /// Processor time of all its processes so far; none when nothing counts it.
  [[nodiscard]] std::optional<duration> used() const;

 private:
  cgroup() = default;
  bool unified_ = false;
  std::filesystem::path memory_;
  std::filesystem::path usage_;
  std::vector<std::filesystem::path> folders_;
  std::vector<file_handle> entrances_;
};

/// Removes cgroups that a node left behind when it was killed. Those of living processes stay.
void remove_stale_cgroups(const cgroup_places& where);

}  // namespace agents::sandbox
