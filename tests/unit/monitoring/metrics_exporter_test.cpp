// SPDX-License-Identifier: Apache-2.0
#include "monitoring/metrics_exporter.hpp"

#include <sstream>
#include <thread>
#include <vector>

#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;

namespace {

run_id numbered(std::uint8_t n) {
  run_id id;
  id.bytes.back() = n;
  return id;
}

event of_run(event_kind kind, std::string text = {}, time_point at = {}) {
  event e;
  e.kind = kind;
  e.run = numbered(1);
  e.text = std::move(text);
  e.at = at;
  return e;
}

event of_module(event_kind kind, std::string module, std::string text = {}) {
  event e;
  e.kind = kind;
  e.module = std::move(module);
  e.text = std::move(text);
  return e;
}

event attempt(event_kind kind, std::uint32_t number = 1) {
  auto e = of_run(kind);
  e.step = "find";
  e.attempt = number;
  e.module = "bm25";
  e.capability = "text.retrieve@1";
  return e;
}

event ended(errc outcome, duration queueing, duration handling) {
  auto e = attempt(event_kind::attempt_finished);
  e.outcome = outcome;
  e.queueing = queueing;
  e.handling = handling;
  return e;
}

const std::string bm25 = R"({capability="text.retrieve@1",module="bm25"})";

/// An exporter that is told events and asked for lines of its text.
struct fixture {
  std::shared_ptr<metrics_exporter> exporter = metrics_exporter::make({.max_label_pairs = 3});

  void tell(const event& e) { exporter->on_event(e); }

  /// The value of the sample, or "absent".
  std::string value(const std::string& sample) const {
    std::istringstream lines{exporter->render()};
    for (std::string line; std::getline(lines, line);)
      if (line.rfind(sample + " ", 0) == 0) return line.substr(sample.size() + 1);
    return "absent";
  }
};

}  // namespace

TEST_CASE("requests are counted by module, capability and typed outcome") {
  fixture f;
  f.tell(ended(errc::none, 1ms, 2ms));
  f.tell(ended(errc::none, 1ms, 2ms));
  f.tell(ended(errc::deadline, 1ms, 2s));
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="bm25",outcome="none"})") == "2");
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="bm25",outcome="deadline"})") == "1");
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="bm25",outcome="crashed"})") == "0");
}

TEST_CASE("requests between modules are counted like attempts") {
  fixture f;
  auto e = ended(errc::none, 1ms, 2ms);
  e.kind = event_kind::request_finished;
  f.tell(e);
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="bm25",outcome="none"})") == "1");
  CHECK(f.value(R"(agents_attempts_total{capability="text.retrieve@1",kind="first",module="bm25"})") == "0");
}

TEST_CASE("queueing and handling have a histogram each") {
  fixture f;
  f.tell(ended(errc::none, 30us, 30ms));
  const std::string labels = R"({capability="text.retrieve@1",module="bm25",le=)";
  CHECK(f.value("agents_request_queueing_seconds_bucket" + labels + "\"2.5e-05\"}") == "0");
  CHECK(f.value("agents_request_queueing_seconds_bucket" + labels + "\"5e-05\"}") == "1");
  CHECK(f.value("agents_request_handling_seconds_bucket" + labels + "\"0.025\"}") == "0");
  CHECK(f.value("agents_request_handling_seconds_bucket" + labels + "\"0.05\"}") == "1");
  CHECK(f.value("agents_request_handling_seconds_sum" + bm25) == "0.03");
}

TEST_CASE("a request that was refused at once does not make the module look fast") {
  fixture f;
  f.tell(ended(errc::overloaded, 0ns, 0ns));
  CHECK(f.value("agents_request_handling_seconds_count" + bm25) == "0");
  CHECK(f.value("agents_request_queueing_seconds_count" + bm25) == "0");
}

