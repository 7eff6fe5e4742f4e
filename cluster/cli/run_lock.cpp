// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/run_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "libagents/home/home_folder.hpp"
#include "libagents/home/owned_folder.hpp"

namespace agents::cli {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const fs::path& home, const run_id& run) { return home / "working" / run.to_string(); }

/// Of the whole file, and of this opening of it: not of the process, whose other openings do not matter.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

bool lock(int descriptor) {
  auto wanted = whole_file();
  return ::fcntl(descriptor, F_OFD_SETLK, &wanted) == 0;
}

bool is_locked(int descriptor) {
  auto wanted = whole_file();
  return ::fcntl(descriptor, F_OFD_GETLK, &wanted) == 0 && wanted.l_type != F_UNLCK;
}

/// False when the file has been removed, or made anew, since it was opened.
bool is_still(int descriptor, const fs::path& file) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(file.c_str(), &named) == 0 && opened.st_ino == named.st_ino;
}

std::int64_t written_in(int descriptor) {
  std::array<char, 24> text{};
  const auto size = ::pread(descriptor, text.data(), text.size() - 1, 0);
  return size > 0 ? static_cast<std::int64_t>(std::atol(text.data())) : 0;
}

void write_pid(int descriptor) {
  const auto text = std::to_string(::getpid()) + "\n";
  // Only shown to people: a lock without it is a lock all the same.
  if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, text.data(), text.size(), 0) < 0) return;
}

unexpected io(const fs::path& file) {
  return {errc::io, "cannot open " + file.string() + ": " + std::strerror(errno) +
                        "; set AGENTS_HOME to a folder that you may write"};
}

unexpected is_worked_on(const run_id& run, std::int64_t by) {
  return {errc::conflict, "process " + std::to_string(by) + " works on run " + run.to_string() +
                              " now: wait for it, or end it (kill " + std::to_string(by) +
                              "), or take the run away from it with --take-over"};
}

}  // namespace

expected<run_lock> run_lock::take(const run_id& run, when_held held) {
  const auto home = make_home_folder();
  if (!home) return home.propagate();
  const auto file = file_of(*home, run);
  if (auto ok = make_owned_folder(file.parent_path(), home_remedy); !ok) return ok.propagate();
  std::error_code failure;
  for (;;) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return io(file);
    run_lock mine{file, descriptor};
    if (lock(descriptor)) {
      if (!is_still(descriptor, file)) continue;  // its owner has just removed it
      write_pid(descriptor);
      return mine;
    }
    const auto owner = written_in(descriptor);
    if (held == when_held::refuse) {
      mine.file_.clear();
      return is_worked_on(run, owner);
    }
    if (is_still(descriptor, file)) fs::remove(file, failure);  // the other one keeps its lock on a file without a name
    mine.file_.clear();
  }
}

run_lock::run_lock(run_lock&& other) noexcept
    : file_(std::exchange(other.file_, {})), descriptor_(std::exchange(other.descriptor_, -1)) {}

run_lock::~run_lock() {
  if (descriptor_ < 0) return;
  std::error_code ignored;
  if (!file_.empty() && is_still(descriptor_, file_)) fs::remove(file_, ignored);
  ::close(descriptor_);
}

std::optional<std::int64_t> worker_of(const run_id& run) {
  const auto home = home_folder();
  if (!home) return std::nullopt;
  const int descriptor = ::open(file_of(*home, run).c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  const auto by = is_locked(descriptor) ? std::optional{written_in(descriptor)} : std::nullopt;
  ::close(descriptor);
  return by;
}

}  // namespace agents::cli
