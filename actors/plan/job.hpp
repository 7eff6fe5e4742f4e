// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "actors/plan/toml_document.hpp"
#include "libagents/orchestration/plan.hpp"
#include "libagents/orchestration/task.hpp"

namespace agents {

/// A job: a kind of task that is kept in a file. The format is documented in docs/jobs.md.
struct job {
  std::filesystem::path file;
  task_spec task;                     ///< with the defaults of the inputs
  std::vector<std::string> required;  ///< inputs that must be given: not absent, null or ""
  std::optional<plan> declared;       ///< absent: the task's planner makes the plan
};

/// Reads a job: `place` is a file, or a folder with a job.toml. Errors name file, line, key and remedy.
[[nodiscard]] expected<job> load_job(const std::filesystem::path& place);
[[nodiscard]] expected<job> read_job(const toml_document& document);

}  // namespace agents
