// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "tests/integration/program/sandbox.hpp"

namespace agents::testing {

/// The `agents` program.
struct agents_box : sandbox {
  agents_box() : sandbox(AGENTS_BINARY_DIR "/agents") {}
};

/// A job whose only step waits for a person.
constexpr std::string_view job_with_approval = R"(name = "approval"
[input]
path = "contract.txt"
[[step]]
id = "read"
ask = "contract.read@1"
with = { path = "{input.path}" }
approve = true
[answer]
answer = "{read.source}"
)";

}  // namespace agents::testing
