// SPDX-License-Identifier: Apache-2.0
#include "libagents/routing/router.hpp"

#include <map>

#include "tests/catch.hpp"

using namespace agents;

namespace {

constexpr const char* capability = "do.it@1";

/// Modules that offer one capability, with replicas whose counters the test sets.
class market {
 public:
  std::vector<shared_offer> offers;
  seeded_random dice{42};

  offer& add(const std::string& name, std::size_t replicas = 1, std::int64_t money = 0, std::int64_t tokens = 0) {
    auto m = std::make_shared<manifest>();
    m->name = name;
    m->version = "1.0.0";
    capability_contract c;
    c.id = capability;
    c.micro_money = money;
    c.tokens = tokens;
    c.input = c.output = true;
    m->capabilities.push_back(std::move(c));
    std::vector<std::shared_ptr<replica_handle>> handles;
    for (std::size_t i = 0; i < replicas; ++i) handles.push_back(std::make_shared<replica_handle>());
    auto any = *schema::compile(true);
    auto o = std::make_shared<offer>(offer{m, &m->capabilities[0], 0, *capability_id::parse(capability), any, any,
                                           std::make_shared<reliability>(), std::move(handles)});
    offers.push_back(o);
    return *o;
  }
  routing_decision route(routing_request q = {}) {
    q.capability = capability;
    return agents::route(offers, q, dice);
  }
  std::string chosen(routing_request q = {}) {
    const auto d = route(q);
    return d.chosen ? d.chosen->from->name : std::string{to_string(d.problem)};
  }
};

std::string why(const routing_decision& d, std::string_view module) {
  for (const auto& [name, reason] : d.refused)
    if (name == module) return reason;
  return {};
}

}  // namespace

TEST_CASE("nobody offers it: no_route, and the text says where to look") {
  market m;
  const auto d = m.route();
  CHECK_FALSE(d.chosen);
  CHECK_FALSE(d.replica);
  CHECK(d.problem == errc::no_route);
  CHECK(d.why.find(capability) != std::string::npos);
  CHECK(d.why.find("agents modules") != std::string::npos);
}

TEST_CASE("each rule of eligibility refuses with its reason, and the others are eligible") {
  market m;
  m.add("wanted");
  const std::vector<std::string> only{"wanted", "excluded", "dear", "wordy", "down", "full"};
  const std::vector<std::string> exclude{"excluded"};
  m.add("not_allowed");
  m.add("excluded");
  m.add("dear", 1, 500);
  m.add("wordy", 1, 0, 900);
  m.add("down").replicas[0]->up = false;
  auto& busy = *m.add("full").replicas[0];
  busy.waiting = busy.capacity = 4;
  const auto d = m.route(
      {.capability = capability, .only = only, .exclude = exclude, .micro_money_left = 499, .tokens_left = 899});
  REQUIRE(d.chosen);
  CHECK(d.chosen->from->name == "wanted");
  CHECK(d.fallback.empty());
  CHECK(d.problem == errc::none);
  CHECK(why(d, "not_allowed").find("plan allows") != std::string::npos);
  CHECK(why(d, "excluded").find("tried before") != std::string::npos);
  CHECK(why(d, "dear").find("money") != std::string::npos);
  CHECK(why(d, "wordy").find("tokens") != std::string::npos);
  CHECK(why(d, "down").find("no replica is up") != std::string::npos);
  CHECK(why(d, "full").find("full") != std::string::npos);
  CHECK(d.refused.size() == 6);
}

TEST_CASE("exactly what the budget leaves may be spent") {
  market m;
  m.add("a", 1, 500, 900);
  CHECK(m.chosen({.capability = capability, .micro_money_left = 500, .tokens_left = 900}) == "a");
}

TEST_CASE("one full module is overloaded, all too dear is budget, else no_route; the text names every module") {
  market m;
  auto& a = *m.add("a", 1, 10).replicas[0];
  auto& b = *m.add("b", 1, 10).replicas[0];
  CHECK(m.route({.capability = capability, .micro_money_left = 9}).problem == errc::budget);
  a.capacity = b.capacity = 0;
  CHECK(m.route().problem == errc::overloaded);
  a.up = false;
  const auto d = m.route();
  CHECK(d.problem == errc::overloaded);
  CHECK(d.why.find("a: no replica is up") != std::string::npos);
  CHECK(d.why.find("b: its mailboxes are full") != std::string::npos);
  b.up = false;
  CHECK(m.route().problem == errc::no_route);
}

