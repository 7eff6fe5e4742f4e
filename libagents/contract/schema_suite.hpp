// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "libagents/core/expected.hpp"

namespace agents {

/// A test of a suite that did not have the declared result.
struct suite_failure {
  std::string file;
  std::string group;
  std::string test;
  std::string why;
};

struct suite_report {
  std::size_t passed = 0;
  std::vector<suite_failure> failed;
};

/// Runs tests in the format of the official JSON Schema Test Suite against the validator. A tool for tests and the
/// command line; it reads files.
///
/// `dir` is the root of the suite (with `tests/draft2020-12` and `remotes`), its folder `tests`, or any folder of
/// *.json test files. Folders inside it, such as `optional`, are not run. The folder `remotes` found beside the tests
/// stands for http://localhost:1234/. Errors: `not_found` when there is no test, `bad_input` for a malformed file; both
/// name the file.
[[nodiscard]] expected<suite_report> run_schema_suite(const std::filesystem::path& dir);

}  // namespace agents
