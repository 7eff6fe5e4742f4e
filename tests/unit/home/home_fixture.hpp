// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/catch.hpp"

namespace agents::testing {

/// A folder of the test's own, and a mask that would give files to everybody, so that modes are nobody else's merit.
struct temporary_folder {
  temporary_folder() : mask(::umask(0)) {
    auto pattern = (std::filesystem::temp_directory_path() / "agents-home-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
    ::umask(mask);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  mode_t mask;
  std::filesystem::path path;
};

inline mode_t mode_of(const std::filesystem::path& file) {
  struct stat s {};
  REQUIRE(::stat(file.c_str(), &s) == 0);
  return s.st_mode & 0777;
}

}  // namespace agents::testing
