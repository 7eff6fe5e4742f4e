// SPDX-License-Identifier: Apache-2.0
// The supervision tree of a node: groups of modules, what stops and starts with what, and what the tree looks like.
#include "libagents/runtime/supervision_tree.hpp"
#include "tests/actor/fragile_modules.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

simulated_node node_with(std::vector<group_options> groups) { return simulated_node{1, nullptr, std::move(groups)}; }

using order = std::vector<std::string>;

/// The restarts of groups: "team: a b, because: boom".
order groups(const simulated_node& node, std::size_t from) {
  order out;
  const auto all = node.events();
  for (std::size_t i = from; i < all.size(); ++i) {
    if (all[i].kind != event_kind::group_restarted) continue;
    std::string names;
    for (const auto& id : all[i].data->as_array()) names += " " + id.as_string();
    out.push_back(all[i].module + ":" + names + ", because: " + all[i].text);
  }
  return out;
}

}  // namespace

TEST_CASE("one_for_all among modules: one crash restarts all, in order") {
  auto node = node_with({{"team", "", {.strategy = supervision::strategy::one_for_all}}});
  for (const auto* name : {"a", "b", "c"}) node.add(fragile(name), in("team"));
  node.turns();
  CHECK(lives(node) == order{"start a", "start b", "start c"});
  const auto before = node.events().size();
  CHECK(ask(node, "b", -1) == errc::crashed);
  node.turns();
  CHECK(lives(node, before) == order{"exit b", "exit c", "exit a", "start a", "start b", "start c"});
  CHECK(groups(node, before) == order{"team: a b c, because: boom"});
  for (const auto* name : {"a", "b", "c"}) CHECK(ask(node, name, 1) == errc::none);
}

TEST_CASE("rest_for_one among modules: those added later restart with it") {
  auto node = node_with({{"team", "", {.strategy = supervision::strategy::rest_for_one}}});
  for (const auto* name : {"a", "b", "c"}) node.add(fragile(name), in("team"));
  node.turns();
  const auto before = node.events().size();
  CHECK(ask(node, "b", -1) == errc::crashed);
  node.turns();
  CHECK(lives(node, before) == order{"exit b", "exit c", "start b", "start c"});
  CHECK(groups(node, before) == order{"team: b c, because: boom"});
}

TEST_CASE("depends_on: dependents restart with what they need, nobody else does") {
  auto node = node_with({{"team", "", {.intensity = 3}}});
  node.add(fragile("db"), in("team"));
  node.add(fragile("other"), in("team"));
  auto web = in("team");
  web.depends_on = {"db"};
  node.add(fragile("web"), web);
  node.turns();
  const auto before = node.events().size();
  CHECK(ask(node, "db", -1) == errc::crashed);
  node.turns();
  CHECK(lives(node, before) == order{"exit db", "exit web", "start db", "start web"});
  CHECK(groups(node, before) == order{"team: db web, because: boom"});
  const auto then = node.events().size();
  CHECK(ask(node, "other", -1) == errc::crashed);
  node.turns();
  CHECK(groups(node, then).empty());
}

TEST_CASE("escalation: a group that gives up is restarted whole by its parent, and the rest of the node lives on") {
  auto node = node_with({{"outer", "", {.intensity = 1}}, {"inner", "outer", {.intensity = 0}}});
  node.add(fragile("a"), in("inner"));
  node.add(fragile("b"), in("inner"));
  node.add(fragile("bystander"), in("outer"));
  node.turns();
  const auto before = node.events().size();
  CHECK(ask(node, "a", -1) == errc::crashed);
  node.turns();
  CHECK(lives(node, before) == order{"exit a", "exit b", "start a", "start b"});
  CHECK(node.count(event_kind::replica_escalated) >= 1);
  REQUIRE(groups(node, before).size() == 1);
  CHECK(groups(node, before)[0].starts_with("inner: a b, because: child `a` was restarted too often"));
  CHECK(ask(node, "a", 1) == errc::none);
  CHECK(ask(node, "b", 1) == errc::none);

  SECTION("twice is too often for the parent as well: the root starts everything below it anew") {
    const auto then = node.events().size();
    CHECK(ask(node, "b", -1) == errc::crashed);
    node.settle();
    CHECK(lives(node, then) == order{"exit b", "exit a", "exit bystander", "start a", "start b", "start bystander"});
    CHECK(ask(node, "bystander", 1) == errc::none);
  }
}

