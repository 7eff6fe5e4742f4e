// SPDX-License-Identifier: Apache-2.0
// A real Prometheus scrapes a real exporter, and answers what an operator asks: how slow, and how reliable is each
// module?
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "libagents/core/clock.hpp"
#include "monitoring/metrics_exporter.hpp"
#include "tests/catch.hpp"
#include "tests/integration/prometheus/prometheus_server.hpp"

using namespace agents;
using namespace std::chrono_literals;
using agents::test::eventually;

namespace {

constexpr auto patience = 60s;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

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

  /// At least one event of every kind that is counted.
  void everything() {
    run("bm25", "text.retrieve@1", errc::none, 1ms);
    run("bm25", "text.retrieve@1", errc::crashed, 1ms);
    event e;
    e.module = "bm25";
    e.capability = "text.retrieve@1";
    e.text = "crash: signal 11";
    e.score = 0.5;
    e.depth = 3;
    e.tokens = 7;
    for (const auto kind : {event_kind::replica_started, event_kind::replica_exited, event_kind::replica_restarted,
                            event_kind::replica_depth, event_kind::alert, event_kind::lesson, event_kind::verdict,
                            event_kind::reflection, event_kind::request_finished, event_kind::replica_escalated})
      publish(e, kind);
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

/// The queries of the dashboard's panels, with its variables filled in.
std::vector<std::string> dashboard_queries() {
  std::ifstream file{AGENTS_SOURCE_DIR "/monitoring/dashboards/modules.json"};
  std::vector<std::string> queries;
  const auto dashboard = nlohmann::json::parse(file);
  for (const auto& panel : dashboard.at("panels"))
    for (const auto& target : panel.at("targets"))
      queries.push_back(
          replaced(replaced(target.at("expr").get<std::string>(), "$__rate_interval", "1m"), "$module", ".*"));
  return queries;
}

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

TEST_CASE("the alert rules are valid and fire when they should") {
  const std::string rules{AGENTS_SOURCE_DIR "/monitoring/alerts"};
  CHECK(std::system(("promtool check rules " + rules + ".yml").c_str()) == 0);
  CHECK(std::system(("promtool test rules " + rules + "_test.yml").c_str()) == 0);
}

TEST_CASE("every panel of the dashboard shows something") {
  const auto exporter = metrics_exporter::listen("127.0.0.1:0");
  REQUIRE(exporter);
  const test::prometheus_server server{(*exporter)->bound_address()};
  traffic t{**exporter};
  t.everything();
  REQUIRE(eventually(patience, [&] { return !server.query("agents_runs_total > 0").empty(); }));
  t.everything();
  const auto queries = dashboard_queries();
  REQUIRE(queries.size() > 20);
  for (const auto& query : queries) {
    INFO(query);
    CHECK(eventually(patience, [&] { return !server.query(query).empty(); }));
  }
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
