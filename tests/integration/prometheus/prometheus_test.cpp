// SPDX-License-Identifier: Apache-2.0
// A real Prometheus scrapes a real exporter, and answers what an operator asks: how slow, and how reliable is each
// module?
#include <cstdlib>
#include <fstream>

#include "libagents/core/clock.hpp"
#include "monitoring/metrics_exporter.hpp"
#include "tests/catch.hpp"
#include "tests/integration/prometheus/prometheus_server.hpp"

using namespace agents;
using namespace std::chrono_literals;
using agents::test::eventually;

namespace {

constexpr auto patience = 60s;

/// Publishes what an orchestrator publishes, run by run.
class traffic {
 public:
  explicit traffic(metrics_exporter& to) : to_(to) {}

  /// One run of one step, answered by `module` with `outcome` after `handling`.
  void run(const std::string& module, const std::string& capability, errc outcome, duration handling) {
    event e;
    e.run.bytes.back() = ++number_;
    publish(e, event_kind::run_started);
    publish(e, event_kind::plan_accepted);
    e.step = "step";
    e.attempt = 1;
    e.module = module;
    e.capability = capability;
    publish(e, event_kind::attempt_started);
    e.outcome = outcome;
    e.queueing = 20us;
    e.handling = handling;
    publish(e, event_kind::attempt_finished);
    e.text = outcome == errc::none ? "completed" : "failed";
    publish(e, event_kind::run_finished);
  }

 private:
  void publish(event& e, event_kind kind) {
    e.kind = kind;
    e.at = clock_.now();
    to_.on_event(e);
  }

  metrics_exporter& to_;
  system_clock clock_;
  std::uint8_t number_ = 0;
};

/// 90 fast and 10 slow requests to the retriever, all answered; 30 answers and 10 crashes of the classifier.
void busy_minute(traffic& t) {
  for (int i = 0; i < 100; ++i) t.run("bm25", "text.retrieve@1", errc::none, i % 10 == 9 ? 200ms : 2ms);
  for (int i = 0; i < 40; ++i) t.run("classifier", "legal.classify@1", i % 4 ? errc::none : errc::crashed, 30us);
}

double at(const std::map<std::string, double>& values, const std::string& module) {
  const auto found = values.find(module);
  return found == values.end() ? -1 : found->second;
}

/// rate() extrapolates each series to the borders of its window, by a little more or less: within 3 %.
Approx estimate(double exact) { return Approx(exact).epsilon(0.03); }

}  // namespace

TEST_CASE("Prometheus answers p95 latency and success ratio per module") {
  const auto exporter = metrics_exporter::listen("127.0.0.1:0");
  REQUIRE(exporter);
  test::prometheus_server server{(*exporter)->bound_address()};
  traffic t{**exporter};

  // The first request of each module makes its series known; what is asked below grows from there.
  t.run("bm25", "text.retrieve@1", errc::none, 2ms);
  t.run("classifier", "legal.classify@1", errc::none, 30us);
  const auto requests = [&] { return server.query("sum by (module) (agents_requests_total)"); };
  if (!eventually(patience, [&] { return requests().size() == 2; }))
    FAIL("never scraped; the server says: " + server.log());

  busy_minute(t);
  REQUIRE(eventually(patience, [&] { return at(requests(), "bm25") == 101 && at(requests(), "classifier") == 41; }));

  const auto p95 =
      server.query("histogram_quantile(0.95, sum by (module, le) (rate(agents_request_handling_seconds_bucket[5m])))");
  CHECK(at(p95, "bm25") == estimate(0.175));           // rank 95 is the fifth of ten between 0.1 and 0.25 seconds
  CHECK(at(p95, "classifier") == estimate(4.875e-5));  // all between 25 and 50 microseconds

  const auto success = server.query(
      "sum by (module) (rate(agents_requests_total{outcome='none'}[5m])) / "
      "sum by (module) (rate(agents_requests_total[5m]))");
  CHECK(at(success, "bm25") == estimate(1.0));
  CHECK(at(success, "classifier") == estimate(0.75));

  CHECK(at(server.query("agents_runs_total{status='completed'}"), "") == 132);
  CHECK(at(server.query("agents_runs_total{status='failed'}"), "") == 10);
  CHECK(at(server.query("agents_runs{state='running'}"), "") == 0);
}

TEST_CASE("promtool finds nothing to criticise in the names and the format") {
  const auto exporter = metrics_exporter::listen("127.0.0.1:0");
  REQUIRE(exporter);
  const test::prometheus_server server{(*exporter)->bound_address()};
  traffic t{**exporter};
  busy_minute(t);
  const auto file = server.folder() / "metrics.txt";
  std::ofstream{file} << (*exporter)->render();
  CHECK(std::system(("promtool check metrics < " + file.string()).c_str()) == 0);
}
