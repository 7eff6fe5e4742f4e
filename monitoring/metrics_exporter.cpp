// SPDX-License-Identifier: Apache-2.0
#include "monitoring/metrics_exporter.hpp"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <exception>
#include <functional>
#include <sstream>

#include "monitoring/label_table.hpp"
#include "monitoring/listen_address.hpp"
#include "monitoring/replica_metrics_impl.hpp"
#include "monitoring/request_metrics_impl.hpp"
#include "monitoring/run_metrics_impl.hpp"

namespace agents {

using namespace monitoring;

namespace {

constexpr std::size_t max_rungs = 16;
constexpr std::size_t http_threads = 2;

using shared_counter = std::reference_wrapper<prometheus::Counter>;

auto counters_of(counter_family& family, const char* label) {
  return [&family, label](const std::string& name, const std::string&) {
    return std::make_unique<shared_counter>(family.Add({{label, name}}));
  };
}

}  // namespace

namespace {

/// What the server asks for the metrics; counts how often.
class counted_registry final : public prometheus::Collectable {
 public:
  explicit counted_registry(std::shared_ptr<prometheus::Registry> registry) : registry_(std::move(registry)) {}
  std::vector<prometheus::MetricFamily> Collect() const override {
    auto all = registry_->Collect();
    scrapes_.fetch_add(1);
    return all;
  }
  [[nodiscard]] std::uint64_t scrapes() const noexcept { return scrapes_.load(); }

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  mutable std::atomic<std::uint64_t> scrapes_{0};
};

}  // namespace

class metrics_exporter::impl {
 public:
  explicit impl(const metrics_config& config);

  void on_event(const event& e);
  expected<void> serve(const listen_address& address);
  [[nodiscard]] const std::string& bound_address() const noexcept { return bound_address_; }
  [[nodiscard]] std::uint64_t scrapes() const noexcept { return served_->scrapes(); }
  [[nodiscard]] std::string render() const;

 private:
  request_entry& request(const event& e) { return requests_.at(e.module, e.capability); }
  replica_entry& replica(const event& e) { return replicas_.at(e.module); }
  std::function<void()> count_overflow() {
    return [this] { overflow_.Increment(); };
  }
  void on_attempt_started(const event& e);
  void on_attempt_finished(const event& e);
  void on_verdict(const event& e);
  void on_escalated(const event& e);

  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  std::shared_ptr<counted_registry> served_ = std::make_shared<counted_registry>(registry_);
  request_entry::families request_families_{*registry_};
  replica_entry::families replica_families_{*registry_};
  counter_family& escalations_{make_counter(*registry_, metric::escalations)};
  counter_family& group_restarts_{make_counter(*registry_, metric::group_restarts)};
  counter_family& reflections_{make_counter(*registry_, metric::reflections)};
  prometheus::Counter& overflow_{make_counter(*registry_, metric::label_overflow).Add({})};
  run_metrics runs_{*registry_};
  label_table<request_entry> requests_;
  label_table<replica_entry> replicas_;
  label_table<shared_counter> supervisors_;
  label_table<shared_counter> groups_;
  label_table<shared_counter> rungs_;
  std::string bound_address_;
  std::unique_ptr<prometheus::Exposer> exposer_;  // last: it stops before anything else goes
};

metrics_exporter::impl::impl(const metrics_config& config)
    : requests_(
          config.max_label_pairs,
          [this](const std::string& module, const std::string& capability) {
            return std::make_unique<request_entry>(request_families_, module, capability);
          },
          count_overflow()),
      replicas_(
          config.max_label_pairs,
          [this](const std::string& module, const std::string&) {
            return std::make_unique<replica_entry>(replica_families_, module);
          },
          count_overflow()),
      supervisors_(config.max_label_pairs, counters_of(escalations_, "supervisor"), count_overflow()),
      groups_(config.max_label_pairs, counters_of(group_restarts_, "supervisor"), count_overflow()),
      rungs_(max_rungs, counters_of(reflections_, "rung"), count_overflow()) {}

void metrics_exporter::impl::on_event(const event& e) {
  switch (e.kind) {
    case event_kind::run_started: return runs_.started(e);
    case event_kind::run_resumed: return runs_.resumed(e);
    case event_kind::run_finished: return runs_.finished(e);
    case event_kind::approval_requested: return runs_.asked(e);
    case event_kind::approval_given: return runs_.answered(e);
    case event_kind::plan_accepted: return runs_.plan_checked(true);
    case event_kind::plan_rejected: return runs_.plan_checked(false);
    case event_kind::attempt_started: return on_attempt_started(e);
    case event_kind::attempt_finished: return on_attempt_finished(e);
    case event_kind::request_finished: return request(e).finished(e, e.outcome);
    case event_kind::request_hedged: return request(e).hedged(e.text == "won");
    case event_kind::lesson: return request(e).learned(e.score);
    case event_kind::verdict: return on_verdict(e);
    case event_kind::reflection: return rungs_.at(e.text).get().Increment();
    case event_kind::replica_started: return replica(e).started();
    case event_kind::replica_exited: return replica(e).exited(e.outcome);
    case event_kind::replica_restarted: return replica(e).restarted(e.text);
    case event_kind::replica_escalated: return on_escalated(e);
    case event_kind::group_restarted: return groups_.at(e.module).get().Increment();
    case event_kind::replica_depth: return replica(e).reported(e.step, e.depth, e.in_flight);
    case event_kind::alert: return replica(e).alerted();
    case event_kind::step_finished:
    case event_kind::run_cancelled:
    case event_kind::module_upgrade:
    case event_kind::chunk:
    case event_kind::progress: return;
  }
}

expected<void> metrics_exporter::impl::serve(const listen_address& address) {
  try {
    exposer_ = std::make_unique<prometheus::Exposer>(address.to_string(), http_threads);
    exposer_->RegisterCollectable(served_);
    const auto ports = exposer_->GetListeningPorts();
    bound_address_ = listen_address{address.host, static_cast<std::uint16_t>(ports.at(0))}.to_string();
    return {};
  } catch (const std::exception&) {
    exposer_.reset();
    return unexpected{errc::io, "cannot serve metrics on " + address.to_string() + ": " + explain_refusal(address)};
  }
}

std::string metrics_exporter::impl::render() const {
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, registry_->Collect());
  return std::move(out).str();
}