TEST_CASE(
    "what escalates to the root too often is quarantined there: refused at once, others live on, then another chance") {
  auto node = node_with({{"bad", "", {.intensity = 0}}});
  node.add(fragile("a"), in("bad"));
  node.add(fragile("good"));
  node.turns();
  CHECK(ask(node, "a", -1) == errc::crashed);  // the root restarts the group once
  node.advance(1ms);
  CHECK(ask(node, "a", -1) == errc::crashed);
  node.advance(1ms);
  CHECK(node.count(event_kind::alert) == 1);
  CHECK(ask(node, "a", 1) == errc::no_route);
  CHECK(ask(node, "good", 1) == errc::none);
  node.advance(30s);
  CHECK(ask(node, "a", 1) == errc::none);
}

TEST_CASE("requests that wait while a sibling is the cause of a restart are served afterwards") {
  auto node = node_with({{"team", "", {.strategy = supervision::strategy::one_for_all}}});
  node.add(
      [first = std::make_shared<bool>(true)] {
        return module("a", "1.0.0").offers("a.do@1", [first](const number& x) -> number {
          if (std::exchange(*first, false)) throw std::runtime_error("once");
          return x;
        });
      },
      in("team"));
  const auto begun = std::make_shared<int>(0);
  node.add(
      [begun] {
        return module("slow", "1.0.0").concurrency(1).offers("slow.do@1", [begun](number x, call& c) -> task<number> {
          ++*begun;
          co_await c.sleep(100ms);
          co_return x;
        });
      },
      in("team"));
  plan p;
  p.steps.push_back(step("s", "slow.do@1", object{{"n", "{item}"}}));
  p.steps[0].each = "{input.list}";
  p.steps.push_back(step("crash", "a.do@1", object{{"n", -1}}));
  p.steps[1].reflect = {"retry"};
  p.answer = object{{"done", "{s}"}};
  CHECK(node.run(p, object{{"list", array{1, 2, 3, 4}}}).status == run_status::completed);
  CHECK(node.count(event_kind::replica_restarted) == 1);
  CHECK(*begun == 4);
  std::size_t good = 0;
  for (const auto& e : node.events())
    good += e.kind == event_kind::attempt_finished && e.module == "slow" && e.outcome == errc::none ? 1 : 0;
  CHECK(good == 4);
}

TEST_CASE("a replica that does not end in its shutdown time is killed, and its caller is told") {
  auto node = node_with({{"team", "", {.strategy = supervision::strategy::one_for_all}}});
  node.add(fragile("a"), in("team"));
  auto o = in("team");
  o.shutdown = 50ms;
  node.add(
      [] {
        return module("slow", "1.0.0").offers("slow.do@1", [](number x, call& c) -> task<number> {
          co_await c.sleep(10s);
          co_return x;
        });
      },
      o);
  plan p;
  p.steps.push_back(step("s", "slow.do@1", object{{"n", 1}}));
  p.steps.push_back(step("crash", "a.do@1", object{{"n", -1}}));
  for (auto& s : p.steps) s.reflect = {"partial"};
  const auto begin = node.clock().now();
  node.run(p);
  CHECK(node.clock().now() - begin < 1s);
  bool told = false;
  for (const auto& e : node.events())
    if (e.kind == event_kind::attempt_finished && e.step == "s") told = e.outcome == errc::crashed;
  CHECK(told);
  node.advance(1s);
  CHECK(lives(node) == order{"start a", "start slow", "exit a", "exit slow", "start a", "start slow"});
  const auto tree = node.get().tree();
  const auto& slow = tree.find("children")->as_array().at(0).find("children")->as_array().at(1);
  CHECK(slow.find("last_end")->get_string("reason") == "killed");
  for (const auto& e : node.events())
    if (e.kind == event_kind::replica_exited && e.step == "slow") CHECK(e.text.starts_with("killed: "));
}

TEST_CASE("several replicas in a group have a supervisor of their own, which escalates") {
  auto node = node_with({{"team", "", {.strategy = supervision::strategy::one_for_all, .intensity = 5}}});
  node.add(fragile("a"), in("team"));
  auto many = in("team");
  many.replicas = 2;
  many.supervision.intensity = 0;
  node.add(fragile("m"), many);
  node.turns();
  const auto before = node.events().size();
  CHECK(ask(node, "m", -1) == errc::crashed);
  node.settle();
  const auto after = lives(node, before);
  CHECK(after.size() == 6);  // both replicas and the sibling
  CHECK(after.back() == "start m#2");
}

