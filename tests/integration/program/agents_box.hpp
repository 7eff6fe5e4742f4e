// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "tests/integration/program/sandbox.hpp"

namespace agents::testing {

/// The `agents` program, beside the test.
struct agents_box : sandbox {
  agents_box() : sandbox((fs::read_symlink("/proc/self/exe").parent_path() / "agents").string()) {}
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
