// SPDX-License-Identifier: Apache-2.0
// `significant` and `auto_shutdown` with real modules: a group whose significant member has done its work ends.
#include "tests/actor/fragile_modules.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

using order = std::vector<std::string>;

/// A child that a crash ends for good, and that counts.
module_options significant(const std::string& supervisor) {
  auto o = in(supervisor);
  o.restart = supervision::restart_type::temporary;
  o.significant = true;
  return o;
}

simulated_node node_with(supervision::auto_shutdown how) {
  return simulated_node{1, nullptr, {{"outer", "", {.intensity = 1}}, {"team", "outer", {.auto_shutdown = how}}}};
}

}  // namespace

TEST_CASE("any_significant: when one significant module has ended, its group ends, and its parent restarts it whole") {
  auto node = node_with(supervision::auto_shutdown::any_significant);
  node.add(fragile("bystander"), in("outer"));
  node.add(fragile("a"), in("team"));
  node.add(fragile("s"), significant("team"));
  node.turns();
  const auto before = node.events().size();
  CHECK(ask(node, "s", -1) == errc::crashed);
  node.turns();
  CHECK(lives(node, before) == order{"exit s", "exit a", "start a", "start s"});
  for (const auto* name : {"a", "s", "bystander"}) CHECK(ask(node, name, 1) == errc::none);
}

TEST_CASE("all_significant: the group ends with the last significant module, not with the first") {
  auto node = node_with(supervision::auto_shutdown::all_significant);
  node.add(fragile("a"), in("team"));
  node.add(fragile("s"), significant("team"));
  node.add(fragile("t"), significant("team"));
  node.turns();
  auto before = node.events().size();
  CHECK(ask(node, "s", -1) == errc::crashed);
  node.turns();
  CHECK(lives(node, before) == order{"exit s"});
  CHECK(ask(node, "s", 1) == errc::no_route);
  CHECK(ask(node, "t", 1) == errc::none);

  before = node.events().size();
  CHECK(ask(node, "t", -1) == errc::crashed);
  node.turns();
  CHECK(lives(node, before) == order{"exit t", "exit a", "start a", "start s", "start t"});
  CHECK(ask(node, "s", 1) == errc::none);
}

TEST_CASE("never: a temporary module that has ended is gone, and its group goes on without it") {
  auto node = node_with(supervision::auto_shutdown::never);
  node.add(fragile("a"), in("team"));
  auto o = in("team");
  o.restart = supervision::restart_type::temporary;
  node.add(fragile("s"), o);
  node.turns();
  const auto before = node.events().size();
  CHECK(ask(node, "s", -1) == errc::crashed);
  node.turns();
  CHECK(lives(node, before) == order{"exit s"});
  CHECK(ask(node, "s", 1) == errc::no_route);
  CHECK(ask(node, "a", 1) == errc::none);
}

TEST_CASE("several significant replicas count together, through the supervisor in between") {
  auto node = node_with(supervision::auto_shutdown::any_significant);
  node.add(fragile("a"), in("team"));
  auto o = significant("team");
  o.restart = supervision::restart_type::transient;
  o.replicas = 2;
  o.supervision.intensity = 0;
  node.add(fragile("s"), o);
  node.turns();
  const auto before = node.events().size();
  CHECK(ask(node, "s", -1) == errc::crashed);
  node.settle();
  const auto after = lives(node, before);
  REQUIRE(after.size() == 6);
  CHECK(after.back() == "start s#2");
  CHECK(ask(node, "a", 1) == errc::none);
  CHECK(ask(node, "s", 1) == errc::none);
}
