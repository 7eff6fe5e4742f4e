// SPDX-License-Identifier: Apache-2.0
// A new version takes over while requests keep coming, under virtual time.
#include <map>
#include <stdexcept>

#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

/// Answers with its version, after a while; some versions fail in some requests.
struct behaviour {
  std::int64_t version = 1;
  duration takes = 2ms;
  std::int64_t fails_each = 0;  ///< every so many requests; 0: never
  bool does_not_start = false;
  std::string capability = "who.are@1";
};

module_factory who(behaviour b) {
  auto made = std::make_shared<int>(0);
  return [b, made] {
    if (b.does_not_start && ++*made > 1) throw std::runtime_error("no such file");  // the first is for the manifest
    const auto asked = std::make_shared<std::int64_t>(0);
    return module("who", std::to_string(b.version) + ".0.0")
        .offers("other.thing@1", [](const number& x) { return x; })
        .offers(b.capability,
                [b, asked](number, call& c) -> task<number> {
                  co_await c.sleep(b.takes);
                  if (b.fails_each > 0 && ++*asked % b.fails_each == 0)
                    co_return unexpected{errc::internal, "out of order"};
                  co_return number{b.version};
                })
        .concurrency(4);
  };
}

/// A node that is asked every millisecond of virtual time.
struct fixture {
  simulated_node node;
  std::vector<run_result> ended;
  std::size_t asked = 0;
  std::optional<expected<upgrade_report>> report;

  explicit fixture(std::uint64_t seed = 1) : node(seed) {}

  void add(behaviour b = {}, std::uint32_t replicas = 2) { node.add(who(b), options(replicas)); }
  static module_options options(std::uint32_t replicas = 2) {
    module_options o;
    o.replicas = replicas;
    o.circuit.enabled = false;
    o.hedge.enabled = false;
    return o;
  }
  expected<void> upgrade(behaviour b, upgrade_options how = {}, std::uint32_t replicas = 2) {
    report.reset();
    return node.get().upgrade(who(b), options(replicas), how,
                              [this](expected<upgrade_report> r) { report = std::move(r); });
  }
  void ask() {
    plan p;
    p.steps = {step("a", "who.are@1", object{{"n", 1}})};
    p.steps[0].attempts = 1;
    p.steps[0].reflect = {"retry"};
    task_spec task;
    task.job = "test";
    ++asked;
    REQUIRE(node.get().submit(task, share(to_value(p)), [this](run_result r) { ended.push_back(std::move(r)); }));
  }
  /// Load, until the upgrade has ended; then everything that is open ends.
  const upgrade_report& load(int at_most_ms = 10'000) {
    for (int i = 0; i < at_most_ms && !report; ++i) {
      ask();
      node.advance(1ms);
    }
    REQUIRE(report);
    INFO((*report ? std::string{} : report->error().message));
    REQUIRE(*report);
    for (int i = 0; i < 1000 && ended.size() < asked; ++i) node.advance(1ms);
    CHECK(ended.size() == asked);
    return **report;
  }
  [[nodiscard]] std::size_t failed() const {
    return static_cast<std::size_t>(std::count_if(
        ended.begin(), ended.end(), [](const run_result& r) { return r.status != run_status::completed; }));
  }
  std::int64_t version_now() {
    const auto before = ended.size();
    ask();
    for (int i = 0; i < 100 && ended.size() == before; ++i) node.advance(1ms);
    for (const auto& e : node.events())
      if (e.kind == event_kind::attempt_finished && e.run == ended.back().id && e.data)
        return from_value<number>(*e.data)->n;
    return -1;
  }
  /// By version, of the module's requests that ended well.
  std::map<std::string, int> answers() {
    std::map<std::string, int> n;
    for (const auto& e : node.events())
      if (e.kind == event_kind::attempt_finished && e.outcome == errc::none) ++n[e.version];
    return n;
  }
  std::string error_of(behaviour b, upgrade_options how = {}) {
    const auto ok = upgrade(b, how);
    REQUIRE_FALSE(ok);
    CHECK(version_now() == 1);
    return ok.error().message;
  }
  [[nodiscard]] std::size_t children() { return node.get().tree().find("children")->as_array().size(); }
};

