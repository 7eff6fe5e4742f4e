// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace agents::detail {
[[noreturn]] void assertion_failed(const char* what, const char* file, int line) noexcept;
}

/// States what must be true if our own code is right. Active in release builds; aborts with file and line.
#define AGENTS_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::agents::detail::assertion_failed(#condition, __FILE__, __LINE__))
