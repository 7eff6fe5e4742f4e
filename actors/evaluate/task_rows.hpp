// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "libagents/core/expected.hpp"

namespace agents::evaluate {

/// A text and the answer to a task's yes/no question about it.
struct task_row {
  std::string text;
  bool yes = false;
};

/// The rows of each yes/no task, by the task's name.
using task_rows = std::map<std::string, std::vector<task_row>>;

/// Reads `tasks/<task>/<file>` for the tasks whose name begins with `prefix`: tab-separated, a header with the columns
/// `label` and `text`, cells quoted where needed with quotes doubled, labels "Yes" and "No".
///
/// Errors: `not_found` without such a task; `corrupt` for a row without the columns or with another label (names file,
/// line).
[[nodiscard]] expected<task_rows> load_task_rows(const std::filesystem::path& folder, const std::string& prefix,
                                                 const std::string& file);

}  // namespace agents::evaluate