struct text_answer {
  std::string n;
  AGENTS_FIELDS(n)
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a new version takes over without a failed request") {
  const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{9}));
  fixture f{seed};
  f.add();
  for (int i = 0; i < 50; ++i) f.ask();  // more than it can handle at once: some wait
  REQUIRE(f.upgrade({.version = 2, .takes = 3ms}));
  const auto& r = f.load();
  CHECK_FALSE(r.rolled_back);
  CHECK(r.from == "1.0.0");
  CHECK(r.to == "2.0.0");
  CHECK(f.failed() == 0);
  CHECK(f.version_now() == 2);
  CHECK(f.children() == 1);
  CHECK(f.node.get().registry().of("who", "1.0.0").empty());
}

TEST_CASE("an upgrade can follow an upgrade") {
  fixture f;
  f.add();
  for (std::int64_t v = 2; v < 6; ++v) {
    REQUIRE(f.upgrade({.version = v}));
    CHECK_FALSE(f.load().rolled_back);
    CHECK(f.version_now() == v);
    CHECK(f.children() == 1);
  }
  CHECK(f.failed() == 0);
}

TEST_CASE("a canary gets its share, and then everything") {
  fixture f;
  f.add();
  upgrade_options how;
  how.canary.share = 0.2;
  how.canary.requests = 200;
  REQUIRE(f.upgrade({.version = 2}, how));
  const auto& r = f.load();
  CHECK_FALSE(r.rolled_back);
  CHECK(r.fresh.good >= 200);
  CHECK(r.old.good > 600);
  CHECK(r.old.good < 1100);
  CHECK(f.failed() == 0);
  CHECK(f.version_now() == 2);
}

TEST_CASE("a canary that fails more often is taken back") {
  fixture f;
  f.add({.fails_each = 50});
  upgrade_options how;
  how.canary.share = 0.2;
  how.canary.requests = 1000;
  REQUIRE(f.upgrade({.version = 2, .fails_each = 3}, how));
  const auto& r = f.load();
  CHECK(r.rolled_back);
  CHECK(contains(r.why, "it is worse: "));
  CHECK(r.fresh.good + r.fresh.failed < 60);  // found out early
  CHECK(f.children() == 1);
  const auto before = f.answers();
  for (int i = 0; i < 100; ++i) {
    f.ask();
    f.node.advance(1ms);
  }
  f.node.advance(100ms);
  CHECK(f.answers()["2.0.0"] == before.at("2.0.0"));
  CHECK(f.answers()["1.0.0"] > before.at("1.0.0"));
}

TEST_CASE("a canary that fails as often as the old version is no worse") {
  fixture f;
  f.add({.fails_each = 5});
  upgrade_options how;
  how.canary.share = 0.5;
  how.canary.requests = 300;
  REQUIRE(f.upgrade({.version = 2, .fails_each = 5}, how));
  CHECK_FALSE(f.load().rolled_back);
}

TEST_CASE("without requests the canary ends with its time") {
  fixture f;
  f.add();
  upgrade_options how;
  how.canary.share = 0.2;
  how.canary.at_most = 3s;
  REQUIRE(f.upgrade({.version = 2}, how));
  f.node.advance(2s);
  CHECK_FALSE(f.report);
  for (int i = 0; i < 500 && !f.report; ++i) f.node.advance(10ms);
  REQUIRE(f.report);
  CHECK_FALSE((*f.report)->rolled_back);
  CHECK(f.version_now() == 2);
}

TEST_CASE("a version that cannot be started changes nothing") {
  fixture f;
  f.add();
  REQUIRE(f.upgrade({.version = 2, .does_not_start = true}, {.start_limit = 1s}));
  const auto& r = f.load();
  CHECK(r.rolled_back);
  CHECK(contains(r.why, "could not be started"));
  CHECK(f.failed() == 0);
  CHECK(f.version_now() == 1);
  CHECK(f.children() == 1);
  CHECK(f.upgrade({.version = 2}));
  CHECK_FALSE(f.load().rolled_back);
}

