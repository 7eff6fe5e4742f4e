// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/cli/console.hpp"

namespace CLI {
class App;
}

namespace agents::cli {

/// Prints a completion script made from the program's own commands and options, so that it cannot go out of date.
exit_code print_completion(const CLI::App& app, const std::string& shell, const console& c);

}  // namespace agents::cli