TEST_CASE("modules that may not be asked do not count for why nobody can answer") {
  market m;
  auto& a = *m.add("a", 1, 10).replicas[0];
  m.add("tried");
  m.add("not_allowed");
  const std::vector<std::string> only{"a", "tried"};
  const std::vector<std::string> exclude{"tried"};
  routing_request q{.capability = capability, .only = only, .exclude = exclude};
  a.capacity = 0;
  CHECK(m.route(q).problem == errc::overloaded);
  a.capacity = 1;
  q.micro_money_left = 9;
  CHECK(m.route(q).problem == errc::budget);
  a.up = false;
  q.micro_money_left = 10;
  CHECK(m.route(q).problem == errc::no_route);
  const std::vector<std::string> both{"a", "tried"};
  q.exclude = both;
  a.up = true;
  a.capacity = 0;
  CHECK(m.route(q).problem == errc::no_route);
}

TEST_CASE("a module is up while one of its replicas is, and only that one is chosen") {
  market m;
  auto& o = m.add("a", 3);
  o.replicas[0]->up = false;
  o.replicas[2]->waiting = o.replicas[2]->capacity;
  for (int i = 0; i < 50; ++i) CHECK(m.route().replica == o.replicas[1]);
}

TEST_CASE("policy priority takes the first that is registered, whatever else is known") {
  market m;
  auto& first = m.add("first", 1, 100);
  m.add("second");
  for (int i = 0; i < 50; ++i) first.quality->add(false);
  CHECK(m.chosen({.capability = capability, .policy = routing_policy::priority}) == "first");
  first.replicas[0]->up = false;
  CHECK(m.chosen({.capability = capability, .policy = routing_policy::priority}) == "second");
}

TEST_CASE("policy reliability takes the most reliable; equal ones by price, then by latency") {
  market m;
  auto& a = m.add("a", 1, 10);
  auto& b = m.add("b", 1, 10);
  a.quality->restore(0.7, 100);
  b.quality->restore(0.95, 100);
  CHECK(m.chosen() == "b");
  a.quality->restore(0.955, 100);
  CHECK(m.chosen() == "a");  // the same step of 2 %: neither latency is known, so order of registration
  b.quality->add_latency(std::chrono::milliseconds{1});
  a.quality->add_latency(std::chrono::milliseconds{5});
  CHECK(m.chosen() == "b");
  m.add("free").quality->restore(0.95, 100);
  CHECK(m.chosen() == "free");
}

TEST_CASE("policy reliability prefers a little less reliable module to a long queue") {
  market m;
  auto& good = m.add("good");
  m.add("idle").quality->restore(0.95, 100);
  good.quality->restore(0.99, 100);
  CHECK(m.chosen() == "good");
  good.replicas[0]->waiting = 40;
  CHECK(m.chosen() == "idle");
}

TEST_CASE("policy latency takes the least expected latency, the queue included") {
  market m;
  auto& fast = m.add("fast");
  auto& slow = m.add("slow");
  fast.quality->add_latency(std::chrono::milliseconds{10});
  slow.quality->add_latency(std::chrono::milliseconds{30});
  CHECK(m.chosen({.capability = capability, .policy = routing_policy::latency}) == "fast");
  fast.replicas[0]->in_flight = 4;
  CHECK(m.chosen({.capability = capability, .policy = routing_policy::latency}) == "slow");
}

TEST_CASE("policy cost takes the cheapest; equal ones by reliability") {
  market m;
  m.add("dear", 1, 100).quality->restore(1, 100);
  m.add("cheap", 1, 10).quality->restore(0.5, 100);
  m.add("cheap_and_good", 1, 10).quality->restore(0.9, 100);
  CHECK(m.chosen({.capability = capability, .policy = routing_policy::cost}) == "cheap_and_good");
}

TEST_CASE("policy weighted spreads by reliability cubed") {
  market m;
  m.add("good").quality->restore(1.0, 200);
  m.add("half").quality->restore(0.5, 200);
  std::map<std::string, int> count;
  constexpr int draws = 9'000;
  for (int i = 0; i < draws; ++i) ++count[m.chosen({.capability = capability, .policy = routing_policy::weighted})];
  CHECK(count["half"] == Approx(draws / 9.0).epsilon(0.1));  // 0.125 of 1.125
  CHECK(count["good"] + count["half"] == draws);
}

