// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cli/console.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace agents::cli {

/// Says what is wrong with a command line that could not be read: in text on standard error and, if it asks for
/// `--json`, as an object on standard output. A command that there is not is answered with the one that is nearest.
exit_code tell_usage_error(const CLI::App& app, const CLI::ParseError& e, int argc, char** argv);

}  // namespace agents::cli