TEST_CASE("what the old version has begun is finished, within the time for it") {
  fixture f;
  f.add({.takes = 20s}, 1);
  f.ask();
  f.node.advance(1ms);
  SECTION("in time") {
    REQUIRE(f.upgrade({.version = 2}, {.drain = 30s}, 1));
    for (int i = 0; i < 100; ++i) f.node.advance(100ms);
    CHECK_FALSE(f.report);
    for (int i = 0; i < 300 && !f.report; ++i) f.node.advance(100ms);
    CHECK(f.failed() == 0);
  }
  SECTION("too late: it is stopped, and killed after its `shutdown` time") {
    REQUIRE(f.upgrade({.version = 2}, {.drain = 2s}, 1));
    for (int i = 0; i < 300 && !f.report; ++i) f.node.advance(100ms);
    CHECK(f.failed() == 1);
  }
  REQUIRE(f.report);
  CHECK(f.ended.size() == 1);
  CHECK(f.version_now() == 2);
}

TEST_CASE("what cannot work is refused before anything happens") {
  fixture f;
  f.add();
  CHECK(contains(f.error_of({.version = 1}), "raise the version in its manifest"));
  CHECK(contains(f.error_of({.version = 2, .capability = "who.else@1"}), "does not offer who.are@1 any more"));
  upgrade_options how;
  how.canary.share = 1;
  CHECK(contains(f.error_of({.version = 2}, how), "share must be at least 0 and less than 1"));
  const auto stranger =
      f.node.get().upgrade(numbers("stranger", "a.b@1", [](const number& n) { return n; }), {}, {}, {});
  CHECK(stranger.error().code == errc::not_found);
  auto elsewhere = fixture::options();
  elsewhere.supervisor = "team";
  CHECK_FALSE(f.node.get().upgrade(who({.version = 2}), elsewhere, {}, {}));
}

TEST_CASE("while an upgrade is under way, another one of the same module is refused") {
  fixture f;
  f.add();
  REQUIRE(f.upgrade({.version = 2}, {.canary = {.share = 0.5}}));
  const auto second = f.node.get().upgrade(who({.version = 3}), fixture::options(), {}, {});
  CHECK(second.error().code == errc::conflict);
  CHECK_FALSE(f.load().rolled_back);
}

TEST_CASE("an output that callers do not expect is refused, with an example") {
  fixture f;
  f.add();
  const auto other = [] {
    return module("who", "2.0.0")
        .offers("other.thing@1", [](const number& x) { return x; })
        .offers("who.are@1", [](const number&) { return text_answer{"two"}; });
  };
  const auto refused = f.node.get().upgrade(other, fixture::options(), {}, {});
  REQUIRE_FALSE(refused);
  CHECK(contains(refused.error().message, "gives output that version 1.0.0 never gives, for example {\"n\":"));
  CHECK(f.version_now() == 1);
}

TEST_CASE("who others depend on is not replaced under them") {
  fixture f;
  f.add({}, 1);
  module_options o;
  o.depends_on = {"who"};
  f.node.add(numbers("dependent", "a.b@1", [](const number& n) { return n; }), o);
  CHECK(contains(f.error_of({.version = 2}), "`dependent` depends on it"));
}

TEST_CASE("each phase is an event") {
  fixture f;
  f.add();
  REQUIRE(f.upgrade({.version = 2}, {.canary = {.share = 0.5, .requests = 10}}));
  static_cast<void>(f.load());
  std::vector<std::string> phases;
  for (const auto& e : f.node.events())
    if (e.kind == event_kind::module_upgrade) phases.push_back(e.text);
  CHECK(phases == std::vector<std::string>{"begins", "canary", "shifted", "drained", "done"});
}

TEST_CASE("what a canary has begun is finished when it is taken back") {
  fixture f;
  f.add();
  auto o = fixture::options();
  o.shutdown = 10ms;
  REQUIRE(f.node.get().upgrade(who({.version = 2, .takes = 300ms, .fails_each = 2}), o,
                               {.canary = {.share = 0.5, .requests = 1000}},
                               [&f](expected<upgrade_report> r) { f.report = std::move(r); }));
  CHECK(f.load().rolled_back);
  std::size_t crashed = 0;
  for (const auto& e : f.node.events())
    crashed += e.kind == event_kind::attempt_finished && e.outcome == errc::crashed ? 1 : 0;
  CHECK(crashed == 0);
  CHECK(f.children() == 1);
}

