// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/short_slices.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace agents {
namespace {

/// The kernel's least, 0.1 ms.
constexpr std::uint64_t slice_ns = 100'000;

/// struct sched_attr of sched_setattr(2), as of its first version; not all C libraries have it.
struct attributes {
  std::uint32_t size = sizeof(attributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

}  // namespace

void prefer_short_slices() {
  attributes a;
  if (::syscall(SYS_sched_getattr, 0, &a, sizeof a, 0) != 0 || a.policy != SCHED_OTHER) return;
  a.flags = 0;
  a.runtime_ns = slice_ns;
  static_cast<void>(::syscall(SYS_sched_setattr, 0, &a, 0));  // refused: it stays as it was
}

}  // namespace agents
