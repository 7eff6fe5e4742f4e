// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/process_tree.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

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
  std::int64_t pages = 0;
  for (const int process : descendants_of(init)) {
    std::ifstream in{folder_of(process) / "statm"};
    std::int64_t size = 0;
    std::int64_t resident = 0;
    std::int64_t shared = 0;
    if (in >> size >> resident >> shared) pages += resident - shared;
  }
  return pages * ::sysconf(_SC_PAGESIZE);
}

}  // namespace agents::sandbox
