// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/run_summary.hpp"

namespace agents::journal {
namespace {

std::string final_status(const event& e) {
  if (!e.text.empty()) return e.text;
  return e.outcome == errc::none ? "completed" : "failed";
}

void start(summary_change& change, const event& e) {
  change.status = "running";
  change.started = e.at;
  change.job = e.data ? std::string{e.data->get_string("job")} : std::string{};
}

void add(summary_change& change, const event& e) {
  switch (e.kind) {
    case event_kind::run_started: return start(change, e);
    case event_kind::run_resumed:
    case event_kind::approval_given: change.status = "running"; return;
    case event_kind::approval_requested: change.status = "waiting"; return;
    case event_kind::run_cancelled: change.status = "cancelled"; return;
    case event_kind::run_finished: change.status = final_status(e); return;
    default: return;
  }
}

}  // namespace

summary_change change_of(std::span<const event> events) {
  summary_change change;
  for (const auto& e : events) add(change, e);
  return change;
}

void apply(run_summary& summary, const summary_change& change) {
  if (change.job) summary.job = *change.job;
  if (change.status) summary.status = *change.status;
  if (change.started) summary.started = *change.started;
}

bool is_open(std::string_view status) noexcept { return status == "running" || status == "waiting"; }

}  // namespace agents::journal
