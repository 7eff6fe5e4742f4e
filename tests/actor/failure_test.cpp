// SPDX-License-Identifier: Apache-2.0
// Crashes, hangs, overload and cancellation, one at a time.
#include <map>

#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

plan one_step(std::string ask = "number.do@1") {
  plan p;
  auto s = step("a", std::move(ask), object{{"n", "{input.n}"}});
  s.reflect = {"partial"};
  p.steps = {s};
  p.answer = object{{"answer", "{a.n}"}};
  return p;
}

plan over_list(std::vector<std::string> ladder = {"partial"}) {
  auto p = one_step();
  p.steps[0].with = object{{"n", "{item}"}};
  p.steps[0].each = "{input.list}";
  p.steps[0].reflect = std::move(ladder);
  p.answer = object{{"answer", "{a}"}};
  return p;
}

value list_of(int n) {
  array items;
  for (int i = 0; i < n; ++i) items.emplace_back(i);
  return object{{"list", std::move(items)}};
}

std::vector<event> of_kind(const simulated_node& node, event_kind kind) {
  std::vector<event> found;
  for (const auto& e : node.events())
    if (e.kind == kind) found.push_back(e);
  return found;
}

std::map<errc, int> outcomes(const simulated_node& node) {
  std::map<errc, int> count;
  for (const auto& e : of_kind(node, event_kind::attempt_finished)) ++count[e.outcome];
  return count;
}

/// Counts how many of it are alive.
struct guard {
  explicit guard(std::shared_ptr<int> alive) : alive_(std::move(alive)) { ++*alive_; }
  guard(const guard&) = delete;
  guard& operator=(const guard&) = delete;
  ~guard() { --*alive_; }
  std::shared_ptr<int> alive_;
};

}  // namespace

TEST_CASE("a crash fails what was begun as `crashed`; what waited is served by the next incarnation") {
  simulated_node node;
  node.add([] {
    return module("shaky", "1.0.0")
        .offers("number.do@1",
                [](number x, call& c) -> task<number> {
                  if (x.n == 2) throw std::runtime_error("boom");
                  co_await c.sleep(1s);
                  co_return x;
                })
        .concurrency(3);
  });
  const auto r = node.run(over_list(), list_of(6));
  CHECK(outcomes(node) == std::map<errc, int>{{errc::none, 3}, {errc::crashed, 3}});
  const auto restarts = of_kind(node, event_kind::replica_restarted);
  REQUIRE(restarts.size() == 1);
  CHECK(restarts[0].text.find("boom") != std::string::npos);
  CHECK(of_kind(node, event_kind::replica_started).back().attempt == 2);
  for (const auto& e : of_kind(node, event_kind::attempt_finished))
    if (e.outcome == errc::crashed) CHECK(e.text.find("boom") != std::string::npos);
}

TEST_CASE("an exception that is no std::exception crashes the module as well, not the node") {
  simulated_node node;
  node.add([first = std::make_shared<bool>(true)] {
    return module("odd", "1.0.0").offers("number.do@1", [first](const number& x) -> number {
      if (std::exchange(*first, false)) throw 42;
      return x;
    });
  });
  auto p = one_step();
  p.steps[0].reflect = {"retry"};
  CHECK(node.run(p, object{{"n", 5}}).status == run_status::completed);
  CHECK(outcomes(node)[errc::crashed] == 1);
}

TEST_CASE("each incarnation starts with fresh state") {
  simulated_node node;
  node.add([] {
    auto calls = std::make_shared<int>(0);
    return module("m", "1.0.0").offers("number.do@1", [calls](const number& x) -> number {
      if (++*calls == 2) throw std::runtime_error("second call");
      return {x.n * 10 + *calls};
    });
  });
  CHECK((*node.get().ask("number.do@1", object{{"n", 1}}, 1s))->get_integer("n") == 11);
  const auto second = node.get().ask("number.do@1", object{{"n", 2}}, 1s);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::crashed);
  CHECK((*node.get().ask("number.do@1", object{{"n", 3}}, 1s))->get_integer("n") == 31);
}

