// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/declared_planner.hpp"

#include "actors/plan/job.hpp"
#include "actors/plan/planning.hpp"

namespace agents {
namespace {

expected<plan> read_declared(const planning_request& q) {
  const auto file = q.planner_input.get_string("file");
  if (file.empty()) return unexpected{errc::bad_input, "planner_input.file must name the job file"};
  auto job = load_job(std::filesystem::path{file});
  if (!job) return job.propagate();
  if (!job->declared) return unexpected{errc::bad_input, std::string{file} + " declares no steps"};
  return std::move(*job->declared);
}

}  // namespace

module declared_planner() {
  return module("declared_planner", "1.0.0")
      .described("Reads the plan from a job file")
      .runs(execution_mode::dedicated)
      .offers("plan.declared@1", read_declared, {.effect = effect::pure});
}

}  // namespace agents
