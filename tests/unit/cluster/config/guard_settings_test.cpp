// SPDX-License-Identifier: Apache-2.0
// `hang` and `circuit` of a module: read, refused where they make no sense, and in force in a node.
#include <unistd.h>

#include <fstream>
#include <future>

#include "cluster/config/node_settings.hpp"
#include "tests/actor/fragile_modules.hpp"
#include "tests/event_watch.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

expected<module_options> options_of(const std::string& name, const std::string& text) {
  const auto file = fs::temp_directory_path() / ("agents-guards-" + std::to_string(::getpid()) + ".toml");
  std::ofstream{file, std::ios::binary} << text;
  auto out = load_node_settings(file);
  fs::remove(file);
  if (!out) return out.propagate();
  return out->supervision.for_module(name);
}

std::string problem(const std::string& text) {
  const auto o = options_of("a", text);
  return o ? "fine" : o.error().message.substr(o.error().message.find(".toml:") + 6);
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every property of hang limits and of a circuit arrives, however the table is written") {
  const auto o = options_of("a", R"([module.a]
hang = { yield = "200ms", grace = 0, abandoned_threads = 7 }
circuit.window = 20
circuit.least = 4
circuit.failures = 0.25
circuit.open = "5s"
circuit.open_at_most = "1m"
circuit.probes = 1
)");
  REQUIRE(o);
  CHECK(o->hang.yield == 200ms);
  CHECK(o->hang.grace == 0s);
  CHECK(o->hang.abandoned_threads == 7);
  CHECK(o->circuit.enabled);
  CHECK(o->circuit.window == 20);
  CHECK(o->circuit.least == 4);
  CHECK(o->circuit.failures == 0.25);
  CHECK(o->circuit.open == 5s);
  CHECK(o->circuit.open_at_most == 1min);
  CHECK(o->circuit.probes == 1);
  const auto off = options_of("a", "[module.a.circuit]\nenabled = false\n");
  REQUIRE(off);
  CHECK_FALSE(off->circuit.enabled);
}

TEST_CASE("what makes no sense is refused with line, key and remedy") {
  CHECK(has(problem("[module.a]\nhang = 3\n"), "2: expected a table"));
  CHECK(has(problem("[module.a]\nhang.yield = 0\n"), "2: `yield`: expected a time longer than 0"));
  CHECK(has(problem("[module.a]\nhang.limit = 1\n"), "known here are abandoned_threads, grace, yield"));
  CHECK(has(problem("[module.a]\nhang.abandoned_threads = 0\n"), "2: `abandoned_threads`"));
  CHECK(has(problem("[module.a]\ncommand = [\"x\"]\nhang.grace = 1\n"), "`hang_grace`"));
  CHECK(has(problem("[module.a]\ncircuit.failures = 0\n"), "2: `failures`"));
  CHECK(has(problem("[module.a]\ncircuit.failures = 1.5\n"), "2: `failures`"));
  CHECK(has(problem("[module.a]\ncircuit.window = 65\n"), "1 to 64"));
  CHECK(has(problem("[module.a]\ncircuit.window = 5\n"), "`least` 10 is never reached"));
  CHECK(has(problem("[module.a]\ncircuit.open = \"1m\"\n"), "`open_at_most`"));
  CHECK(has(problem("[module.a]\ncircuit = { enabled = false, least = 3 }\n"), "have no effect"));
  CHECK(problem("[module.a]\ncommand = [\"x\"]\ncircuit.least = 3\n") == "fine");
}

TEST_CASE("a configured circuit opens after as many failures as it says, and not at all when it is off") {
  const bool on = GENERATE(true, false);
  auto o =
      options_of("a", on ? "[module.a]\nintensity = 100\nfirst_backoff = 0\ncircuit.least = 2\ncircuit.open = \"7s\"\n"
                         : "[module.a]\nintensity = 100\nfirst_backoff = 0\ncircuit.enabled = false\n");
  REQUIRE(o);
  simulated_node node;
  node.add(fragile("a"), *o);
  node.turns();
  for (int i = 0; i < 2; ++i) {
    CHECK(ask(node, "a", -1) == errc::crashed);
    node.turns();
  }
  CHECK(ask(node, "a", 1) == (on ? errc::no_route : errc::none));
  node.advance(6s);
  CHECK(ask(node, "a", 1) == (on ? errc::no_route : errc::none));
  node.advance(2s);
  CHECK(ask(node, "a", 1) == errc::none);
}

namespace {

/// A node in real threads with a module whose only handler returns when the object ends.
struct hanging_node {
  std::promise<void> end;
  std::shared_ptr<event_watch> events = std::make_shared<event_watch>();
  std::unique_ptr<node> n;

  hanging_node(execution_mode mode, const std::string& text) {
    const auto o = options_of("a", text);
    REQUIRE(o);
    node_config config;
    config.observers.push_back(events);
    n = std::make_unique<node>(std::move(config));
    REQUIRE(n->add(
        [mode, until = end.get_future().share()] {
          return module("a", "1.0.0").offers("a.do@1", [until](const number& x) { return until.wait(), x; }).runs(mode);
        },
        *o));
    (void)n->ask("a.do@1", object{{"n", 1}}, 10ms);
  }
  hanging_node(const hanging_node&) = delete;
  hanging_node& operator=(const hanging_node&) = delete;
  ~hanging_node() { end.set_value(); }
};

}  // namespace

TEST_CASE("a node acts on configured hang limits") {
  SECTION("how long a cooperative handler may hold its thread; without the key it would be 1 s") {
    hanging_node h{execution_mode::cooperative, "[module.a]\nhang.yield = \"5ms\"\n"};
    CHECK(has(h.events->wait_for(event_kind::alert, "hang: ").text, "has not returned for 0."));
  }
  SECTION(
      "how long beyond its deadline a dedicated one is waited for (without the key 100 ms), and how many threads are "
      "left behind") {
    hanging_node h{execution_mode::dedicated, "[module.a]\nhang = { grace = 1, abandoned_threads = 1 }\n"};
    CHECK(has(h.events->wait_for(event_kind::replica_exited, "hang: ").text, "has not returned for 1."));
    h.events->wait_for(event_kind::replica_exited, "1 of its threads hang");
  }
}