TEST_CASE(
    "a module that keeps crashing is put into quarantine with an alert: no_route meanwhile, another chance "
    "afterwards") {
  simulated_node node;
  const auto broken = std::make_shared<bool>(true);
  node.add(numbers("m", "number.do@1",
                   [broken](const number& x) {
                     if (*broken) throw std::runtime_error("still broken");
                     return x;
                   }),
           {.supervision = {.intensity = 2,
                            .period = 1h,
                            .give_up = supervision::give_up::quarantine,
                            .quarantine = 30s,
                            .retry_first_start = true}});
  const auto ask = [&node] { return node.get().ask("number.do@1", object{{"n", 1}}, 1s); };
  for (int i = 0; i < 3; ++i) CHECK(ask().error().code == errc::crashed);
  const auto alerts = of_kind(node, event_kind::alert);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].module == "m");
  CHECK(alerts[0].text.find("30 s") != std::string::npos);
  CHECK(alerts[0].text.find("still broken") != std::string::npos);
  const auto refused = ask();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::no_route);
  CHECK(refused.error().message.find("no replica is up") != std::string::npos);
  *broken = false;
  node.advance(29s);
  CHECK(ask().error().code == errc::no_route);
  node.advance(1s);
  CHECK(ask());
}

TEST_CASE("what waits when a module is quarantined is refused at once, not kept waiting") {
  simulated_node node;
  node.add(numbers("m", "number.do@1", [](const number&) -> number { throw std::runtime_error("broken"); }),
           {.supervision = {.intensity = 0,
                            .period = 1h,
                            .give_up = supervision::give_up::quarantine,
                            .quarantine = 1h,
                            .retry_first_start = true}});
  const auto before = node.clock().now();
  node.run(over_list(), list_of(20));
  CHECK(node.clock().now() - before < 1s);  // nobody waited for a deadline
  const auto all = of_kind(node, event_kind::attempt_finished);
  CHECK(all.size() == 20);
  std::size_t crashed = 0;
  for (const auto& e : all) {
    crashed += e.outcome == errc::crashed ? 1 : 0;
    CHECK((e.text.find("broken") != std::string::npos || e.outcome == errc::no_route));
  }
  CHECK(crashed >= 1);
}

TEST_CASE("a factory that throws is a failing start: it is tried again, and the node lives on") {
  const bool standard = GENERATE(true, false);
  simulated_node node;
  const auto starts = std::make_shared<int>(0);
  node.add([starts, standard] {
    const auto n = ++*starts;  // the first is for the manifest
    if (n == 2 || n == 3) {
      if (standard) throw std::runtime_error("no model file");
      throw 7;
    }
    return module("m", "1.0.0").offers("number.do@1", [](const number& x) { return x; });
  });
  const auto r = node.run(one_step(), object{{"n", 1}});
  CHECK(r.status == run_status::completed);
  CHECK(*starts == 4);
  const auto restarts = of_kind(node, event_kind::replica_restarted);
  REQUIRE(restarts.size() == 2);
  CHECK(restarts[0].text.find(standard ? "no model file" : "no std::exception") != std::string::npos);
}

TEST_CASE("a request whose deadline passes in the queue is not begun, and its caller is told in time") {
  simulated_node node;
  const auto begun = std::make_shared<int>(0);
  node.add([begun] {
    return module("slow", "1.0.0")
        .offers("number.do@1",
                [begun](number x, call& c) -> task<number> {
                  ++*begun;
                  co_await c.sleep(10s);
                  co_return x;
                },
                {.timeout = 12s})
        .concurrency(1);
  });
  const auto begin = node.clock().now();
  (void)node.run(over_list(), list_of(3));
  CHECK(outcomes(node) == std::map<errc, int>{{errc::none, 1}, {errc::deadline, 2}});
  CHECK(*begun == 2);
  CHECK(node.clock().now() - begin == 12s);
}

