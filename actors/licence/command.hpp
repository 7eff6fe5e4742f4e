// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libagents/core/expected.hpp"

namespace agents::licence {

/// Runs a program by its absolute path, without a shell, with an empty standard input and a minimal environment
/// (PATH and LC_ALL=C only, so that neither LD_PRELOAD nor LD_LIBRARY_PATH reach it), and returns its standard output.
///
/// Blocks for at most 10 s; then the program is killed and the error is `deadline`. More than 8 MiB of output is
/// `unsupported`. An exit code other than 0 is an error only when nothing was printed: dpkg-query fails when one of
/// many paths is unknown, and prints the others.
[[nodiscard]] expected<std::string> run_command(const std::vector<std::string>& arguments);

}  // namespace agents::licence
