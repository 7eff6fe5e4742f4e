// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/cgroup.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

namespace agents::sandbox {
namespace {

namespace fs = std::filesystem;

/// Beside the command there are in its group: two of bubblewrap, and for a moment setpriv.
constexpr std::int64_t own_processes = 3;
constexpr long period_us = 100'000;
constexpr std::string_view prefix = "agents-";

std::string read_all(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

bool write_text(const fs::path& file, const std::string& text) {
  const file_handle f{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
  return f.is_open() && ::write(f.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// One line of mountinfo: where, which part of the file system, its type and its options.
struct mount_line {
  std::string root;
  std::string point;
  std::string type;
  std::string options;
};

std::vector<mount_line> mounts_in(const std::string& mountinfo) {
  std::vector<mount_line> out;
  std::istringstream lines{mountinfo};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    mount_line m;
    std::string skipped;
    words >> skipped >> skipped >> skipped >> m.root >> m.point;
    while (words >> skipped && skipped != "-") continue;
    words >> m.type >> skipped >> m.options;
    if (m.type == "cgroup" || m.type == "cgroup2") out.push_back(std::move(m));
  }
  return out;
}

bool has_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/// The path of this process in the hierarchy of a controller; "" is the unified one.
std::optional<std::string> own_path(const std::string& own, const std::string& controller) {
  std::istringstream lines{own};
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto names = line.substr(first + 1, second - first - 1);
    if (controller.empty() ? names.empty() : has_word(names, controller)) return line.substr(second + 1);
  }
  return std::nullopt;
}

/// In a container the mounted part of the hierarchy may begin below the path that the kernel tells.
fs::path folder_of(const mount_line& m, std::string path) {
  if (m.root != "/" && path.starts_with(m.root)) path.erase(0, m.root.size());
  while (path.starts_with('/')) path.erase(0, 1);
  const auto whole = path.empty() ? fs::path{m.point} : fs::path{m.point} / path;
  std::error_code ignored;
  return fs::is_directory(whole, ignored) ? whole : fs::path{m.point};
}

bool can_create_in(const fs::path& folder) { return ::access(folder.c_str(), W_OK) == 0; }

fs::path place_v1(const std::string& controller, const std::string& own, const std::vector<mount_line>& mounts) {
  const auto path = own_path(own, controller);
  if (!path) return {};
  for (const auto& m : mounts) {
    if (m.type != "cgroup" || !has_word(m.options, controller)) continue;
    const auto folder = folder_of(m, *path);
    if (can_create_in(folder)) return folder;
  }
  return {};
}

bool has_controllers(const fs::path& file) {
  std::istringstream words{read_all(file)};
  int found = 0;
  for (std::string word; words >> word;) found += word == "memory" || word == "pids" || word == "cpu" ? 1 : 0;
  return found == 3;
}

/// True when children of `folder` have the controllers, possibly after this process, alone in it, has moved into one.
bool opened_for_children(const fs::path& folder) {
  if (has_controllers(folder / "cgroup.subtree_control")) return true;
  if (!has_controllers(folder / "cgroup.controllers")) return false;
  if (write_text(folder / "cgroup.subtree_control", "+memory +pids +cpu")) return true;
  if (read_all(folder / "cgroup.procs") != std::to_string(::getpid()) + "\n") return false;
  const auto leaf = folder / (std::string{prefix} + "node");
  std::error_code failure;
  fs::create_directory(leaf, failure);
  if (failure || !write_text(leaf / "cgroup.procs", "0")) return false;
  return write_text(folder / "cgroup.subtree_control", "+memory +pids +cpu");
}

cgroup_places places_v2(const std::string& own, const std::vector<mount_line>& mounts) {
  const auto path = own_path(own, "");
  for (const auto& m : mounts) {
    if (!path || m.type != "cgroup2") continue;
    const auto folder = folder_of(m, *path);
    if (can_create_in(folder) && opened_for_children(folder)) return {true, folder, folder, folder, folder};
  }
  return {};
}

std::string cpu_quota(const limits& l) { return std::to_string(static_cast<long>(l.cores * period_us)); }

}  // namespace

cgroup_places find_cgroup_places(const std::string& own, const std::string& mountinfo) {
  const auto mounts = mounts_in(mountinfo);
  auto unified = places_v2(own, mounts);
  if (!unified.none()) return unified;
  return {false, place_v1("memory", own, mounts), place_v1("pids", own, mounts), place_v1("cpu", own, mounts),
          place_v1("cpuacct", own, mounts)};
}

expected<cgroup> cgroup::create(const cgroup_places& where, const limits& l) {
  static std::atomic<std::uint64_t> counter{0};
  const auto name = std::string{prefix} + std::to_string(::getpid()) + "-" + std::to_string(++counter);
  cgroup out;
  out.unified_ = where.unified;
  const auto open = [&](const fs::path& parent) -> expected<fs::path> {
    if (parent.empty()) return fs::path{};
    auto folder = parent / name;
    if (std::find(out.folders_.begin(), out.folders_.end(), folder) != out.folders_.end()) return folder;
    if (::mkdir(folder.c_str(), 0755) != 0)
      return unexpected{errc::io, "cannot create the cgroup " + folder.string() + ": " + std::strerror(errno)};
    out.folders_.push_back(folder);
    out.entrances_.emplace_back(::open((folder / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    if (out.entrances_.back().is_open()) return folder;
    return unexpected{errc::io, "cannot enter the cgroup " + folder.string() + ": " + std::strerror(errno)};
  };
  const auto set = [](const fs::path& file, const std::string& text) -> expected<void> {
    if (write_text(file, text)) return {};
    return unexpected{errc::io, "cannot set " + file.string() + " to " + text + ": " + std::strerror(errno)};
  };
  const auto memory = open(where.memory);
  if (!memory) return memory.propagate();
  const auto pids = open(where.pids);
  if (!pids) return pids.propagate();
  const auto cpu = open(where.cpu);
  if (!cpu) return cpu.propagate();
  const auto usage = open(where.usage);
  if (!usage) return usage.propagate();
  out.memory_ = *memory;
  out.usage_ = *usage;
  if (!memory->empty() && l.memory_bytes != unlimited) {
    const auto bytes = std::to_string(l.memory_bytes);
    if (auto ok = set(*memory / (where.unified ? "memory.max" : "memory.limit_in_bytes"), bytes); !ok)
      return ok.propagate();
    // Where the kernel counts swap as well, it is no way out.
    (void)write_text(*memory / (where.unified ? "memory.swap.max" : "memory.memsw.limit_in_bytes"),
                     where.unified ? "0" : bytes);
  }
  if (!pids->empty() && l.processes != unlimited)
    if (auto ok = set(*pids / "pids.max", std::to_string(l.processes + own_processes)); !ok) return ok.propagate();
  if (!cpu->empty() && l.cores > 0) {
    if (auto ok = where.unified ? set(*cpu / "cpu.max", cpu_quota(l) + " " + std::to_string(period_us))
                                : set(*cpu / "cpu.cfs_quota_us", cpu_quota(l));
        !ok)
      return ok.propagate();
  }
  return out;
}

/// The kernel lets go of the last process a moment after it has told that it ended. What is busy even then is removed
/// as stale by a later node.
cgroup::~cgroup() {
  entrances_.clear();
  for (int tries = 0; !folders_.empty() && tries < 20; ++tries) {
    std::erase_if(folders_, [](const fs::path& folder) { return ::rmdir(folder.c_str()) == 0 || errno != EBUSY; });
    const timespec pause{0, 500'000};
    if (!folders_.empty()) ::nanosleep(&pause, nullptr);
  }
}

std::int64_t cgroup::out_of_memory_kills() const {
  if (memory_.empty()) return 0;
  std::istringstream words{read_all(memory_ / (unified_ ? "memory.events" : "memory.oom_control"))};
  std::string name;
  for (std::int64_t n = 0; words >> name >> n;)
    if (name == "oom_kill") return n;
  return 0;
}

std::optional<duration> cgroup::used() const {
  if (usage_.empty()) return std::nullopt;
  std::istringstream words{read_all(usage_ / (unified_ ? "cpu.stat" : "cpuacct.usage"))};
  std::int64_t n = 0;
  if (!unified_) return words >> n ? std::optional{duration{n}} : std::nullopt;
  for (std::string name; words >> name >> n;)
    if (name == "usage_usec") return std::chrono::microseconds{n};
  return std::nullopt;
}

void remove_stale_cgroups(const cgroup_places& where) {
  for (const auto& parent : {where.memory, where.pids, where.cpu, where.usage}) {
    std::error_code failure;
    if (parent.empty()) continue;
    for (const auto& entry : fs::directory_iterator{parent, failure}) {
      const auto name = entry.path().filename().string();
      if (!name.starts_with(prefix)) continue;
      const auto pid = std::strtol(name.c_str() + prefix.size(), nullptr, 10);
      if (pid > 0 && ::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) ::rmdir(entry.path().c_str());
    }
  }
}

}  // namespace agents::sandbox