TEST_CASE("what waits moves over although the new mailboxes are smaller: it has been accepted") {
  fixture f;
  f.add();
  f.node.turns();
  for (int i = 0; i < 50; ++i) f.ask();
  f.node.advance(0ms);
  REQUIRE(f.node.get().upgrade([] { return who({.version = 2})().mailbox(2); }, fixture::options(), {},
                               [&f](expected<upgrade_report> r) { f.report = std::move(r); }));
  for (int i = 0; i < 1000 && !(f.report && f.ended.size() == f.asked); ++i) f.node.advance(1ms);
  REQUIRE(f.report);
  CHECK(f.ended.size() == 50);
  CHECK(f.failed() == 0);
  std::size_t by_the_new_one = 0;
  for (const auto& e : f.node.events())
    by_the_new_one += e.kind == event_kind::attempt_finished && e.data && from_value<number>(*e.data)->n == 2 ? 1 : 0;
  CHECK(by_the_new_one > 20);
}

TEST_CASE("a factory that throws is an error of the call") {
  fixture f;
  f.add();
  const auto broken = []() -> module { throw std::runtime_error("no such file"); };
  const auto added = f.node.get().add(broken);
  REQUIRE_FALSE(added);
  CHECK(added.error().code == errc::crashed);
  CHECK(contains(added.error().message, "no such file"));
  CHECK(f.node.get().upgrade(broken, {}, {}, {}).error().code == errc::crashed);
}

TEST_CASE("of two versions that run side by side none is replaced") {
  fixture f;
  f.add();
  f.add({.version = 2});
  const auto refused = f.upgrade({.version = 3});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::conflict);
  CHECK(contains(refused.error().message, "side by side"));
}

TEST_CASE("an upgrade that the end of the node cuts short is not reported as done") {
  const auto log = std::make_shared<event_log>();
  const auto clock = std::make_shared<manual_clock>();
  std::vector<errc> told;
  {
    auto host = make_simulated_host(1);
    auto& turns = *host;
    node_config config;
    config.host = std::move(host);
    config.clock = clock;
    config.random = std::make_shared<seeded_random>(1);
    config.timers = timer_queue::drive::manual;
    config.observers = {log};
    node n{std::move(config)};
    REQUIRE(n.add(who({.takes = 3s}), fixture::options(1)));
    const auto call = n.begin_ask("who.are@1", object{{"n", 1}}, 60s, [](const expected<shared_value>&) {});
    turns.run();
    REQUIRE(n.upgrade(who({.version = 2}), fixture::options(1), {.drain = 10ms},
                      [&told](const expected<upgrade_report>& r) { told.push_back(r ? errc::none : r.error().code); }));
    for (int i = 0; i < 10; ++i) {  // the old version is told to stop, and has not finished
      turns.run();
      clock->advance(5ms);
      n.timers().advance();
    }
    turns.run();
    REQUIRE(log->events().back().text == "drained");
  }
  CHECK(told == std::vector{errc::cancelled});
  for (const auto& e : log->events()) CHECK(e.text != "done");
}

TEST_CASE("a request is always either waiting or in flight, until it is answered") {
  /// Looks whenever somebody asks for the time.
  struct watching_clock final : clock {
    [[nodiscard]] time_point now() const override {
      if (look) look();
      return inner.now();
    }
    manual_clock inner;
    std::function<void()> look;
  };
  const auto time = std::make_shared<watching_clock>();
  auto host = make_simulated_host(1);
  auto& turns = *host;
  node_config config;
  config.host = std::move(host);
  config.clock = time;
  config.random = std::make_shared<seeded_random>(1);
  config.timers = timer_queue::drive::manual;
  node n{std::move(config)};
  REQUIRE(n.add(numbers("echo", "who.are@1", [](const number& x) { return x; })));
  turns.run();
  const auto at = n.registry().of("echo", "1.0.0").front()->replicas.front();
  std::size_t idle = 0;
  bool answered = false;
  const auto call =
      n.begin_ask("who.are@1", object{{"n", 1}}, 1s, [&](const expected<shared_value>&) { answered = true; });
  REQUIRE(at->waiting == 1);
  bool handled = false;
  time->look = [&] {
    handled |= at->in_flight > 0;
    idle += !handled && at->waiting == 0 && at->in_flight == 0 ? 1 : 0;
  };
  turns.run();
  time->look = {};
  CHECK(answered);
  CHECK(idle == 0);
}

