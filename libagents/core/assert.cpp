// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace agents::detail {

void assertion_failed(const char* what, const char* file, int line) noexcept {
  std::fprintf(stderr, "libagents: defect at %s:%d: expected %s. Please report this.\n", file, line, what);
  std::abort();
}

}  // namespace agents::detail