TEST_CASE("a request whose deadline passed in the mailbox counts as queueing only") {
  fixture f;
  f.tell(ended(errc::deadline, 2s, 0ns));
  CHECK(f.value("agents_request_handling_seconds_count" + bm25) == "0");
  CHECK(f.value("agents_request_queueing_seconds_count" + bm25) == "1");
}

TEST_CASE("attempts are in flight from their start to their end") {
  fixture f;
  f.tell(of_run(event_kind::run_started));
  f.tell(attempt(event_kind::attempt_started, 1));
  f.tell(attempt(event_kind::attempt_started, 2));
  CHECK(f.value("agents_attempts_in_flight" + bm25) == "2");
  CHECK(f.value(R"(agents_attempts_total{capability="text.retrieve@1",kind="retry",module="bm25"})") == "1");
  f.tell(ended(errc::none, 0ns, 1ms));
  CHECK(f.value("agents_attempts_in_flight" + bm25) == "1");
  f.tell(of_run(event_kind::run_finished, "cancelled"));
  CHECK(f.value("agents_attempts_in_flight" + bm25) == "0");
}

TEST_CASE("the end of an attempt that began elsewhere leaves nothing in flight") {
  fixture f;
  f.tell(ended(errc::none, 0ns, 1ms));
  CHECK(f.value("agents_attempts_in_flight" + bm25) == "0");
}

TEST_CASE("the end of an attempt that does not repeat its capability is counted under it") {
  fixture f;
  f.tell(of_run(event_kind::run_started));
  f.tell(attempt(event_kind::attempt_started));
  auto end = ended(errc::crashed, 0ns, 1ms);
  end.capability.clear();
  f.tell(end);
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="bm25",outcome="crashed"})") == "1");
}

TEST_CASE("a request that found no module is shown under none") {
  fixture f;
  auto e = ended(errc::no_route, 0ns, 0ns);
  e.module.clear();
  f.tell(e);
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="none",outcome="no_route"})") == "1");
}

TEST_CASE("cost is money and tokens") {
  fixture f;
  auto e = ended(errc::none, 0ns, 1ms);
  e.micro_money = 2'500'000;
  e.tokens = 1200;
  f.tell(e);
  CHECK(f.value("agents_cost_money_total" + bm25) == "2.5");
  CHECK(f.value("agents_cost_tokens_total" + bm25) == "1200");
}

TEST_CASE("a verdict is also an answer of the verifier") {
  fixture f;
  const auto judge = [&f](errc outcome) {
    auto e = ended(outcome, 1us, 1ms);
    e.kind = event_kind::verdict;
    e.micro_money = 500'000;
    f.tell(e);
  };
  judge(errc::none);
  judge(errc::rejected);
  judge(errc::deadline);
  CHECK(f.value(R"(agents_verdicts_total{module="bm25",verdict="pass"})") == "1");
  CHECK(f.value(R"(agents_verdicts_total{module="bm25",verdict="fail"})") == "1");
  CHECK(f.value(R"(agents_verdicts_total{module="bm25",verdict="error"})") == "1");
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="bm25",outcome="none"})") == "2");
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="bm25",outcome="deadline"})") == "1");
  CHECK(f.value("agents_request_handling_seconds_count" + bm25) == "3");
  CHECK(f.value("agents_cost_money_total" + bm25) == "1.5");
}

TEST_CASE("verdicts, reflections, alerts, escalations and plans are counted") {
  fixture f;
  f.tell(of_module(event_kind::verdict, "citations"));
  auto failed = of_module(event_kind::verdict, "citations");
  failed.outcome = errc::rejected;
  f.tell(failed);
  f.tell(failed);
  f.tell(of_run(event_kind::reflection, "retry"));
  f.tell(of_module(event_kind::alert, "bm25", "reliability fell"));
  f.tell(of_module(event_kind::replica_escalated, "root"));
  f.tell(of_module(event_kind::group_restarted, "team"));
  f.tell(of_run(event_kind::plan_accepted));
  CHECK(f.value(R"(agents_verdicts_total{module="citations",verdict="pass"})") == "1");
  CHECK(f.value(R"(agents_verdicts_total{module="citations",verdict="fail"})") == "2");
  CHECK(f.value(R"(agents_reflections_total{rung="retry"})") == "1");
  CHECK(f.value(R"(agents_alerts_total{module="bm25"})") == "1");
  CHECK(f.value(R"(agents_supervisor_escalations_total{supervisor="root"})") == "1");
  CHECK(f.value(R"(agents_supervisor_group_restarts_total{supervisor="team"})") == "1");
  CHECK(f.value(R"(agents_plans_total{result="accepted"})") == "1");
}