namespace {

struct total {
  std::int64_t sum = 0;
  AGENTS_FIELDS(sum)
};

/// Counts its requests; version 2 counts in tens, and migrates.
module_factory counting(std::int64_t version, bool migrates = true, bool refuses = false) {
  return [=] {
    const auto sum = std::make_shared<std::int64_t>(0);
    const auto starts = std::make_shared<int>(0);
    auto m = module("count", std::to_string(version) + ".0.0")
                 .offers("count.up@1",
                         [sum, version](const number&) {
                           *sum += version == 1 ? 1 : 10;
                           return number{*sum};
                         })
                 .keeps_state(
                     static_cast<std::uint32_t>(version), [sum] { return total{*sum}; },
                     [sum, refuses](const total& t) -> expected<void> {
                       if (refuses && t.sum > 1'000'000) return unexpected{errc::corrupt, "too large"};
                       *sum = t.sum;
                       return {};
                     });
    if (version == 2 && migrates)
      return std::move(m).migrates_state(1, 2, [](const total& t) { return total{t.sum * 10}; });
    return m;
  };
}

std::int64_t count_up(simulated_node& n) {
  const auto r = n.get().ask("count.up@1", object{{"n", 1}}, 1s);
  REQUIRE(r);
  return from_value<number>(**r)->n;
}

}  // namespace

TEST_CASE("state goes over to the new version, migrated, and no count is lost on the way") {
  simulated_node n;
  n.add(counting(1));
  for (int i = 0; i < 5; ++i) static_cast<void>(count_up(n));
  std::optional<expected<upgrade_report>> report;
  std::vector<run_result> ended;
  plan p;
  p.steps = {step("a", "count.up@1", object{{"n", 1}})};
  task_spec task;
  task.job = "test";
  const auto ask = [&] {
    REQUIRE(n.get().submit(task, share(to_value(p)), [&](run_result r) { ended.push_back(std::move(r)); }));
  };
  for (int i = 0; i < 5; ++i) ask();
  REQUIRE(n.get().upgrade(counting(2), {}, {}, [&](expected<upgrade_report> r) { report = std::move(r); }));
  for (int i = 0; i < 5; ++i) ask();
  for (int i = 0; i < 1000 && !report; ++i) n.advance(1ms);
  n.turns();
  REQUIRE(report);
  REQUIRE(*report);
  CHECK_FALSE((*report)->rolled_back);
  REQUIRE(ended.size() == 10);
  for (const auto& r : ended) CHECK(r.status == run_status::completed);
  CHECK(count_up(n) == (5 + 10 + 1) * 10);
}

TEST_CASE("state without a migration is a reason not to begin") {
  simulated_node n;
  n.add(counting(1));
  static_cast<void>(count_up(n));
  const auto refused = n.get().upgrade(counting(2, false), {}, {}, {});
  REQUIRE_FALSE(refused);
  CHECK(contains(refused.error().message, "the state of count would be lost"));
  CHECK(contains(refused.error().message, "add a migration"));
  upgrade_options how;
  how.canary.share = 0.1;
  CHECK(contains(n.get().upgrade(counting(2), {}, how, {}).error().message, "two versions cannot share it"));
  CHECK(count_up(n) == 2);
}

TEST_CASE("when the new version does not come up with the state, the old one goes on with it") {
  simulated_node n;
  n.add(counting(1));
  for (int i = 0; i < 3; ++i) static_cast<void>(count_up(n));
  auto made = std::make_shared<int>(0);
  const auto broken = [made]() {
    if (++*made > 1) throw std::runtime_error("no such file");
    return counting(2)();
  };
  std::optional<expected<upgrade_report>> report;
  REQUIRE(n.get().upgrade(broken, {}, {.start_limit = 1s}, [&](expected<upgrade_report> r) { report = std::move(r); }));
  std::optional<run_result> waited;
  plan p;
  p.steps = {step("a", "count.up@1", object{{"n", 1}})};
  task_spec task;
  task.job = "test";
  REQUIRE(n.get().submit(task, share(to_value(p)), [&](run_result r) { waited = std::move(r); }));
  for (int i = 0; i < 3000 && !report; ++i) n.advance(1ms);
  n.advance(1s);
  REQUIRE(report);
  REQUIRE(*report);
  CHECK((*report)->rolled_back);
  REQUIRE(waited);
  CHECK(waited->status == run_status::completed);
  CHECK(count_up(n) == 5);
}
