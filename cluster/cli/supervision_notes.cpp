// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/supervision_notes.hpp"

#include <string_view>
#include <utility>

#include "libagents/contract/printable.hpp"

namespace agents::cli {
namespace {

constexpr std::size_t most_kept = 1000;
constexpr std::size_t most_told = 100;

std::string_view kind_of(const event& e) {
  switch (e.kind) {
    case event_kind::replica_started: return "started";
    case event_kind::replica_exited: return "exited";
    case event_kind::replica_restarted: return "restarted";
    case event_kind::replica_escalated: return "escalated";
    case event_kind::group_restarted: return "group_restarted";
    case event_kind::alert: return "alert";
    default: return {};
  }
}

const std::string& who(const event& e) { return e.step.empty() ? e.module : e.step; }

/// "a, b, c"
std::string children_of(const event& e) {
  std::string names;
  if (e.data && e.data->is_array())
    for (const auto& id : e.data->as_array()) names += (names.empty() ? "" : ", ") + id.as_string();
  return names;
}

/// "" for what follows from something that was told.
std::string line_about(const event& e) {
  switch (e.kind) {
    case event_kind::replica_restarted: return "restart " + who(e) + ": " + e.text;
    case event_kind::replica_started: return "started again: " + who(e);
    case event_kind::replica_escalated: return "ESCALATION " + who(e) + ": " + e.text;
    case event_kind::group_restarted: return "restart of " + who(e) + " with " + children_of(e) + ": " + e.text;
    case event_kind::alert: return "ALERT " + who(e) + ": " + e.text;
    default: return {};
  }
}

}  // namespace

supervision_notes::supervision_notes(std::function<void(const std::string&)> tell) : tell_(std::move(tell)) {}

void supervision_notes::on_event(const event& e) {
  if (kind_of(e).empty()) return;
  const std::lock_guard lock{mutex_};
  if (e.kind == event_kind::replica_started && started_.insert(e.step).second) return;
  keep(e);
  tell(e);
}

void supervision_notes::keep(const event& e) {
  if (kept_.size() >= most_kept) return void(++omitted_);
  object row{{"kind", kind_of(e)}, {"at", to_iso8601(e.at)}, {"module", e.module}};
  if (!e.step.empty()) row["replica"] = e.step;
  if (e.attempt > 0) row["life"] = static_cast<std::int64_t>(e.attempt);
  if (!e.text.empty() && e.kind != event_kind::replica_started) row["why"] = e.text;
  if (e.kind == event_kind::group_restarted && e.data) row["children"] = *e.data;
  kept_.emplace_back(std::move(row));
}

void supervision_notes::tell(const event& e) {
  if (!tell_ || told_ > most_told) return;
  const auto line = line_about(e);
  if (line.empty()) return;
  tell_(++told_ > most_told ? "more of this is not shown; --json and --metrics have it" : printable(line));
}

object supervision_notes::report() const {
  const std::lock_guard lock{mutex_};
  object out{{"supervision", kept_}};
  if (omitted_ > 0) out["supervision_omitted"] = static_cast<std::int64_t>(omitted_);
  return out;
}

}  // namespace agents::cli