TEST_CASE("replicas show starts, exits, restarts by reason and their mailbox") {
  fixture f;
  f.tell(of_module(event_kind::replica_started, "bm25"));
  auto exit = of_module(event_kind::replica_exited, "bm25");
  exit.outcome = errc::crashed;
  f.tell(exit);
  f.tell(of_module(event_kind::replica_restarted, "bm25", "signal 11"));
  auto depth = of_module(event_kind::replica_depth, "bm25");
  depth.step = "bm25#1";
  depth.depth = 5;
  depth.in_flight = 2;
  f.tell(depth);
  depth.depth = 4;
  f.tell(depth);
  depth.step = "bm25#2";
  depth.depth = 3;
  depth.in_flight = 0;
  f.tell(depth);
  CHECK(f.value(R"(agents_replica_starts_total{module="bm25"})") == "1");
  CHECK(f.value(R"(agents_replica_exits_total{module="bm25",outcome="crashed"})") == "1");
  CHECK(f.value(R"(agents_replica_restarts_total{module="bm25",reason="crash"})") == "1");
  CHECK(f.value(R"(agents_replica_restarts_total{module="bm25",reason="hang"})") == "0");
  CHECK(f.value(R"(agents_replica_queue_depth{module="bm25"})") == "7");
  CHECK(f.value(R"(agents_replica_in_flight{module="bm25"})") == "2");
}

TEST_CASE("reliability has no value before the first lesson") {
  fixture f;
  f.tell(ended(errc::none, 0ns, 1ms));
  CHECK(f.value("agents_reliability_ratio" + bm25) == "absent");
  auto lesson = attempt(event_kind::lesson);
  lesson.score = 0.75;
  f.tell(lesson);
  CHECK(f.value("agents_reliability_ratio" + bm25) == "0.75");
}

