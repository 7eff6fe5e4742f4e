// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "libagents/core/expected.hpp"

namespace agents::sandbox {

/// Two BPF programs for the kernel, which takes the stricter of their answers.
struct seccomp_filter {
  std::string allowed;  ///< lets the known harmless system calls pass; others are EPERM or ENOSYS
  std::string refused;  ///< refuses some uses of those: EPERM
};

/// Who limits the memory of a sandbox.
enum class memory_limit : std::uint8_t {
  cgroup,  ///< the kernel, which counts everything
  node     ///< it adds up the processes: memory that none of them maps must not exist
};

/// For processes of this machine's instruction set; others are killed. Compiled once per process. `internal` when
/// libseccomp fails.
[[nodiscard]] const expected<seccomp_filter>& compiled_filter(memory_limit by);

}  // namespace agents::sandbox
