// SPDX-License-Identifier: Apache-2.0
// Places for workers that others start, while nobody has come.
#include "libagents/runtime/supervised_remote.hpp"

#include "tests/actor/node_fixture.hpp"
#include "tests/actor/supervised_double.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<supervised_remote> open_place(supervisor_fixture& f) {
  const auto unknown = std::make_shared<manifest>();
  unknown->name = "far";
  process_options how;
  how.name = "far";
  return std::make_shared<supervised_remote>(f.all, *f.host, how, unknown, std::make_shared<replica>("far", 1));
}

process_options far() {
  process_options how;
  how.name = "far";
  return how;
}

}  // namespace

TEST_CASE("an open place that is to be killed at once has ended at once, and observers hear nothing of it") {
  supervisor_fixture f;
  auto place = f.child("far", open_place(f));
  place.spec.shutdown = supervision::brutal_kill;
  const auto team = f.group("team", {}, {std::move(place)});
  f.start(team);
  team->stop();
  f.host->run();
  REQUIRE(f.end);
  CHECK(f.end->what == supervision::exit_reason::kind::shutdown);
  CHECK(f.log.events().empty());
}

TEST_CASE("an open place ends with its supervisor when that crashes itself") {
  supervisor_fixture f;
  const auto b = f.make("b");
  const auto team = f.group("team", {}, {f.child("far", open_place(f)), f.child("b", b)});
  f.start(team);
  b->throws_when = supervision::note_command::kind::exited;
  b->crash();
  f.host->run();
  REQUIRE(f.end);
  CHECK(f.end->what == supervision::exit_reason::kind::crashed);
}

TEST_CASE("a node with open places that are killed at once ends") {
  node n{node_config{}};
  module_options o;
  o.shutdown = supervision::brutal_kill;
  REQUIRE(n.add_remote(far(), o));
}

TEST_CASE("a remote module is bounded as its manifest says once a worker has come") {
  simulated_node n;
  module_options o;
  o.replicas = 2;
  REQUIRE(n.get().add_remote(far(), o));
  n.turns();
  const auto of = module("far", "1.0.0").offers("far.do@1", [](const number& x) { return x; }).mailbox(3).manifest();
  REQUIRE(n.get().admission()->admit(of, "gpu-1"));
  const auto offer = n.get().registry().of("far", "1.0.0").front();
  for (const auto& place : offer->replicas) CHECK(place->capacity == 3);
  auto& first = static_cast<replica&>(*offer->replicas.front());
  first.begin_life();
  const auto submit = [&first, &offer] {
    const auto c = std::make_shared<pending_call>();
    c->offer = offer;
    return first.submit(c);
  };
  for (int i = 0; i < 3; ++i) CHECK(submit());
  CHECK_FALSE(submit());
}

TEST_CASE("a remote module is expected once, and says how it is replaced") {
  simulated_node n;
  REQUIRE(n.get().add_remote(far(), {}));
  CHECK(n.get().add_remote(far(), {}).error().code == errc::conflict);
  const auto refused = n.get().upgrade(numbers("far", "far.do@1", [](const number& x) { return x; }), {}, {}, {});
  CHECK(refused.error().code == errc::unsupported);
  CHECK(refused.error().message.find("restart the node") != std::string::npos);
}
