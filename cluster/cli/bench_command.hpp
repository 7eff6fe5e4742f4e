// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct bench_options {
  std::string only;
  bool quick = false;
  bool serve = false;  ///< be the module in another process that a benchmark calls
};

/// `agents bench`: every figure of README and docs, beside the raw limits measured in the same run.
exit_code bench(const bench_options& o, const console& c);

}  // namespace agents::cli
