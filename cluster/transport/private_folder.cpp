// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/private_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>

namespace agents {
namespace {

constexpr std::size_t longest_folder = 80;  // leaves room for a socket's name within the 107 bytes of sun_path

std::filesystem::path parent_folder() {
  const auto* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::error_code ignored;
  if (runtime && std::string_view{runtime}.size() < longest_folder && std::filesystem::is_directory(runtime, ignored))
    return runtime;
  auto temporary = std::filesystem::temp_directory_path(ignored);
  return temporary.empty() || temporary.string().size() >= longest_folder ? "/tmp" : temporary;
}

constexpr std::string_view prefix = "agents-";
constexpr std::size_t random_letters = 6;
/// A younger folder may be about to get its lock.
constexpr std::time_t leave_alone_s = 60;

/// Locked, when nobody else has it.
file_handle lock_folder(const std::filesystem::path& path) {
  file_handle folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (folder.is_open() && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) return folder;
  return {};
}

bool is_left_behind(const std::filesystem::path& path) {
  const auto name = path.filename().native();
  struct stat about {};
  return name.size() == prefix.size() + random_letters && name.starts_with(prefix) &&
         ::lstat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == ::geteuid() &&
         (about.st_mode & 0777) == 0700 && about.st_mtime + leave_alone_s < std::time(nullptr);
}

/// Removes the folders of processes that were killed.
void sweep(const std::filesystem::path& parent) {
  std::error_code problem;
  for (std::filesystem::directory_iterator at{parent, problem}, end; !problem && at != end; at.increment(problem)) {
    if (!is_left_behind(at->path())) continue;
    const auto lock = lock_folder(at->path());
    std::error_code ignored;
    if (lock.is_open()) std::filesystem::remove_all(at->path(), ignored);
  }
}

}  // namespace

expected<private_folder> private_folder::create() {
  for (const auto& parent : {parent_folder(), std::filesystem::path{"/tmp"}}) {
    auto pattern = (parent / "agents-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) continue;
    auto lock = lock_folder(pattern);
    sweep(parent);
    return private_folder{pattern, std::move(lock)};
  }
  return unexpected{errc::io, "cannot create a folder for sockets below " + parent_folder().string() + ": " +
                                  std::strerror(errno) + "; make TMPDIR writable"};
}

private_folder::private_folder(private_folder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

private_folder::~private_folder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace agents
