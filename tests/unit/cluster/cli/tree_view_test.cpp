// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/tree_view.hpp"

#include "libagents/contract/json.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::cli;

namespace {

value json(std::string_view text) {
  auto v = parse_json(text);
  REQUIRE(v);
  return *v;
}

const char* const sample =
    R"({"id": "root", "strategy": "one_for_one", "intensity": 1, "period_seconds": 5, "children": [
  {"id": "team", "type": "supervisor", "state": "running", "starts": 2, "strategy": "rest_for_one", "intensity": 3,
   "period_seconds": 0.25, "children": [
     {"id": "a", "type": "worker", "state": "running", "starts": 4, "what": {"waiting": 7, "in_flight": 2}},
     {"id": "b", "type": "supervisor", "state": "starting", "starts": 1, "strategy": "one_for_one", "intensity": 5,
      "period_seconds": 5, "children": [
        {"id": "b#1", "type": "worker", "state": "running", "starts": 1, "what": {"waiting": 0, "in_flight": 0}}]}]},
  {"id": "solo", "type": "supervisor", "state": "running", "starts": 1, "strategy": "one_for_one", "intensity": 5,
   "period_seconds": 5, "children": [
     {"id": "solo", "type": "worker", "state": "quarantined", "starts": 9, "what": {"waiting": 1, "in_flight": 0}}]}]})";

}  // namespace

TEST_CASE("each row is joined to what is above it") {
  const auto rows = tree_rows(json(sample), tree_lines::box_drawing);
  REQUIRE(rows.size() == 6);
  CHECK(rows[0].branches + rows[0].name == "root");
  CHECK(rows[1].branches + rows[1].name == "├─ team");
  CHECK(rows[2].branches + rows[2].name == "│  ├─ a");
  CHECK(rows[3].branches + rows[3].name == "│  └─ b");
  CHECK(rows[4].branches + rows[4].name == "│     └─ b#1");
  CHECK(rows[5].branches + rows[5].name == "└─ solo");
  CHECK(tree_rows(json(sample), tree_lines::ascii)[4].branches == "|     `- ");
}

TEST_CASE("supervisors show their strategy, workers their load, both their restarts") {
  const auto rows = tree_rows(json(sample), tree_lines::ascii);
  CHECK(rows[1].strategy == "rest_for_one");
  CHECK(rows[1].limit == "3 in 0.25 s");
  CHECK(rows[1].restarts == "1");
  CHECK(rows[1].mailbox.empty());
  CHECK(rows[2].strategy.empty());
  CHECK(rows[2].restarts == "3");
  CHECK(rows[2].mailbox == "7");
  CHECK(rows[2].in_flight == "2");
  CHECK(rows[0].restarts.empty());
  CHECK(rows[3].how == tree_row::health::changing);
}

TEST_CASE("a module that stands for itself is one row with the state and the restarts of its replica") {
  const auto row = tree_rows(json(sample), tree_lines::ascii).back();
  CHECK(row.state == "quarantined");
  CHECK(row.how == tree_row::health::down);
  CHECK(row.strategy == "one_for_one");
  CHECK(row.restarts == "8");
  CHECK(row.mailbox == "1");
}

TEST_CASE("a tree is settled when nothing is about to change, at whatever depth") {
  const auto in_state = [](const std::string& state) {
    return json(R"({"id": "root", "children": [{"id": "x", "state": "running", "children": [{"id": "y", "state": ")" +
                state + R"("}]}]})");
  };
  CHECK(is_settled(in_state("running")));
  CHECK(is_settled(in_state("quarantined")));
  CHECK(is_settled(in_state("stopped")));
  for (const auto* state : {"starting", "stopping", "restarting"}) CHECK_FALSE(is_settled(in_state(state)));
}
