// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct new_module_options {
  std::string name;
  std::string folder;
};

/// `agents new module NAME`: writes a folder with a module of 30 lines, its test and its build file. Overwrites
/// nothing.
exit_code new_module(const new_module_options& o, const console& c);

}  // namespace agents::cli
