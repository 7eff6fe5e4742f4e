// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libagents/core/expected.hpp"

namespace agents::licence {

/// The dynamic linker that an ELF program asks for (PT_INTERP), from the first bytes of the program. `unsupported` for
/// what is no 64-bit little-endian ELF file and for statically linked programs, with the remedy.
[[nodiscard]] expected<std::string> requested_linker(std::string_view program_bytes, const std::string& name);

}  // namespace agents::licence
