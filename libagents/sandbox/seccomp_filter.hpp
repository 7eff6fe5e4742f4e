// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libagents/core/expected.hpp"

namespace agents::sandbox {

/// Two BPF programs for the kernel, which takes the stricter of their answers.
struct seccomp_filter {
  std::string allowed;  ///< lets the known harmless system calls pass; others are EPERM or ENOSYS
  std::string refused;  ///< refuses some uses of those: EPERM
};

/// For processes of this machine's instruction set; others are killed. Compiled once per process. `internal` when
/// libseccomp fails.
[[nodiscard]] const expected<seccomp_filter>& compiled_filter();

}  // namespace agents::sandbox
