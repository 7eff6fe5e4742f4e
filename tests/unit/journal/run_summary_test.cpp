// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/run_summary.hpp"

#include "tests/catch.hpp"
#include "tests/unit/journal/samples.hpp"

using namespace agents;
using namespace agents::journal;
using namespace agents::journal::samples;

namespace {

std::string status_after(const std::vector<event>& events) {
  run_summary summary;
  apply(summary, change_of(events));
  return summary.status;
}

}  // namespace

TEST_CASE("the summary of a run follows its events") {
  const auto run = run_number(1);
  const auto started = run_started(run);
  const auto asked = of_kind(event_kind::approval_requested, run, 1);
  const auto answered = of_kind(event_kind::approval_given, run, 2);
  CHECK(status_after({started}) == "running");
  CHECK(status_after({started, asked}) == "waiting");
  CHECK(status_after({started, asked, answered}) == "running");
  CHECK(status_after({started, run_finished(run, 3, "partial")}) == "partial");
  CHECK(status_after({started, of_kind(event_kind::run_cancelled, run, 3)}) == "cancelled");
  CHECK(status_after({run_finished(run, 3), of_kind(event_kind::run_resumed, run, 4)}) == "running");
  auto failed = run_finished(run, 3, "");
  CHECK(status_after({failed}) == "completed");
  failed.outcome = errc::deadline;
  CHECK(status_after({failed}) == "failed");
}

TEST_CASE("the start of a run gives its job and its time, other steps change nothing") {
  run_summary summary;
  apply(summary, change_of(std::vector{run_started(run_number(1), "contract_review")}));
  CHECK(summary.job == "contract_review");
  CHECK(summary.started == run_started(run_number(1)).at);
  CHECK(change_of(std::vector{step_finished(run_number(1), 4)}).empty());
}
