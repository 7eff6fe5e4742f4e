// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "libagents/core/file_handle.hpp"

namespace agents {

/// A file in memory with this content; with `sealed` nobody can change it, else it stands at its beginning. Not open
/// when the system refuses it: see `errno`.
[[nodiscard]] file_handle memory_file(const char* name, const void* content, std::size_t bytes, bool sealed);

}  // namespace agents