TEST_CASE("the preferred module is taken whatever the policy says, but only if it is eligible") {
  market m;
  m.add("best").quality->restore(1, 100);
  auto& old = m.add("old", 1, 5);
  old.quality->restore(0.2, 100);
  const auto policy = GENERATE(routing_policy::reliability, routing_policy::priority, routing_policy::latency,
                               routing_policy::cost, routing_policy::weighted);
  CHECK(m.chosen({.capability = capability, .prefer = "old", .policy = policy}) == "old");
  CHECK(m.chosen({.capability = capability, .prefer = "old", .micro_money_left = 4, .policy = policy}) == "best");
  CHECK(m.chosen({.capability = capability, .prefer = "nobody", .policy = routing_policy::reliability}) == "best");
}

TEST_CASE("the fallback chain is the other eligible modules, best first") {
  market m;
  m.add("c").quality->restore(0.5, 100);
  m.add("a").quality->restore(0.9, 100);
  m.add("b").quality->restore(0.7, 100);
  m.add("down").replicas[0]->up = false;
  const auto d = m.route();
  REQUIRE(d.fallback.size() == 2);
  CHECK(d.chosen->from->name == "a");
  CHECK(d.fallback[0]->from->name == "b");
  CHECK(d.fallback[1]->from->name == "c");
}

TEST_CASE("between two replicas the less loaded is taken, always") {
  market m;
  auto& o = m.add("a", 2);
  o.replicas[0]->waiting = 3;
  o.replicas[1]->in_flight = 2;
  for (int i = 0; i < 100; ++i) CHECK(m.route().replica == o.replicas[1]);
}

TEST_CASE("power of two choices keeps the loads close together, where a random choice would not") {
  market m;
  constexpr std::uint32_t replicas = 50;
  auto& o = m.add("a", replicas);
  for (std::uint32_t i = 0; i < replicas * 100; ++i) ++m.route().replica->waiting;
  std::uint32_t most = 0;
  std::uint32_t least = UINT32_MAX;
  for (const auto& r : o.replicas) most = std::max(most, r->waiting.load()), least = std::min(least, r->waiting.load());
  CHECK(most <= 104);  // one random choice gives about 100 ± 25
  CHECK(least >= 90);
}

TEST_CASE("power of two choices never looks at the most loaded of the lot twice: it gets nothing") {
  market m;
  auto& o = m.add("a", 3);
  o.replicas[1]->waiting = 500;
  std::array<int, 3> count{};
  for (int i = 0; i < 300; ++i) {
    const auto r = m.route().replica;
    for (std::size_t k = 0; k < 3; ++k) count[k] += r == o.replicas[k] ? 1 : 0;
  }
  CHECK(count[1] == 0);
  CHECK(count[0] > 60);
  CHECK(count[2] > 60);
}

TEST_CASE("a decision explains itself: policy, effect, who was eligible in which order, who was refused and why") {
  market m;
  m.add("a");
  m.add("b").quality->restore(0.5, 100);
  m.add("c").replicas[0]->up = false;
  const auto text = explain(m.route(), routing_policy::reliability);
  CHECK(text.get_string("policy") == "reliability");
  CHECK(text.get_string("effect") == "idempotent");
  CHECK(*text.find("eligible") == value{array{"a", "b"}});
  CHECK(text.find("refused")->get_string("c") == "no replica is up");
}

TEST_CASE("versions of one module get their shares; the others are the last resort") {
  market m;
  auto& old = m.add("a");
  auto& fresh = m.add("a");
  m.add("b").quality->restore(0.5, 100);
  old.traffic->share = 0.8;
  fresh.traffic->share = 0.2;
  int of_fresh = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto d = m.route();
    REQUIRE(d.chosen->from->name == "a");
    REQUIRE(d.fallback.size() == 2);
    CHECK(d.fallback.front()->from->name == "b");
    of_fresh += d.chosen.get() == &fresh ? 1 : 0;
  }
  CHECK(of_fresh > 150);
  CHECK(of_fresh < 250);
  fresh.traffic->share = 0;
  for (int i = 0; i < 100; ++i) CHECK(m.route().chosen.get() == &old);
  old.replicas[0]->up = false;
  CHECK(m.route().chosen.get() == &fresh);
}

TEST_CASE("policies have names") {
  for (const auto p : {routing_policy::reliability, routing_policy::priority, routing_policy::latency,
                       routing_policy::cost, routing_policy::weighted})
    CHECK(routing_policy_from_string(to_string(p)) == p);
  CHECK_FALSE(routing_policy_from_string("best"));
}
