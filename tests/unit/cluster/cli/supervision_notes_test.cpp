// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/supervision_notes.hpp"

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::cli;

namespace {

event about(event_kind kind, const std::string& replica, std::uint32_t life = 0, const std::string& text = {}) {
  event e;
  e.kind = kind;
  e.module = replica;
  e.step = replica;
  e.attempt = life;
  e.text = text;
  return e;
}

std::vector<std::string> kinds(const supervision_notes& notes) {
  std::vector<std::string> out;
  const auto report = notes.report();
  for (const auto& row : report.find("supervision")->as_array())
    out.push_back(std::string{row.get_string("kind")} + " " + std::string{row.get_string("replica")});
  return out;
}

using order = std::vector<std::string>;

}  // namespace

TEST_CASE("first starts are not told; a start after that is, also when its supervisor counts lives anew") {
  order lines;
  supervision_notes notes{[&lines](const std::string& l) { lines.push_back(l); }};
  notes.on_event(about(event_kind::replica_started, "a", 1));
  notes.on_event(about(event_kind::replica_exited, "a", 1, "boom"));
  notes.on_event(about(event_kind::replica_restarted, "a", 1, "crash: boom"));
  notes.on_event(about(event_kind::replica_started, "a", 1));
  CHECK(kinds(notes) == order{"exited a", "restarted a", "started a"});
  CHECK(lines == order{"restart a: crash: boom", "started again: a"});
}

TEST_CASE("alerts and escalations are told with their reason; what is no affair of supervisors is not") {
  order lines;
  supervision_notes notes{[&lines](const std::string& l) { lines.push_back(l); }};
  notes.on_event(about(event_kind::alert, "a", 0, "quarantined for 30 s"));
  auto escalation = about(event_kind::replica_escalated, "", 0, "too many restarts");
  escalation.module = "team";
  notes.on_event(escalation);
  notes.on_event(about(event_kind::attempt_finished, "a"));
  CHECK(lines == order{"ALERT a: quarantined for 30 s", "ESCALATION team: too many restarts"});
  CHECK(kinds(notes) == order{"alert a", "escalated "});
}

TEST_CASE("the restart of a group is told once, with who is in it") {
  order lines;
  supervision_notes notes{[&lines](const std::string& l) { lines.push_back(l); }};
  auto restart = about(event_kind::group_restarted, "", 0, "boom");
  restart.module = "team";
  restart.data = share(array{"a", "b"});
  notes.on_event(restart);
  CHECK(lines == order{"restart of team with a, b: boom"});
  const auto report = notes.report();
  const auto& row = report.find("supervision")->as_array().at(0);
  CHECK(row.get_string("kind") == "group_restarted");
  CHECK(*row.find("children") == value{array{"a", "b"}});
}

TEST_CASE(
    "a storm of restarts is bounded: the first thousand are kept, the first hundred are told, the rest is counted") {
  std::size_t told = 0;
  supervision_notes notes{[&told](const std::string&) { ++told; }};
  for (int i = 0; i < 1500; ++i) notes.on_event(about(event_kind::replica_restarted, "a", 1, "crash"));
  const auto report = notes.report();
  CHECK(report.find("supervision")->as_array().size() == 1000);
  CHECK(report.find("supervision_omitted")->as_integer() == 500);
  CHECK(told == 101);
}
