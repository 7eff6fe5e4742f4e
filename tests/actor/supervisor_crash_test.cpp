// SPDX-License-Identifier: Apache-2.0
// What is wrong in us harms no module: observers that throw, and supervisors that crash themselves.
#include "libagents/runtime/supervision_tree.hpp"
#include "tests/actor/fragile_modules.hpp"
#include "tests/actor/supervised_double.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

using kind = supervision::note_command::kind;

class throwing_sink final : public event_sink {
 public:
  void on_event(const event&) override { throw std::runtime_error{"the disk is full"}; }
};

std::size_t alerts(const event_log& log, const std::string& of) {
  std::size_t n = 0;
  for (const auto& e : log.events()) n += e.kind == event_kind::alert && e.module == of ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("an observer that throws at every event changes nothing for modules and supervisors, and is told once") {
  const auto log = std::make_shared<event_log>();
  auto host = make_simulated_host(1);
  auto& turns = *host;
  node_config config;
  config.host = std::move(host);
  config.clock = std::make_shared<manual_clock>();
  config.random = std::make_shared<seeded_random>(1);
  config.timers = timer_queue::drive::manual;
  config.supervisors = {{"team", "", {.strategy = supervision::strategy::one_for_all}}};
  config.observers = {std::make_shared<throwing_sink>(), log};
  node n{std::move(config)};
  REQUIRE(n.add(fragile("a"), in("team")));
  REQUIRE(n.add(fragile("b"), in("team")));
  turns.run();
  CHECK_FALSE(n.ask("a.do@1", object{{"n", -1}}, 1s));
  turns.run();
  CHECK(n.ask("a.do@1", object{{"n", 1}}, 1s));
  CHECK(n.ask("b.do@1", object{{"n", 1}}, 1s));
  CHECK(alerts(*log, "observer") == 1);
}

TEST_CASE("a supervisor that crashes takes its children down, its parent restarts it, and it starts all of them anew") {
  supervisor_fixture f;
  const auto b = f.make("b");
  const auto inner = f.group("inner", {}, {f.child("a", f.make("a")), f.child("b", b)});
  const auto outer = f.group("outer", {.intensity = 1}, {f.child("inner", inner), f.child("c", f.make("c"))});
  f.start(outer);
  CHECK(f.take() == diary{"start a", "start b", "start c"});

  b->throws_when = kind::exited;
  b->crash();
  f.host->run();
  const auto happened = f.take();
  CHECK(happened == diary{"kill a", "start a", "start b"});
  CHECK(alerts(f.log, "inner") == 1);
  CHECK_FALSE(f.end);

  SECTION("it works as before") {
    b->throws_when.reset();
    b->crash();
    f.host->run();
    CHECK(f.take() == diary{"start b"});
  }
  SECTION("too often is too often for its parent, which gives up in order") {
    b->crash();
    f.host->run();
    REQUIRE(f.end);
    CHECK(f.end->what == supervision::exit_reason::kind::shutdown);
    CHECK(f.take() == diary{"kill a", "stop c", "down a", "down b", "down c"});
  }
}

TEST_CASE("a supervisor that crashes while its children are being started ends those that have begun") {
  supervisor_fixture f;
  const auto b = f.make("b");
  b->throws_when = kind::started;
  const auto team = f.group("team", {}, {f.child("a", f.make("a")), f.child("b", b), f.child("c", f.make("c"))});
  f.start(team);
  const auto happened = f.take();
  CHECK(happened.size() == 4);
  CHECK(std::count(happened.begin(), happened.end(), "kill a") == 1);
  CHECK(std::count(happened.begin(), happened.end(), "kill b") == 1);
  CHECK(std::count(happened.begin(), happened.end(), "start c") == 0);
  CHECK(team->below() == nullptr);
}

TEST_CASE("whoever asked a supervisor that crashes is refused") {
  supervisor_fixture f;
  const auto a = f.make("a");
  const auto team = f.group("team", {}, {f.child("a", a)});
  f.start(team);
  a->throws_when = kind::exited;
  std::vector<supervision::answer> answers;
  const auto keep = [&answers](supervision::answer how, const std::string&) { answers.push_back(how); };
  const auto port = team->below();
  a->crash();
  port->ask(supervision::request::kind::terminate_child, "a", keep);
  f.host->run();
  port->start_child(f.child("late", f.make("late")), keep);
  CHECK(answers == std::vector{supervision::answer::refused, supervision::answer::refused});
  REQUIRE(f.end);
  CHECK(f.end->what == supervision::exit_reason::kind::crashed);
  CHECK(f.end->text.find("a defect") != std::string::npos);
}

TEST_CASE("the root supervisor is started anew by the node itself, with everything below it") {
  struct throws_once final : event_sink {
    bool armed = false;
    void on_event(const event& e) override {
      if (e.kind == event_kind::replica_escalated && std::exchange(armed, false)) throw std::runtime_error{"a defect"};
    }
  };
  supervisor_fixture f;
  throws_once sink;
  services s{f.clock, f.random, f.reg, f.timers, sink, routing_policy::reliability, {0}};
  supervision_tree tree{s, *f.host, {}};
  module_options options;
  options.supervision.intensity = 0;
  options.supervision.give_up = supervision::give_up::escalate;
  const auto child = f.make("a");
  tree.add("a", [&child](const std::shared_ptr<replica>&) { return child; }, options,
           {std::make_shared<replica>("a", 1)});
  f.host->run();
  CHECK(f.take() == diary{"start a"});

  sink.armed = true;
  child->crash();  // its supervisor escalates to the root, which crashes while it tells so
  f.host->run();
  CHECK(f.take().back() == "start a");
  CHECK(tree.describe([&f] { f.host->run(); }).find("children")->as_array().size() == 1);

  tree.stop();
  f.host->run();
  CHECK(f.take().front() == "stop a");
  CHECK(f.take().empty());
}

TEST_CASE("the root comes back when a child cannot be started, and when it crashes while it starts") {
  struct throwing_when_armed final : event_sink {
    bool armed = false;
    void on_event(const event& e) override {
      if (armed && e.kind == event_kind::replica_escalated) throw std::runtime_error{"a defect"};
    }
  };
  supervisor_fixture f;
  throwing_when_armed sink;
  services s{f.clock, f.random, f.reg, f.timers, sink, routing_policy::reliability, {0}};
  supervision_tree tree{s, *f.host, {}};
  const auto describe = [&] { return tree.describe([&f] { f.host->run(); }); };
  module_options options;
  options.supervision.intensity = 0;
  options.supervision.give_up = supervision::give_up::escalate;
  options.supervision.retry_first_start = false;
  const auto child = f.make("a");
  tree.add("a", [&child](const std::shared_ptr<replica>&) { return child; }, options,
           {std::make_shared<replica>("a", 1)});
  f.host->run();
  sink.armed = true;
  child->fails = true;
  child->crash();  // the root crashes, and again whenever its child fails to start
  f.host->run();
  const auto down = describe();
  CHECK(down.get_string("state") == "restarting");
  CHECK(down.find("children")->as_array().empty());

  SECTION("it is tried again after a while, when the observer is in order and the child is not") {
    sink.armed = false;
    for (int i = 0; i < 100; ++i) {
      f.clock.advance(100ms);
      f.timers.advance();
      f.host->run();
    }
    CHECK(describe().find("children")->as_array().size() == 1);
    child->fails = false;
    f.take();
    for (int i = 0; i < 400; ++i) {
      f.clock.advance(100ms);
      f.timers.advance();
      f.host->run();
    }
    CHECK(f.take().back() == "start a");
  }
  SECTION("not more and more often") {
    f.take();
    for (int i = 0; i < 600; ++i) {
      f.clock.advance(100ms);
      f.timers.advance();
      f.host->run();
    }
    const auto happened = f.take();
    const auto starts = std::count(happened.begin(), happened.end(), "start a");
    CHECK(starts > 10);
    CHECK(starts < 40);
  }
  tree.stop();
  f.host->run();
}

TEST_CASE("a child that is added while its supervisor ends is started with the next life") {
  supervisor_fixture f;
  const auto b = f.make("b");
  const auto inner = f.group("inner", {.intensity = 0}, {f.child("b", b)});
  const auto outer = f.group("outer", {.intensity = 5}, {f.child("inner", inner)});
  f.start(outer);
  f.take();
  b->crash();
  inner->add(f.child("x", f.make("x")));
  f.host->run();
  const auto happened = f.take();
  REQUIRE(happened.size() >= 2);
  CHECK(std::vector(happened.end() - 2, happened.end()) == diary{"start b", "start x"});
}

TEST_CASE("whoever is told that a child is down may ask its supervisor again") {
  supervisor_fixture f;
  const auto a = f.make("a");
  const auto team = f.group("team", {}, {f.child("a", a)});
  f.start(team);
  team->stop();
  f.host->run();
  bool told = false;
  a->when_told = [&] {
    team->add(f.child("late", f.make("late")));
    told = true;
  };
  team->down({supervision::exit_reason::kind::crashed, "no more"})();
  CHECK(told);
}