TEST_CASE("cancellation destroys a waiting coroutine with everything it holds, and cancels what it asked") {
  simulated_node node;
  const auto alive = std::make_shared<int>(0);
  node.add([alive] {
    return module("leaf", "1.0.0").offers("number.leaf@1", [alive](number x, call& c) -> task<number> {
      const guard g{alive};
      co_await c.sleep(1h);
      co_return x;
    });
  });
  node.add([alive] {
    return module("outer", "1.0.0").offers("number.do@1", [alive](number x, call& c) -> task<number> {
      const guard g{alive};
      co_return co_await c.ask<number>("number.leaf@1", x);
    });
  });
  const auto id = node.begin(one_step(), object{{"n", 1}});
  node.turns();
  CHECK(*alive == 2);
  const auto before = node.clock().now();
  node.get().cancel(id, "not wanted any more");
  node.turns();
  CHECK(*alive == 0);
  CHECK(node.clock().now() == before);
  REQUIRE(node.finished());
  CHECK(node.result().report().get_string("outcome") == "cancelled");
  CHECK(node.result().report().get_string("incomplete_because") == "not wanted any more");
}

TEST_CASE("a deadline stops the waiting work of a whole chain of modules") {
  simulated_node node;
  const auto alive = std::make_shared<int>(0);
  const auto link = [alive](std::string name, std::string offers, std::string asks) {
    return [=] {
      return module(name, "1.0.0").offers(offers, [alive, asks](number x, call& c) -> task<number> {
        const guard g{alive};
        if (asks.empty()) {
          co_await c.sleep(1h);
          co_return x;
        }
        co_return co_await c.ask<number>(asks, x);
      });
    };
  };
  node.add(link("a", "number.do@1", "number.b@1"));
  node.add(link("b", "number.b@1", "number.c@1"));
  node.add(link("c", "number.c@1", ""));
  auto p = one_step();
  p.steps[0].timeout_seconds = 2;
  const auto begin = node.clock().now();
  const auto r = node.run(p, object{{"n", 1}});
  node.turns();
  CHECK(r.report().get_string("outcome") == "deadline");
  CHECK(node.clock().now() - begin == 2s);
  CHECK(*alive == 0);
}

TEST_CASE("a full mailbox is overloaded at once, and nothing is lost of what was accepted") {
  simulated_node node;
  node.add([] {
    return module("small", "1.0.0")
        .offers("number.do@1",
                [](number x, call& c) -> task<number> {
                  co_await c.sleep(1s);
                  co_return x;
                })
        .mailbox(4)
        .concurrency(1);
  });
  (void)node.run(over_list(), list_of(10));
  const auto count = outcomes(node);
  CHECK(count.at(errc::none) == 4);
  CHECK(count.at(errc::overloaded) == 6);
}

TEST_CASE("what enters and what leaves a module has been checked against its contract") {
  simulated_node node;
  const auto called = std::make_shared<int>(0);
  node.add([called] {
    return module("liar", "1.0.0")
        .offers_dynamic("number.do@1",
                        object{{"type", "object"},
                               {"required", array{"n"}},
                               {"properties", object{{"n", object{{"type", "integer"}, {"maximum", 9}}}}}},
                        object{{"type", "object"}, {"properties", object{{"n", object{{"type", "integer"}}}}}},
                        plain_handler{[called](const value& in, call&) -> expected<value> {
                          ++*called;
                          if (in.get_integer("n") == 1) return value{object{{"n", "not a number"}}};
                          return value{in};
                        }});
  });
  const auto in = node.get().ask("number.do@1", object{{"n", 10}}, 1s);
  REQUIRE_FALSE(in);
  CHECK(in.error().code == errc::bad_input);
  CHECK(in.error().message.find("/n") != std::string::npos);
  CHECK(*called == 0);
  const auto out = node.get().ask("number.do@1", object{{"n", 1}}, 1s);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == errc::bad_output);
  CHECK(out.error().message.find("/n") != std::string::npos);
  CHECK(node.get().ask("number.do@1", object{{"n", 2}}, 1s));
}

