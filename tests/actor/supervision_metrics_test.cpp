// SPDX-License-Identifier: Apache-2.0
// What the supervisors of a real node look like in the metrics: escalations, restarts and quarantines by name.
#include <algorithm>

#include "monitoring/metrics_exporter.hpp"
#include "tests/actor/fragile_modules.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

void crash(simulated_node& node, const std::string& name) {
  CHECK(ask(node, name, -1) == errc::crashed);
  node.advance(1ms);
}

/// "{LABELS} VALUE" of one metric after everything that the node has told, sorted; without those at zero.
std::vector<std::string> series(const simulated_node& node, const std::string& metric) {
  const auto exporter = metrics_exporter::make();
  for (const auto& e : node.events()) exporter->on_event(e);
  std::vector<std::string> out;
  const auto text = exporter->render();
  for (std::size_t at = 0; at < text.size();) {
    const auto line = text.substr(at, text.find('\n', at) - at);
    at += line.size() + 1;
    if (line.starts_with(metric + "{") && !line.ends_with(" 0")) out.push_back(line.substr(metric.size()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a restart is counted for the module that crashed, with its reason; siblings count as starts") {
  simulated_node node{1, nullptr, {{"team", "", {.strategy = supervision::strategy::one_for_all, .intensity = 3}}}};
  node.add(fragile("a"), in("team"));
  node.add(fragile("b"), in("team"));
  node.turns();
  crash(node, "a");
  CHECK(series(node, "agents_replica_restarts_total") == lines{R"({module="a",reason="crash"} 1)"});
  CHECK(series(node, "agents_replica_starts_total") == lines{R"({module="a"} 2)", R"({module="b"} 2)"});
  CHECK(series(node, "agents_supervisor_escalations_total").empty());
  CHECK(series(node, "agents_supervisor_group_restarts_total") == lines{R"({supervisor="team"} 1)"});
}

TEST_CASE("an escalation is counted once, for the supervisor that gave up, at each level") {
  simulated_node node{1, nullptr, {{"outer", "", {.intensity = 1}}, {"inner", "outer", {.intensity = 0}}}};
  node.add(fragile("a"), in("inner"));
  node.turns();
  crash(node, "a");
  CHECK(series(node, "agents_supervisor_escalations_total") == lines{R"({supervisor="inner"} 1)"});
  crash(node, "a");
  CHECK(series(node, "agents_supervisor_escalations_total") ==
        lines{R"({supervisor="inner"} 2)", R"({supervisor="outer"} 1)"});
}

TEST_CASE("a quarantine is an alert of the group that the root gave up, or of the module that a group did") {
  simulated_node node{
      1,
      nullptr,
      {{"bad", "", {.intensity = 0}}, {"strict", "", {.intensity = 0, .give_up = supervision::give_up::quarantine}}}};
  node.add(fragile("a"), in("bad"));
  node.add(fragile("b"), in("strict"));
  node.turns();
  crash(node, "a");
  crash(node, "a");
  CHECK(series(node, "agents_alerts_total") == lines{R"({module="bad"} 1)"});
  crash(node, "b");
  CHECK(series(node, "agents_alerts_total") == lines{R"({module="b"} 1)", R"({module="bad"} 1)"});
}
