// SPDX-License-Identifier: Apache-2.0
#include "monitoring/metric_table.hpp"

#include <array>

namespace agents::monitoring {
namespace {

constexpr auto metric_count = static_cast<std::size_t>(metric::label_overflow) + 1;

constexpr std::array<metric_row, metric_count> table{{
    {"agents_requests_total", "counter", "module, capability, outcome",
     "Requests that ended, by typed outcome; none is success."},
    {"agents_request_queueing_seconds", "histogram", "module, capability",
     "Time a request waited in the mailbox of the module."},
    {"agents_request_handling_seconds", "histogram", "module, capability", "Time a request spent inside the module."},
    {"agents_attempts_total", "counter", "module, capability, kind",
     "Attempts that orchestrators started; kind is first or retry."},
    {"agents_attempts_in_flight", "gauge", "module, capability", "Attempts that started and did not end yet."},
    {"agents_hedges_total", "counter", "module, capability, result",
     "Requests sent to a second replica because the first was slow; result is won (the second answered) or lost."},
    {"agents_cost_money_total", "counter", "module, capability", "Money spent, in units of the budget's currency."},
    {"agents_cost_tokens_total", "counter", "module, capability", "Tokens spent."},
    {"agents_reliability_ratio", "gauge", "module, capability",
     "Learned probability from 0 to 1 that an answer passes its verdict."},
    {"agents_verdicts_total", "counter", "module, verdict",
     "Judgements of the verifier module; verdict is pass, fail or error (it could not judge)."},
    {"agents_reflections_total", "counter", "rung", "Steps up the reflection ladder."},
    {"agents_replica_starts_total", "counter", "module", "Replicas started, restarts included."},
    {"agents_replica_exits_total", "counter", "module, outcome", "Replicas that ended, by typed outcome."},
    {"agents_replica_restarts_total", "counter", "module, reason",
     "Restarts by a supervisor; reason is crash, hang, node_lost, upgrade or other."},
    {"agents_replica_queue_depth", "gauge", "module",
     "Requests waiting in the mailboxes of the module's replicas, as last reported."},
    {"agents_replica_in_flight", "gauge", "module",
     "Requests being handled by the module's replicas, as last reported."},
    {"agents_supervisor_escalations_total", "counter", "supervisor",
     "Times a supervisor gave up and passed the failure to its parent."},
    {"agents_supervisor_group_restarts_total", "counter", "supervisor",
     "Times a supervisor restarted several children together, or was restarted itself."},
    {"agents_alerts_total", "counter", "module", "Alerts raised by the runtime."},
    {"agents_plans_total", "counter", "result", "Plans checked; result is accepted or rejected."},
    {"agents_runs", "gauge", "state", "Runs alive in this process; state is running or waiting (has asked a person)."},
    {"agents_runs_started_total", "counter", "", "Runs started in this process."},
    {"agents_runs_resumed_total", "counter", "", "Runs resumed in this process."},
    {"agents_runs_total", "counter", "status",
     "Runs that stopped; status is completed, partial, failed, waiting, cancelled or other."},
    {"agents_run_duration_seconds", "histogram", "status",
     "Time from the start of a run to its end, waiting included."},
    {"agents_label_overflow_total", "counter", "",
     "Events counted under the label other because too many distinct labels exist."},
}};

constexpr std::array request_bounds{5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025,
                                    0.05, 0.1,  0.25,   0.5,  1.0,  2.5,    5.0,  10.0, 30.0,   60.0, 300.0};
constexpr std::array run_bounds{1e-3, 5e-3, 0.01, 0.025, 0.05,  0.1,   0.25,   0.5,    1.0,     2.5,    5.0,
                                10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0, 86400.0};

}  // namespace

std::span<const metric_row> metric_table() noexcept { return table; }

const metric_row& row_of(metric m) noexcept { return table[static_cast<std::size_t>(m)]; }

std::span<const double> request_bounds_seconds() noexcept { return request_bounds; }

std::span<const double> run_bounds_seconds() noexcept { return run_bounds; }

}  // namespace agents::monitoring