TEST_CASE("runs are shown by state, and by status and duration when they end") {
  fixture f;
  f.tell(of_run(event_kind::run_started, {}, {1'000}));
  CHECK(f.value(R"(agents_runs{state="running"})") == "1");
  f.tell(of_run(event_kind::run_finished, "waiting", time_point{1'000} + 1s));
  CHECK(f.value(R"(agents_runs{state="running"})") == "0");
  CHECK(f.value(R"(agents_runs{state="waiting"})") == "1");
  f.tell(of_run(event_kind::run_resumed, {}, time_point{1'000} + 2s));
  CHECK(f.value(R"(agents_runs{state="running"})") == "1");
  CHECK(f.value(R"(agents_runs{state="waiting"})") == "0");
  f.tell(of_run(event_kind::run_finished, "completed", time_point{1'000} + 3s));
  CHECK(f.value(R"(agents_runs{state="running"})") == "0");
  CHECK(f.value(R"(agents_runs_total{status="completed"})") == "1");
  CHECK(f.value(R"(agents_run_duration_seconds_sum{status="completed"})") == "3");
  CHECK(f.value("agents_runs_started_total") == "1");
  CHECK(f.value("agents_runs_resumed_total") == "1");
}

TEST_CASE("a run that has asked a person waits, while its other steps go on") {
  fixture f;
  f.tell(of_run(event_kind::run_started));
  f.tell(attempt(event_kind::attempt_started));
  f.tell(of_run(event_kind::approval_requested, "May I?"));
  f.tell(of_run(event_kind::approval_requested, "And this?"));
  CHECK(f.value(R"(agents_runs{state="waiting"})") == "1");
  CHECK(f.value(R"(agents_runs{state="running"})") == "0");
  CHECK(f.value("agents_attempts_in_flight" + bm25) == "1");
  f.tell(of_run(event_kind::approval_given));
  CHECK(f.value(R"(agents_runs{state="waiting"})") == "0");
  CHECK(f.value(R"(agents_runs{state="running"})") == "1");
}

TEST_CASE("the end of a resumed run counts the time that it reports") {
  fixture f;
  f.tell(of_run(event_kind::run_resumed, {}, {1'000}));
  auto end = of_run(event_kind::run_finished, "completed", time_point{1'000} + 1s);
  end.handling = 90s;
  f.tell(end);
  CHECK(f.value(R"(agents_run_duration_seconds_sum{status="completed"})") == "90");
}

TEST_CASE("a cancelled run is shown as cancelled") {
  fixture f;
  auto end = of_run(event_kind::run_finished, "failed");
  end.outcome = errc::cancelled;
  f.tell(end);
  CHECK(f.value(R"(agents_runs_total{status="cancelled"})") == "1");
  CHECK(f.value(R"(agents_runs_total{status="failed"})") == "0");
}

TEST_CASE("an unknown status is shown as other") {
  fixture f;
  f.tell(of_run(event_kind::run_finished, "exploded"));
  CHECK(f.value(R"(agents_runs_total{status="other"})") == "1");
}

TEST_CASE("hostile module names cannot multiply the series or break the text") {
  fixture f;
  for (int i = 0; i < 100; ++i) {
    auto e = ended(errc::none, 0ns, 1ms);
    e.module = "evil\n\"}" + std::to_string(i);
    f.tell(e);
  }
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="evil_\"}0",outcome="none"})") == "1");
  CHECK(f.value(R"(agents_requests_total{capability="other",module="other",outcome="none"})") == "97");
  CHECK(f.value("agents_label_overflow_total") == "97");
}

TEST_CASE("events from many threads are all counted") {
  fixture f;
  constexpr int threads = 4;
  constexpr int each = 2'000;
  std::vector<std::thread> crowd;
  for (int t = 0; t < threads; ++t)
    crowd.emplace_back([&f, t] {
      for (int i = 0; i < each; ++i) {
        auto e = ended(i % 4 == 0 ? errc::crashed : errc::none, 1us, 1ms);
        e.run = numbered(static_cast<std::uint8_t>(t));
        f.tell(e);
      }
    });
  for (auto& t : crowd) t.join();
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="bm25",outcome="none"})") == "6000");
  CHECK(f.value(R"(agents_requests_total{capability="text.retrieve@1",module="bm25",outcome="crashed"})") == "2000");
  CHECK(f.value("agents_request_handling_seconds_count" + bm25) == "8000");
}

TEST_CASE("port 0 picks a free port and says which") {
  const auto exporter = metrics_exporter::listen(":0");
  REQUIRE(exporter);
  const auto& address = (*exporter)->bound_address();
  CHECK(address.rfind("127.0.0.1:", 0) == 0);
  CHECK(address != "127.0.0.1:0");
}

TEST_CASE("a port in use is an error that names the port and the remedy") {
  const auto first = metrics_exporter::listen(":0");
  REQUIRE(first);
  const auto& address = (*first)->bound_address();
  const auto second = metrics_exporter::listen(address);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::io);
  const auto port = address.substr(address.rfind(':') + 1);
  CHECK(second.error().message.find("port " + port + " is in use; choose another one") != std::string::npos);
}

TEST_CASE("an address of another machine is an error that says so") {
  const auto exporter = metrics_exporter::listen("192.0.2.1:0");
  REQUIRE_FALSE(exporter);
  CHECK(exporter.error().code == errc::io);
  CHECK(exporter.error().message.find("this machine has no address 192.0.2.1") != std::string::npos);
}
