// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/code/snippet.hpp"

namespace agents::code {

/// A language: its interpreter, which waits for a job on its standard input, and how a job is written for it.
struct interpreter {
  std::string_view language;
  std::string program;
  std::vector<std::string> arguments;  ///< with the program's name first
  /// What is written to the waiting interpreter, before the snippet's own standard input.
  std::string (*job_of)(const snippet&);
};

/// Null when there is no such language.
[[nodiscard]] const interpreter* interpreter_of(std::string_view language);

}  // namespace agents::code
