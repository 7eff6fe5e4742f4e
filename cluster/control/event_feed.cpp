// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/event_feed.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace agents::control {
namespace {

constexpr std::size_t most_waiting = 1000;
constexpr int last_kind = 127;
constexpr std::string_view unknown_kind = "unknown";  ///< what `to_string` says of a number that is none

std::optional<event_kind> kind_named(std::string_view name) {
  for (int i = 1; i <= last_kind; ++i)
    if (const auto kind = static_cast<event_kind>(i); name != unknown_kind && to_string(kind) == name) return kind;
  return std::nullopt;
}

expected<std::set<event_kind>> read_kinds(const value& arguments) {
  std::set<event_kind> out;
  const auto* list = arguments.find("kinds");
  if (!list) return out;
  if (!list->is_array()) return unexpected{errc::bad_input, "`kinds`: expected a list of kinds of events"};
  for (const auto& k : list->as_array()) {
    const auto kind = k.is_string() ? kind_named(k.as_string()) : std::nullopt;
    if (!kind)
      return unexpected{
          errc::bad_input,
          "`kinds`: there is no such kind of event; docs/journal_format.md lists them, for example alert"};
    out.insert(*kind);
  }
  return out;
}

/// Without what nobody shows: payloads are large, and may be secret.
event bare(const event& e) {
  auto out = e;
  out.data = nullptr;
  return out;
}

}  // namespace

object row_of(const event& e) {
  object row{{"kind", to_string(e.kind)}, {"at", to_iso8601(e.at)}};
  const auto text = [&row](std::string_view name, const std::string& v) {
    if (!v.empty()) row[name] = v;
  };
  text("module", e.module);
  text("version", e.version);
  text("step", e.step);
  text("capability", e.capability);
  text("text", e.text);
  if (e.run != run_id{}) row["run"] = e.run.to_string();
  if (e.attempt > 0) row["attempt"] = e.attempt;
  if (e.outcome != errc::none) row["outcome"] = to_string(e.outcome);
  if (e.queueing > duration::zero()) row["queueing_seconds"] = seconds(e.queueing);
  if (e.handling > duration::zero()) row["handling_seconds"] = seconds(e.handling);
  if (e.kind == event_kind::replica_depth) {
    row["depth"] = e.depth;
    row["in_flight"] = e.in_flight;
  }
  return row;
}

bool event_feed::wants(const reader& r, const event& e) {
  return (r.kinds.empty() || r.kinds.contains(e.kind)) && (r.module.empty() || r.module == e.module);
}

void event_feed::on_event(const event& e) {
  if (!is_read_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock{mutex_};
  for (const auto& r : readers_) {
    if (!wants(*r, e)) continue;
    if (r->waiting.size() >= most_waiting)
      ++r->lost;
    else
      r->waiting.push_back(bare(e));
  }
}

void event_feed::subscribe(const std::shared_ptr<exchange>& who) {
  auto kinds = read_kinds(who->arguments());
  if (!kinds) return who->end(kinds.propagate());
  auto r = std::make_shared<reader>();
  r->who = who;
  r->kinds = std::move(*kinds);
  r->module = who->arguments().get_string("module");
  const std::lock_guard lock{mutex_};
  readers_.push_back(std::move(r));
  is_read_.store(true);
}

/// How many were lost: those that were published while too many waited, and what the client does not take now. What is
/// left behind one that was not taken is lost too: order matters more than the last item that would still fit.
std::int64_t event_feed::send(exchange& to, const std::deque<event>& events, std::int64_t lost) {
  bool taken = true;
  for (const auto& e : events) {
    auto row = row_of(e);
    if (lost > 0) row["lost"] = lost;
    taken = taken && to.send_item(row);
    lost = taken ? 0 : lost + 1;
  }
  return lost;
}

void event_feed::flush() {
  if (!is_read_.load(std::memory_order_relaxed)) return;
  for (const auto& r : readers()) {
    std::deque<event> events;
    std::int64_t lost = 0;
    {
      const std::lock_guard lock{mutex_};
      events.swap(r->waiting);
      lost = std::exchange(r->lost, 0);
    }
    lost = send(*r->who, events, lost);
    const std::lock_guard lock{mutex_};
    r->lost += lost;
  }
}

std::vector<std::shared_ptr<event_feed::reader>> event_feed::readers() {
  const std::lock_guard lock{mutex_};
  std::erase_if(readers_, [](const auto& r) { return r->who->is_over(); });
  is_read_.store(!readers_.empty());
  return readers_;
}

}  // namespace agents::control
