// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/code/runner.hpp"
#include "libagents/contract/module.hpp"

namespace agents::code {

/// The module `code_runner`: runs snippets of Python and shell, each in a sandbox of its own (`code.run@1`).
[[nodiscard]] module code_module(runner_settings settings = {});

}  // namespace agents::code
