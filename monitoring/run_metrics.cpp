// SPDX-License-Identifier: Apache-2.0
#include "monitoring/run_metrics_impl.hpp"

#include <algorithm>

#include "monitoring/request_metrics_impl.hpp"

namespace agents::monitoring {

run_metrics::run_metrics(prometheus::Registry& registry)
    : runs_(make_gauge(registry, metric::runs)),
      running_(runs_.Add({{"state", "running"}})),
      waiting_(runs_.Add({{"state", "waiting"}})),
      started_(make_counter(registry, metric::runs_started).Add({})),
      resumed_(make_counter(registry, metric::runs_resumed).Add({})),
      plans_(make_counter(registry, metric::plans)),
      plans_accepted_(plans_.Add({{"result", "accepted"}})),
      plans_rejected_(plans_.Add({{"result", "rejected"}})),
      ends_{} {
  auto& finished = make_counter(registry, metric::runs_finished);
  auto& durations = make_histogram(registry, metric::run_duration);
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const prometheus::Labels labels{{"status", std::string{statuses[i]}}};
    ends_[i] = {&finished.Add(labels), &durations.Add(labels, run_buckets())};
  }
}

void run_metrics::started(const event& e) {
  started_.Increment();
  enter(e);
}

void run_metrics::resumed(const event& e) {
  resumed_.Increment();
  enter(e);
}

void run_metrics::asked(const event& e) {
  if (!table_.change(e.run, run_state::waiting)) return;
  running_.Decrement();
  waiting_.Increment();
}

void run_metrics::answered(const event& e) {
  if (!table_.change(e.run, run_state::running)) return;
  waiting_.Decrement();
  running_.Increment();
}

void run_metrics::finished(const event& e) {
  const auto& end = of(e);
  const bool waits = e.text == "waiting";
  const auto left = waits ? table_.wait(e.run, e.at) : table_.finish(e.run, e.at);
  end.count->Increment();
  if (left) leave(*left);
  if (left && waits) waiting_.Increment();
  const auto lived = e.handling > duration{0} ? e.handling : left ? left->lived : duration{0};
  if (lived > duration{0} || left) end.duration->Observe(seconds(lived));
}

void run_metrics::attempt_opened(const event& e, request_entry& entry) {
  if (table_.open(e.run, e.step, e.attempt, entry)) entry.attempt_entered();
}

request_entry* run_metrics::attempt_closed(const event& e) {
  auto* entry = table_.close(e.run, e.step, e.attempt);
  if (entry) entry->attempt_left();
  return entry;
}

void run_metrics::enter(const event& e) {
  const auto arrival = table_.start(e.run, e.at);
  if (arrival == run_arrival::was_waiting) waiting_.Decrement();
  if (arrival == run_arrival::is_new || arrival == run_arrival::was_waiting) running_.Increment();
}

void run_metrics::leave(const run_table::ended& left) {
  (left.was == run_state::waiting ? waiting_ : running_).Decrement();
  for (auto* entry : left.open) entry->attempt_left();
}

const run_metrics::per_status& run_metrics::of(const event& e) const noexcept {
  const auto status = e.outcome == errc::cancelled ? std::string_view{"cancelled"} : std::string_view{e.text};
  const auto known = std::find(statuses.begin(), statuses.end() - 1, status);
  return ends_[static_cast<std::size_t>(known - statuses.begin())];
}

}  // namespace agents::monitoring