TEST_CASE("a module that charges more than was reserved for it fails with budget, and is billed what was reserved") {
  simulated_node node;
  node.add(numbers("greedy", "number.do@1",
                   [](const number& x, call& c) {
                     c.charge(501, 0);
                     return x;
                   },
                   {.micro_money = 500}));
  const auto r = node.run(one_step(), object{{"n", 1}}, {.money = 1.0, .tokens = {}, .time_seconds = {}, .steps = {}});
  CHECK(r.report().get_string("outcome") == "budget");
  CHECK(r.report().find("cost")->get_number("money") == Approx(0.0005));
}

TEST_CASE("without a budget the bill is what the module charged") {
  simulated_node node;
  node.add(numbers("greedy", "number.do@1",
                   [](const number& x, call& c) {
                     c.charge(501, 7);
                     return x;
                   },
                   {.micro_money = 500}));
  const auto r = node.run(one_step(), object{{"n", 1}});
  CHECK(r.status == run_status::completed);
  CHECK(r.report().find("cost")->get_number("money") == Approx(0.000501));
  CHECK(r.report().find("cost")->get_integer("tokens") == 7);
}

TEST_CASE("a verifier is paid from the run's budget, and is not asked when the budget does not allow it") {
  const double money = GENERATE(0.0007, 0.0009);
  simulated_node node;
  node.add(numbers("m", "number.do@1", [](const number& x) { return x; }, {.micro_money = 500}));
  node.add([] {
    return module("judge", "1.0.0")
        .offers("number.judge@1",
                [](const value&) -> value {
                  return object{{"pass", true}};
                },
                {.micro_money = 300});
  });
  auto p = one_step();
  p.steps[0].verify = {"number.judge@1"};
  const auto r = node.run(p, object{{"n", 1}}, {.money = money, .tokens = {}, .time_seconds = {}, .steps = {}});
  CHECK(r.report().find("cost")->get_number("money") <= money);
  CHECK(r.status == (money > 0.0008 ? run_status::completed : run_status::failed));
  if (money > 0.0008) CHECK(r.report().find("cost")->get_number("money") == Approx(0.0008));
}

TEST_CASE("many verifications at once do not exceed the budget either") {
  simulated_node node;
  node.add(numbers("m", "number.do@1", [](const number& x) { return x; }));
  node.add([] {
    return module("judge", "1.0.0")
        .offers("number.judge@1",
                [](value, call& c) -> task<value> {
                  co_await c.sleep(1s);
                  co_return value{object{{"pass", true}}};
                },
                {.micro_money = 300});
  });
  auto p = over_list();
  p.steps[0].verify = {"number.judge@1"};
  const auto r = node.run(p, list_of(10), {.money = 0.001, .tokens = {}, .time_seconds = {}, .steps = {}});
  CHECK(r.report().find("cost")->get_number("money") == Approx(0.0009));
  CHECK(r.status == run_status::failed);
}

TEST_CASE("the budget of time ends a run with what it has, at that moment") {
  simulated_node node;
  node.add([] {
    return module("m", "1.0.0").offers("number.do@1", [](number x, call& c) -> task<number> {
      co_await c.sleep(std::chrono::seconds{x.n});
      co_return x;
    });
  });
  plan p;
  p.steps = {step("fast", "number.do@1", object{{"n", 1}}), step("slow", "number.do@1", object{{"n", 100}})};
  p.answer = object{{"fast", "{fast.n}"}, {"slow", "{slow.n}"}};
  const auto begin = node.clock().now();
  const auto r = node.run(p, object{}, {.money = {}, .tokens = {}, .time_seconds = 5, .steps = {}});
  CHECK(node.clock().now() - begin == 5s);
  CHECK(r.status == run_status::partial);
  CHECK(r.report().get_string("outcome") == "budget");
  CHECK(r.report().get_integer("fast") == 1);
  CHECK(r.report().find("slow") == nullptr);
}

