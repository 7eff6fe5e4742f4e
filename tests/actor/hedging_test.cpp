// SPDX-License-Identifier: Apache-2.0
// Requests that take unusually long are sent to a second replica, under virtual time.
#include <map>
#include <stdexcept>

#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

struct job {
  std::int64_t n = 0;
  std::int64_t first_ms = 5;   ///< how long it takes where it arrives first …
  std::int64_t second_ms = 5;  ///< … and second; negative: it throws after so long
  bool streams = false;
  AGENTS_FIELDS(n, first_ms, second_ms, streams)
};

/// What the module was seen doing.
struct seen {
  std::map<std::int64_t, int> arrivals;
  int open = 0;
};

struct open_mark {
  explicit open_mark(seen& s) : of(s) { ++of.open; }
  ~open_mark() { --of.open; }
  open_mark(const open_mark&) = delete;
  open_mark& operator=(const open_mark&) = delete;
  seen& of;
};

module_factory slow_at_times(const std::shared_ptr<seen>& s, offer_options o = {}) {
  return [s, o] {
    return module("slow", "1.0.0")
        .offers(
            "job.do@1",
            [s](job j, call& c) -> task<number> {
              const open_mark mark{*s};
              const auto arrival = ++s->arrivals[j.n];
              if (j.streams) c.emit(number{1});
              const auto ms = arrival == 1 ? j.first_ms : j.second_ms;
              co_await c.sleep(std::chrono::milliseconds{std::abs(ms)});
              if (ms < 0) throw std::runtime_error(arrival == 1 ? "first" : "second");
              co_return number{arrival};
            },
            o)
        .concurrency(8);
  };
}

struct fixture {
  std::shared_ptr<seen> what = std::make_shared<seen>();
  simulated_node node;
  std::int64_t last = 0;

  explicit fixture(offer_options o = {}, hedge_options hedge = {}) {
    module_options m;
    m.replicas = 2;
    m.hedge = hedge;
    m.supervision.intensity = 100;
    m.circuit.enabled = false;
    node.add(slow_at_times(what, o), m);
  }

  run_result run(job j) {
    j.n = ++last;
    plan p;
    p.steps = {step("a", "job.do@1", to_value(j))};
    p.steps[0].attempts = 1;
    p.steps[0].reflect = {"retry"};
    return node.run(p);
  }
  /// Lets it learn that 5 ms are usual.
  void warm_up() {
    for (int i = 0; i < 40; ++i) REQUIRE(run({}).status == run_status::completed);
  }
  [[nodiscard]] int arrivals() const { return what->arrivals.at(last); }
  [[nodiscard]] std::vector<event> of(event_kind kind) const {
    std::vector<event> found;
    for (const auto& e : node.events())
      if (e.kind == kind) found.push_back(e);
    return found;
  }
  /// Of the last attempt: how long its caller waited.
  duration took() {
    const auto e = of(event_kind::attempt_finished).back();
    return e.queueing + e.handling;
  }
};

}  // namespace

TEST_CASE("a request that takes unusually long is answered by another replica") {
  fixture f;
  f.warm_up();
  CHECK(f.of(event_kind::request_hedged).empty());
  const auto attempts = f.of(event_kind::attempt_finished).size();
  const auto r = f.run({.first_ms = 10'000});
  CHECK(r.status == run_status::completed);
  CHECK(f.arrivals() == 2);
  CHECK(f.took() > 10ms);
  CHECK(f.took() < 12ms);
  CHECK(f.of(event_kind::attempt_finished).size() == attempts + 1);
  REQUIRE(f.of(event_kind::request_hedged).size() == 1);
  CHECK(f.of(event_kind::request_hedged).front().text == "won");
  f.node.turns();
  CHECK(f.what->open == 0);  // the loser is cancelled
}

TEST_CASE("the first replica may still win") {
  fixture f;
  f.warm_up();
  CHECK(f.run({.first_ms = 8, .second_ms = 10'000}).status == run_status::completed);
  CHECK(f.took() == 8ms);
  REQUIRE(f.of(event_kind::request_hedged).size() == 1);
  CHECK(f.of(event_kind::request_hedged).front().text == "lost");
  f.node.turns();
  CHECK(f.what->open == 0);
}

TEST_CASE("one that fails leaves the answer to the other one") {
  fixture f;
  f.warm_up();
  CHECK(f.run({.first_ms = -7, .second_ms = 20}).status == run_status::completed);
  CHECK(f.took() > 25ms);
  CHECK(f.run({.first_ms = 30, .second_ms = -5}).status == run_status::completed);
  CHECK(f.took() == 30ms);
}

TEST_CASE("when both fail there is one error, the first one's") {
  fixture f;
  f.warm_up();
  CHECK(f.run({.first_ms = -20, .second_ms = -5}).status == run_status::failed);
  CHECK(f.of(event_kind::attempt_finished).back().text == "the module threw: first");
  f.node.advance(1s);
  CHECK(f.run({.first_ms = -7, .second_ms = -20}).status == run_status::failed);
  CHECK(f.of(event_kind::attempt_finished).back().text == "the module threw: first");
}

TEST_CASE("what must not be repeated, or costs, is sent once") {
  const auto options =
      GENERATE(offer_options{.effect = effect::effectful}, offer_options{.micro_money = 1}, offer_options{.tokens = 1});
  fixture f{options};
  f.warm_up();
  CHECK(f.run({.first_ms = 1'000}).status == run_status::completed);
  CHECK(f.arrivals() == 1);
}

TEST_CASE("nothing is sent twice where hedging is off, or before the usual latency is known") {
  fixture off{{}, {.enabled = false}};
  off.warm_up();
  CHECK(off.run({.first_ms = 1'000}).status == run_status::completed);
  CHECK(off.arrivals() == 1);
  fixture fresh;
  CHECK(fresh.run({.first_ms = 1'000}).status == run_status::completed);
  CHECK(fresh.arrivals() == 1);
}

TEST_CASE("an answer that is being streamed is not fetched twice") {
  fixture f;
  f.warm_up();
  CHECK(f.run({.first_ms = 1'000, .streams = true}).status == run_status::completed);
  CHECK(f.arrivals() == 1);
}

TEST_CASE("a module that has become slow is not asked twice as much") {
  fixture f;
  f.warm_up();
  constexpr int requests = 200;
  for (int i = 0; i < requests; ++i) {
    // Ever slower: each is slower than nearly all before.
    CHECK(f.run({.first_ms = 100 + 10 * i, .second_ms = 100'000}).status == run_status::completed);
  }
  const auto hedges = f.of(event_kind::request_hedged).size();
  CHECK(hedges > 10);
  CHECK(hedges <= 10 + requests / 10 + 4);  // the burst, a tenth, and a tenth of the warm-up
}

TEST_CASE("when the deadline passes, neither goes on") {
  fixture f{{.timeout = 100ms}};
  f.warm_up();
  CHECK(f.run({.first_ms = 10'000, .second_ms = 10'000}).status == run_status::failed);
  CHECK(f.arrivals() == 2);
  CHECK(f.of(event_kind::attempt_finished).back().outcome == errc::deadline);
  f.node.turns();
  CHECK(f.what->open == 0);
}
