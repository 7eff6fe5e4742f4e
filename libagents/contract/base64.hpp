// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents {

/// Appends the base64 form (RFC 4648 §4, padded) of `data`.
void append_base64(std::string& out, const bytes& data);

/// The inverse; `bad_input` for anything but canonical padded base64.
[[nodiscard]] expected<bytes> parse_base64(std::string_view text);

}  // namespace agents
