// SPDX-License-Identifier: Apache-2.0
// Upgrades of modules that keep state: what was answered is never forgotten, whether the upgrade succeeds or not.
#include <stdexcept>

#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Counts its requests. Its constructions number `fails_from` and later throw; the first of a new version is for the
/// manifest.
module_factory counting(const std::string& version, int fails_from = 1000) {
  const auto made = std::make_shared<int>(0);
  return [=] {
    if (++*made >= fails_from) throw std::runtime_error("no such file");
    const auto sum = std::make_shared<std::int64_t>(0);
    return module("count", version)
        .offers("count.up@1", [sum](const number& x) { return number{*sum += x.n}; })
        .keeps_state(
            1, [sum] { return number{*sum}; }, [sum](const number& saved) { *sum = saved.n; });
  };
}

struct fixture {
  simulated_node node;
  std::optional<expected<upgrade_report>> report;
  std::size_t asked = 0;
  std::size_t good = 0;

  explicit fixture(std::vector<group_options> supervisors = {}) : node(1, nullptr, std::move(supervisors)) {}

  static module_options options(std::uint32_t replicas = 1) {
    module_options o;
    o.replicas = replicas;
    return o;
  }
  expected<void> upgrade(const module_factory& to, const module_options& o = {}, upgrade_options how = {}) {
    return node.get().upgrade(to, o, how, [this](expected<upgrade_report> r) { report = std::move(r); });
  }
  void ask() {
    plan p;
    p.steps = {step("a", "count.up@1", object{{"n", 1}})};
    task_spec task;
    task.job = "test";
    ++asked;
    REQUIRE(node.get().submit(task, share(to_value(p)),
                              [this](const run_result& r) { good += r.status == run_status::completed ? 1 : 0; }));
  }
  const upgrade_report& finish() {
    for (int i = 0; i < 5000 && !report; ++i) node.advance(1ms);
    node.advance(1s);
    REQUIRE(report);
    REQUIRE(*report);
    return **report;
  }
  expected<shared_value> look() { return node.get().ask("count.up@1", object{{"n", 0}}, 1s); }
  std::int64_t count() {
    const auto r = look();
    INFO((r ? std::string{} : r.error().message));
    REQUIRE(r);
    return from_value<number>(**r)->n;
  }
};

}  // namespace

TEST_CASE("state that is saved for the first time while the upgrade begins goes over as well") {
  fixture f;
  f.node.add(counting("1.0.0"));
  f.node.turns();  // it lives, and has saved nothing
  for (int i = 0; i < 5; ++i) f.ask();
  REQUIRE(f.upgrade(counting("2.0.0")));
  for (int i = 0; i < 5; ++i) f.ask();
  CHECK_FALSE(f.finish().rolled_back);
  CHECK(f.good == 10);
  CHECK(f.count() == 10);
}

TEST_CASE("a version without state does not replace one that keeps some, also before any was saved") {
  fixture f;
  f.node.add(counting("1.0.0"));
  f.node.turns();
  const auto refused =
      f.upgrade([] { return module("count", "2.0.0").offers("count.up@1", [](const number& x) { return x; }); });
  REQUIRE_FALSE(refused);
  CHECK(contains(refused.error().message, "it keeps no state"));
}

TEST_CASE("fewer replicas would lose the state of some") {
  fixture f;
  f.node.add(counting("1.0.0"), fixture::options(3));
  f.node.turns();
  const auto refused = f.upgrade(counting("2.0.0"), fixture::options(2));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::bad_input);
  CHECK(contains(refused.error().message, "as many `replicas`"));
  CHECK(f.upgrade(counting("2.0.0"), fixture::options(3)));
  CHECK_FALSE(f.finish().rolled_back);
}

TEST_CASE("no replica of the new version serves before all have started: what they count would be lost") {
  fixture f;
  f.node.add(counting("1.0.0"));
  CHECK(f.count() == 0);
  for (int i = 0; i < 3; ++i) f.ask();
  REQUIRE(f.upgrade(counting("2.0.0", 3), fixture::options(2), {.start_limit = 1s}));  // the second one never starts
  for (int i = 0; i < 200; ++i) {
    f.node.advance(1ms);
    if (i % 10 == 0) f.ask();
  }
  CHECK(f.finish().rolled_back);
  CHECK(f.good == f.asked);
  CHECK(f.count() == static_cast<std::int64_t>(f.asked));
}

TEST_CASE("when the new version cannot be started, the old one goes on, however its supervisor treats it") {
  group_options team;
  team.name = "team";
  fixture f{{team}};
  auto o = fixture::options();
  o.supervisor = "team";
  o.restart = supervision::restart_type::temporary;  // forgotten when it is stopped
  f.node.add(counting("1.0.0"), o);
  f.ask();
  f.node.turns();
  REQUIRE(f.upgrade(counting("2.0.0", 2), o, {.start_limit = 1s}));
  f.ask();
  CHECK(f.finish().rolled_back);
  CHECK(f.good == 2);
  CHECK(f.count() == 2);
}

TEST_CASE("an old version that cannot be started again after a rollback refuses at once, with an alert") {
  group_options team;
  team.name = "team";
  fixture f{{team}};
  auto o = fixture::options();
  o.supervisor = "team";
  f.node.add(counting("1.0.0", 3), o);  // for the manifest, for its first life, and then never again
  f.node.turns();
  REQUIRE(f.upgrade(counting("2.0.0", 2), o, {.start_limit = 1s}));
  CHECK(f.finish().rolled_back);
  const auto refused = f.look();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::no_route);
  bool told = false;
  for (const auto& e : f.node.events())
    told |= e.kind == event_kind::alert && contains(e.text, "could not be started again");
  CHECK(told);
}
