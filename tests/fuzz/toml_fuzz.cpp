// SPDX-License-Identifier: Apache-2.0
// Any bytes as a TOML file, and what parses as a job: ends in a job or an error, never otherwise; a job's plan
// compiles.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "actors/plan/job.hpp"
#include "libagents/core/assert.hpp"

using namespace agents;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = parse_toml({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (!document) {
    AGENTS_ASSERT(document.error().code == errc::bad_input && document.error().message.starts_with("fuzz.toml"));
    return 0;
  }
  const auto job = read_job(*document);
  if (!job) {
    AGENTS_ASSERT(job.error().code == errc::bad_input && job.error().message.starts_with("fuzz.toml"));
    return 0;
  }
  AGENTS_ASSERT(!job->task.job.empty());
  AGENTS_ASSERT(job->declared ? compile(*job->declared).has_value() : !job->task.planner.empty());
  return 0;
}
