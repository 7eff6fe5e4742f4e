// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/event.hpp"

#include <exception>
#include <tuple>

#include "libagents/core/exception_text.hpp"

namespace agents {
namespace {

auto scalars(const event& e) {
  return std::tie(e.kind, e.at, e.run, e.step, e.attempt, e.capability, e.module, e.version, e.outcome, e.text, e.score,
                  e.queueing, e.handling, e.micro_money, e.tokens, e.depth, e.in_flight);
}

bool same_data(const shared_value& a, const shared_value& b) { return a == b || (a && b && *a == *b); }

}  // namespace

bool operator==(const event& a, const event& b) { return scalars(a) == scalars(b) && same_data(a.data, b.data); }

std::string_view to_string(event_kind kind) noexcept {
  switch (kind) {
    case event_kind::run_started: return "run_started";
    case event_kind::plan_accepted: return "plan_accepted";
    case event_kind::plan_rejected: return "plan_rejected";
    case event_kind::attempt_started: return "attempt_started";
    case event_kind::attempt_finished: return "attempt_finished";
    case event_kind::verdict: return "verdict";
    case event_kind::reflection: return "reflection";
    case event_kind::step_finished: return "step_finished";
    case event_kind::approval_requested: return "approval_requested";
    case event_kind::approval_given: return "approval_given";
    case event_kind::run_finished: return "run_finished";
    case event_kind::run_resumed: return "run_resumed";
    case event_kind::run_cancelled: return "run_cancelled";
    case event_kind::replica_started: return "replica_started";
    case event_kind::replica_exited: return "replica_exited";
    case event_kind::replica_restarted: return "replica_restarted";
    case event_kind::replica_escalated: return "replica_escalated";
    case event_kind::replica_depth: return "replica_depth";
    case event_kind::chunk: return "chunk";
    case event_kind::progress: return "progress";
    case event_kind::alert: return "alert";
    case event_kind::request_finished: return "request_finished";
    case event_kind::lesson: return "lesson";
    case event_kind::request_hedged: return "request_hedged";
    case event_kind::group_restarted: return "group_restarted";
    case event_kind::module_upgrade: return "module_upgrade";
  }
  return "unknown";
}

void event_bus::on_event(const event& e) {
  for (auto& o : observers_) {
    try {
      o.sink->on_event(e);
    } catch (...) {
      has_missed(o, e.at);
    }
  }
}

/// Called while an exception is handled.
void event_bus::has_missed(observer& who, time_point at) noexcept {
  missed_.fetch_add(1, std::memory_order_relaxed);
  if (who.has_thrown.exchange(true)) return;
  try {
    event alert;
    alert.kind = event_kind::alert;
    alert.at = at;
    alert.module = "observer";
    alert.outcome = errc::internal;
    alert.text =
        "an observer of events threw and has missed one; this is told once: " + text_of(std::current_exception());
    on_event(alert);
  } catch (...) {  // no memory for an alert: the count tells
  }
}

void event_log::on_event(const event& e) {
  const std::lock_guard lock{mutex_};
  events_.push_back(e);
}

std::vector<event> event_log::events() const {
  const std::lock_guard lock{mutex_};
  return events_;
}

}  // namespace agents