TEST_CASE("streamed parts arrive in order, before the end of their attempt") {
  simulated_node node;
  node.add([] {
    return module("m", "1.0.0").offers("number.do@1", [](number x, call& c) -> task<number> {
      for (int i = 0; i < 5; ++i) {
        c.emit(number{i});
        if (i % 2 == 0) co_await c.sleep(10ms);
      }
      co_return x;
    });
  });
  (void)node.run(one_step(), object{{"n", 1}});
  std::vector<std::int64_t> parts;
  for (const auto& e : node.events()) {
    if (e.kind == event_kind::chunk) parts.push_back(e.data->get_integer("n"));
    if (e.kind == event_kind::attempt_finished) CHECK(parts.size() == 5);
  }
  CHECK(parts == std::vector<std::int64_t>{0, 1, 2, 3, 4});
}

TEST_CASE("an agreement asks different modules, though one of them is the router's favourite") {
  simulated_node node;
  const auto asked = std::make_shared<std::vector<std::string>>();
  for (const auto* name : {"x", "y", "z"})
    node.add(numbers(name, "number.do@1", [asked, name](const number& n) {
      asked->emplace_back(name);
      return number{n.n + (std::string_view{name} == "x" ? 1 : 0)};
    }));
  node.get().registry().find("x", "", "number.do@1")->quality->restore(1, 200);
  auto p = one_step();
  p.steps[0].agree = {.of = 3, .need = 2, .on = ""};
  const auto r = node.run(p, object{{"n", 5}});
  std::sort(asked->begin(), asked->end());
  CHECK(*asked == std::vector<std::string>{"x", "y", "z"});
  CHECK(r.report().get_integer("answer") == 5);
}

TEST_CASE("a step that fails everywhere says why the module failed, not that nobody else is left") {
  simulated_node node;
  node.add(numbers("m", "number.do@1", [](const number&) -> expected<number> {
    return unexpected{errc::internal, "disk on fire"};
  }));
  auto p = one_step();
  p.steps[0].reflect = {"retry", "other", "partial"};
  const auto r = node.run(p, object{{"n", 1}});
  CHECK(r.report().get_string("outcome") == "internal");
  CHECK(r.report().get_string("incomplete_because").find("disk on fire") != std::string::npos);
}

TEST_CASE("a module that keeps failing: its circuit opens with an alert, probes find out when it is well again") {
  simulated_node node;
  const auto broken = std::make_shared<bool>(true);
  node.add([broken] {
    return module("m", "1.0.0").offers("number.do@1", [broken](const number& x) -> expected<number> {
      if (*broken) return unexpected{errc::internal, "the disk is gone"};
      return x;
    });
  });
  const auto ask = [&node] {
    const auto r = node.get().ask("number.do@1", object{{"n", 1}}, 1s);
    return r ? errc::none : r.error().code;
  };
  for (int i = 0; i < 10; ++i) CHECK(ask() == errc::internal);
  const auto alerts = of_kind(node, event_kind::alert);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].text.find("circuit open") != std::string::npos);
  CHECK(alerts[0].text.find("the disk is gone") != std::string::npos);
  CHECK(ask() == errc::no_route);
  node.advance(1s);
  CHECK(ask() == errc::internal);  // a probe
  CHECK(ask() == errc::no_route);
  *broken = false;
  node.advance(2s);
  for (int i = 0; i < 20; ++i) CHECK(ask() == errc::none);
}

TEST_CASE("what would not be reached before its deadline is overloaded early, not late") {
  simulated_node node;
  node.add([] {
    return module("slow", "1.0.0")
        .offers("number.do@1",
                [](number x, call& c) -> task<number> {
                  co_await c.sleep(100ms);
                  co_return x;
                },
                {.timeout = 1s})
        .concurrency(1);
  });
  auto p = over_list();
  const auto first = node.run(p, list_of(1));  // now its latency is known
  REQUIRE(first.status == run_status::completed);
  const auto before = node.clock().now();
  node.run(p, list_of(50));
  const auto ends = outcomes(node);
  CHECK(ends.at(errc::overloaded) > 30);
  CHECK(ends.at(errc::none) >= 10);
  CHECK(ends.count(errc::deadline) == 0);
  CHECK(node.clock().now() - before < 2s);
}
