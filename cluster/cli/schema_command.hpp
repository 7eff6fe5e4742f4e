// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <iosfwd>

#include "libagents/contract/compatibility.hpp"
#include "libagents/contract/schema_suite.hpp"
#include "libagents/core/value.hpp"

namespace agents::cli {

/// `agents schema test DIR`: runs a folder in the layout of the official JSON Schema Test Suite and prints the report
/// on `out`, with `json` as one object with `passed` and `failed` (list of `file`, `group`, `test`).
///
/// Returns the exit code: 0 all passed, 1 some failed, 2 the folder cannot be used (`err` says why and what to do).
int schema_test(const std::filesystem::path& dir, bool json, std::ostream& out, std::ostream& err);

/// `agents schema compatible A.json B.json`: does every value of A satisfy B? Prints the answer on `out`, with `json`
/// as one object with `result`, `counterexample` (null unless the result is "no") and `reason`.
///
/// Returns the exit code: 0 yes, 1 no or unknown, 2 a file cannot be used (`err` names file, line and remedy).
int schema_compatible(const std::filesystem::path& producer, const std::filesystem::path& consumer, bool json,
                      std::ostream& out, std::ostream& err);

}  // namespace agents::cli
