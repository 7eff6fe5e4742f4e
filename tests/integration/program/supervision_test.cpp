// SPDX-License-Identifier: Apache-2.0
// Supervisors of the configuration at work: who starts again with whom, as a user of the program sees it.
#include <algorithm>

#include "tests/integration/program/sandbox.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

using order = std::vector<std::string>;

sandbox fragile_box() { return sandbox{AGENTS_BINARY_DIR "/fragile_program"}; }

/// Asks `second` with `n`, and then, when it has answered, `third` and `fourth`.
std::string job(const sandbox& box, int n) {
  return box.write("job.toml", R"(name = "crash"
reflect = ["retry", "partial"]
[[step]]
id = "two"
ask = "second.do@1"
with = { n = )" + std::to_string(n) +
                                   R"( }
[[step]]
id = "three"
ask = "third.do@1"
after = ["two"]
with = { n = 1 }
[[step]]
id = "four"
ask = "fourth.do@1"
after = ["three"]
with = { n = 1 }
[answer]
answer = "{four.n}"
)");
}

std::string team(const sandbox& box, const std::string& flags) {
  std::string text = "[supervisor.team]\n" + flags;
  for (const auto* name : {"first", "second", "third", "fourth"})
    text += "[module." + std::string{name} + "]\nsupervisor = \"team\"\n";
  return box.write("node.toml", text);
}

/// "exited second", "restarted second", … in the order of the report.
order supervision_of(const value& report) {
  order out;
  for (const auto& row : report.find("supervision")->as_array()) {
    const auto who = row.get_string(row.find("replica") ? "replica" : "module");
    out.push_back(std::string{row.get_string("kind")} + " " + std::string{who});
  }
  return out;
}

bool contains(const order& all, const std::string& one) { return std::find(all.begin(), all.end(), one) != all.end(); }

}  // namespace

TEST_CASE("a crash below rest_for_one restarts those declared after it too, in order, and the run goes on") {
  const auto box = fragile_box();
  const auto config = team(box, "strategy = \"rest_for_one\"\nintensity = 3\n");
  const auto r = box.run({"run", job(box, 0), "--config", config, "--in-memory", "--json"});
  CHECK(r.code == 0);
  auto seen = supervision_of(r.json());
  // The last start is published while the step behind it is already being answered.
  if (contains(seen, "started fourth")) seen.pop_back();
  CHECK(seen == order{"exited second", "restarted second", "group_restarted team", "exited fourth", "exited third",
                      "started second", "started third"});
  CHECK(r.err.find("restart second: crash: ") != std::string::npos);
  CHECK(r.err.find("restart of team with second, third, fourth: no positive number") != std::string::npos);
  CHECK(r.err.find("started again: third") != std::string::npos);
  CHECK(r.err.find("started again: first") == std::string::npos);
}

TEST_CASE("modules that stand for themselves are not restarted with the one that crashed") {
  const auto box = fragile_box();
  const auto r = box.run({"run", job(box, 0), "--in-memory", "--json"});
  CHECK(r.code == 0);
  const auto seen = supervision_of(r.json());
  CHECK(contains(seen, "restarted second"));
  for (const auto* other : {"first", "third", "fourth"}) CHECK_FALSE(contains(seen, "exited " + std::string{other}));
}

TEST_CASE("a supervisor that gives up is named, and its parent starts everything below it again") {
  const auto box = fragile_box();
  const auto config = team(box, "intensity = 0\n");
  const auto r = box.run({"run", job(box, 0), "--config", config, "--in-memory", "--json"});
  CHECK(r.code == 0);
  const auto seen = supervision_of(r.json());
  CHECK(contains(seen, "escalated team"));
  CHECK(contains(seen, "started first"));
  CHECK(contains(seen, "started second"));
  CHECK(r.err.find("ESCALATION team: ") != std::string::npos);
}

TEST_CASE("a quarantine is told on standard error as it happens, and the run ends without the module") {
  const auto box = fragile_box();
  const auto config = team(box, "intensity = 0\ngive_up = \"quarantine\"\nquarantine = \"1m\"\n");
  const auto r = box.run({"run", job(box, -1), "--config", config, "--in-memory", "--json"});
  CHECK(r.code == 1);
  CHECK(contains(supervision_of(r.json()), "alert second"));
  CHECK(r.err.find("ALERT second: quarantined for 60 s") != std::string::npos);
}

TEST_CASE("the tree shows modules of one's own where the configuration puts them") {
  const auto box = fragile_box();
  const auto r = box.run({"tree", "--config", team(box, "strategy = \"one_for_all\"\n")});
  CHECK(r.code == 0);
  CHECK(r.out.find("\n|- team ") != std::string::npos);
  CHECK(r.out.find("\n|  |- first ") < r.out.find("\n|  |- second "));
  CHECK(r.out.find("\n|  `- fourth ") != std::string::npos);
}
