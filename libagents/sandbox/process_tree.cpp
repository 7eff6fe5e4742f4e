// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/process_tree.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "libagents/sandbox/file_handle.hpp"

namespace agents::sandbox {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(int process) { return fs::path{"/proc"} / std::to_string(process); }

void add_children(int process, std::vector<int>& out) {
  std::error_code gone;
  for (fs::directory_iterator task{folder_of(process) / "task", gone}, end; !gone && task != end;
       task.increment(gone)) {
    std::ifstream in{task->path() / "children"};
    for (int child = 0; in >> child;) out.push_back(child);
  }
}

std::string namespace_of(int process) {
  std::error_code gone;
  return fs::read_symlink(folder_of(process) / "ns" / "pid", gone).string();
}

/// The sum of the lines "NAME: 12 kB" of these names; none when the file has none, or cannot be read.
std::optional<std::int64_t> sum_of(const fs::path& file, std::initializer_list<std::string_view> names) {
  std::ifstream in{file};
  std::optional<std::int64_t> sum;
  for (std::string line; std::getline(in, line);)
    for (const auto name : names)
      if (line.starts_with(name) && line[name.size()] == ':')
        sum = sum.value_or(0) + std::atoll(line.c_str() + name.size() + 1);
  return sum;
}

/// In KiB: its own pages and its share of those that it has with others. Where the kernel does not tell shares
/// (smaps_rollup needs the right to trace it), shared ones count fully, but those of programs and libraries do not.
std::int64_t memory_of(int process) {
  if (const auto share = sum_of(folder_of(process) / "smaps_rollup", {"Pss"})) return *share;
  return sum_of(folder_of(process) / "status", {"RssAnon", "RssShmem"}).value_or(0);
}

}  // namespace

std::vector<int> descendants_of(int process) {
  std::vector<int> out;
  add_children(process, out);
  for (std::size_t i = 0; i < out.size(); ++i) add_children(out[i], out);
  return out;
}

/// By handle, after the number was checked again: it may belong to somebody else by now.
void signal_namespace_of(int init, int signal) {
  const auto here = namespace_of(init);
  if (here.empty()) return;
  for (const int process : descendants_of(init)) {
    const file_handle handle{static_cast<int>(::syscall(SYS_pidfd_open, process, 0))};
    if (handle.is_open() && namespace_of(process) == here)
      ::syscall(SYS_pidfd_send_signal, handle.get(), signal, nullptr, 0);
  }
}

std::int64_t memory_of_namespace(int init) {
  std::int64_t kibibytes = 0;
  for (const int process : descendants_of(init)) kibibytes += memory_of(process);
  return kibibytes * 1024;
}

}  // namespace agents::sandbox
