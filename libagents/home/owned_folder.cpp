// SPDX-License-Identifier: Apache-2.0
#include "libagents/home/owned_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace agents {
namespace {

namespace fs = std::filesystem;

unexpected cannot_make(const fs::path& folder, int code, const std::string& remedy) {
  return {errc::io, "cannot create " + folder.string() + ": " + std::strerror(code) + "; " + remedy};
}

/// Each missing folder on the way. One that somebody else makes meanwhile is looked at afterwards.
expected<void> make_all(const fs::path& folder, const std::string& remedy) {
  fs::path made;
  for (const auto& part : folder) {
    made /= part;
    if (::mkdir(made.c_str(), S_IRWXU) == 0 || errno == EEXIST) continue;
    const int code = errno;
    struct stat s {};
    if (::stat(made.c_str(), &s) == 0) continue;  // such as on a read-only file system
    return cannot_make(made, code, remedy);
  }
  return {};
}

expected<void> check(const fs::path& folder, const struct stat& s, const std::string& remedy) {
  if (!S_ISDIR(s.st_mode)) return unexpected{errc::rejected, folder.string() + " is no folder; " + remedy};
  if (s.st_uid != ::geteuid() && s.st_uid != 0)
    return unexpected{errc::rejected, folder.string() + " belongs to another user (" + std::to_string(s.st_uid) +
                                          "), who could replace what is in it; " + remedy};
  if ((s.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return unexpected{errc::rejected, "others may write in " + folder.string() + ", and could replace what is in it; " +
                                          "if nobody has: chmod go-w " + folder.string() + ", or " + remedy};
  return {};
}

}  // namespace

expected<void> make_owned_folder(const fs::path& folder, const std::string& remedy) {
  if (auto ok = make_all(folder, remedy); !ok) return ok;
  struct stat s {};
  if (::stat(folder.c_str(), &s) != 0) return cannot_make(folder, errno, remedy);
  return check(folder, s, remedy);
}

expected<void> check_owned_folder(const fs::path& folder, const std::string& remedy) {
  struct stat s {};
  return ::stat(folder.c_str(), &s) == 0 ? check(folder, s, remedy) : expected<void>{};
}

}  // namespace agents