void metrics_exporter::impl::on_attempt_started(const event& e) {
  auto& entry = request(e);
  entry.attempt_started(e.attempt);
  runs_.attempt_opened(e, entry);
}

// The end of an attempt need not repeat its capability: the labels it was opened with count.
void metrics_exporter::impl::on_attempt_finished(const event& e) {
  auto* opened = runs_.attempt_closed(e);
  (opened ? *opened : request(e)).finished(e, e.outcome);
}

// The supervisor tells it as its own; the replica that was the cause tells it too, with its name as the step.
void metrics_exporter::impl::on_escalated(const event& e) {
  if (e.step.empty()) supervisors_.at(e.module).get().Increment();
}

// A verdict is also the end of the request to the verifier: one that finds fault has done its work.
void metrics_exporter::impl::on_verdict(const event& e) {
  replica(e).judged(e.outcome);
  request(e).finished(e, e.outcome == errc::rejected ? errc::none : e.outcome);
}

metrics_exporter::metrics_exporter(std::unique_ptr<impl> i) : impl_(std::move(i)) {}

metrics_exporter::~metrics_exporter() = default;

std::shared_ptr<metrics_exporter> metrics_exporter::make(const metrics_config& config) {
  return std::shared_ptr<metrics_exporter>{new metrics_exporter{std::make_unique<impl>(config)}};
}

expected<std::shared_ptr<metrics_exporter>> metrics_exporter::listen(std::string_view address,
                                                                     const metrics_config& config) {
  const auto where = parse_listen_address(address);
  if (!where) return where.propagate();
  auto exporter = make(config);
  if (const auto served = exporter->impl_->serve(*where); !served) return served.propagate();
  return exporter;
}

void metrics_exporter::on_event(const event& e) { impl_->on_event(e); }

const std::string& metrics_exporter::bound_address() const noexcept { return impl_->bound_address(); }

std::uint64_t metrics_exporter::scrapes() const noexcept { return impl_->scrapes(); }

std::string metrics_exporter::render() const { return impl_->render(); }

}  // namespace agents
