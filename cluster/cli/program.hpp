// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "libagents/contract/module.hpp"

namespace agents {

/// The whole `agents` program, with modules of your own beside the shipped ones:
///
///     int main(int argc, char** argv) { return agents::program(argc, argv, {greeter}); }
///
/// Returns the exit code. Called once, from main.
int program(int argc, char** argv, std::vector<module_factory> own);

}  // namespace agents
