// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "monitoring/request_metrics_impl.hpp"

namespace agents::monitoring {
namespace {

prometheus::Labels with(prometheus::Labels labels, const char* name, std::string_view value) {
  labels.emplace(name, value);
  return labels;
}

double seconds_of(duration d) { return std::max(0.0, seconds(d)); }

}  // namespace

request_entry::families::families(prometheus::Registry& registry)
    : requests(make_counter(registry, metric::requests)),
      attempts(make_counter(registry, metric::attempts)),
      in_flight(make_gauge(registry, metric::attempts_in_flight)),
      hedges(make_counter(registry, metric::hedges)),
      queueing(make_histogram(registry, metric::request_queueing)),
      handling(make_histogram(registry, metric::request_handling)),
      money(make_counter(registry, metric::cost_money)),
      tokens(make_counter(registry, metric::cost_tokens)),
      reliability(make_gauge(registry, metric::reliability)) {}

request_entry::request_entry(families& f, const std::string& module, const std::string& capability)
    : families_(f),
      labels_{{"module", module}, {"capability", capability}},
      outcomes_{},
      first_(f.attempts.Add(with(labels_, "kind", "first"))),
      retry_(f.attempts.Add(with(labels_, "kind", "retry"))),
      in_flight_(f.in_flight.Add(labels_)),
      hedges_won_(f.hedges.Add(with(labels_, "result", "won"))),
      hedges_lost_(f.hedges.Add(with(labels_, "result", "lost"))),
      queueing_(f.queueing.Add(labels_, request_buckets())),
      handling_(f.handling.Add(labels_, request_buckets())),
      money_(f.money.Add(labels_)),
      tokens_(f.tokens.Add(labels_)) {
  for (std::size_t i = 0; i < outcome_count; ++i)
    outcomes_[i] = &f.requests.Add(with(labels_, "outcome", to_string(static_cast<errc>(i))));
}

void request_entry::attempt_started(std::uint32_t attempt) { (attempt > 1 ? retry_ : first_).Increment(); }

void request_entry::finished(const event& e, errc outcome) {
  outcomes_[static_cast<std::size_t>(std::min(outcome, last_errc))]->Increment();
  observe_latency(e, outcome);
  if (e.micro_money > 0) money_.Increment(static_cast<double>(e.micro_money) / 1e6);
  if (e.tokens > 0) tokens_.Increment(static_cast<double>(e.tokens));
}

// A request refused before it reached the module has no latency; counting it as zero would make an overloaded module
// look fast.
void request_entry::observe_latency(const event& e, errc outcome) {
  const bool handled = outcome == errc::none || e.handling > duration{0};
  if (handled || e.queueing > duration{0}) queueing_.Observe(seconds_of(e.queueing));
  if (handled) handling_.Observe(seconds_of(e.handling));
}

void request_entry::learned(double reliability) { families_.reliability.Add(labels_).Set(reliability); }

}  // namespace agents::monitoring