TEST_CASE("a module of a group that cannot be started is refused at once") {
  auto node = node_with({{"team", "", {}}});
  node.add(
      [first = std::make_shared<bool>(true)] {
        if (!std::exchange(*first, false)) throw std::runtime_error("no model file");  // the first is for the manifest
        return module("a", "1.0.0").offers("a.do@1", [](const number& x) { return x; });
      },
      in("team"));
  node.turns();
  CHECK(ask(node, "a", 1) == errc::no_route);
  CHECK(node.count(event_kind::replica_escalated) == 1);
}

TEST_CASE("the tree as data") {
  auto node = node_with({{"outer", "", {.strategy = supervision::strategy::rest_for_one}}, {"inner", "outer", {}}});
  auto many = in("inner");
  many.replicas = 2;
  node.add(fragile("deep"), many);
  node.add(fragile("plain"));
  node.turns();
  CHECK(ask(node, "deep", -1) == errc::crashed);
  node.settle();
  const auto tree = node.get().tree();
  CHECK(tree.get_string("id") == "root");
  const auto& top = tree.find("children")->as_array();
  REQUIRE(top.size() == 2);
  CHECK(top[0].get_string("id") == "outer");
  CHECK(top[0].get_string("strategy") == "rest_for_one");
  const auto& inner = top[0].find("children")->as_array().at(0);
  CHECK(inner.get_string("id") == "inner");
  const auto& deep = inner.find("children")->as_array().at(0);
  CHECK(deep.get_string("type") == "supervisor");
  const auto& replicas = deep.find("children")->as_array();
  REQUIRE(replicas.size() == 2);
  CHECK(replicas[0].get_string("type") == "worker");
  CHECK(replicas[0].get_string("state") == "running");
  CHECK(replicas[0].get_integer("starts") + replicas[1].get_integer("starts") == 3);
  CHECK(replicas[0].find("what")->get_string("module") == "deep");
  const auto& crashed = replicas[replicas[0].get_integer("starts") == 2 ? 0 : 1];
  REQUIRE(crashed.find("last_end"));
  CHECK(crashed.find("last_end")->get_string("reason") == "crashed");
  CHECK(crashed.find("last_end")->get_string("why") == "boom");
  CHECK(top[1].get_string("id") == "plain");
}

TEST_CASE("a module that does not fit into the tree is refused before it is registered") {
  auto node = node_with({{"team", "", {}}});
  const auto refused = [&node](const module_options& o) {
    const auto ok = node.get().add(fragile("x"), o);
    return ok ? std::string{"accepted"} : ok.error().message;
  };
  CHECK(refused(in("nobody")).find("`nobody`") != std::string::npos);
  auto o = in("team");
  o.depends_on = {"missing"};
  CHECK(refused(o).find("`missing`") != std::string::npos);
  o = in("team");
  o.significant = true;
  CHECK(refused(o).find("permanent") != std::string::npos);
  o = {};
  o.significant = true;
  CHECK(refused(o).find("below a supervisor") != std::string::npos);
  o = {};
  o.restart = supervision::restart_type::temporary;
  CHECK(refused(o).find("below a supervisor") != std::string::npos);
  CHECK(ask(node, "x", 1) == errc::no_route);
  CHECK(refused(in("team")) == "accepted");
}

TEST_CASE("groups that do not fit together are refused") {
  const auto message = [](const std::vector<group_options>& g) {
    const auto ok = check_groups(g);
    return ok ? std::string{"fine"} : ok.error().message;
  };
  CHECK(message({{"a", "", {}}, {"b", "a", {}}}) == "fine");
  CHECK(message({{"b", "a", {}}, {"a", "", {}}}).find("not declared before") != std::string::npos);
  CHECK(message({{"a", "", {}}, {"a", "", {}}}).find("twice") != std::string::npos);
  CHECK(message({{"a", "", {.strategy = supervision::strategy::simple_one_for_one}}}).find("one kind") !=
        std::string::npos);
  CHECK(message({{"a", "", {.period = 0s}}}).find("period") != std::string::npos);
}
