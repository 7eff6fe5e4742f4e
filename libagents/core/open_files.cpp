// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/open_files.hpp"

#include <sys/resource.h>

namespace agents {
namespace {

std::optional<open_file_limits>& before() {
  static std::optional<open_file_limits> limits;
  return limits;
}

}  // namespace

void raise_open_file_limit() {
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0 || now.rlim_cur >= now.rlim_max) return;
  const open_file_limits old{now.rlim_cur, now.rlim_max};
  now.rlim_cur = now.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &now) == 0 && !before()) before() = old;
}

std::optional<open_file_limits> open_file_limits_of_children() { return before(); }

std::size_t open_file_limit() {
  rlimit now{};
  constexpr std::size_t usual = 1024;
  return ::getrlimit(RLIMIT_NOFILE, &now) == 0 ? static_cast<std::size_t>(now.rlim_cur) : usual;
}

}  // namespace agents
