// SPDX-License-Identifier: Apache-2.0
// A run survives the death of its node after any event of its journal.
#include <deque>
#include <map>
#include <set>

#include "libagents/contract/json.hpp"
#include "libagents/journal/memory_store.hpp"
#include "tests/actor/forwarding_store.hpp"
#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

struct draft {
  std::int64_t n = 0;
  std::string text;
  AGENTS_FIELDS(n, text)
};

struct judged {
  draft output;
  AGENTS_FIELDS(output)
};

struct verdict {
  bool pass = false;
  std::string critique;
  double score = 1;
  AGENTS_FIELDS(pass, critique, score)
};

/// What the modules have done: "step#attempt", in order.
using log = std::shared_ptr<std::vector<std::string>>;

/// Modules whose behaviour depends on the request alone, so that a resumed run gives the same answer.
void add_modules(simulated_node& node, const log& done) {
  const auto note = [done](call& c) {
    const auto& r = c.request();
    done->push_back(r.step + "#" + std::to_string(r.attempt));
  };
  for (const auto* name : {"one", "two", "three"})
    node.add(numbers(name, "number.increment@1", [note](const number& x, call& c) {
      note(c);
      return number{x.n + 1};
    }));
  node.add(numbers("writer", "draft.write@1", [note](const number& x, call& c) {
    note(c);
    return draft{x.n, c.critique().empty() ? "no source" : "improved: " + c.critique()};
  }));
  node.add(numbers("critic", "draft.verify@1", [](const judged& j) {
    const bool good = j.output.text.starts_with("improved");
    return verdict{good, good ? "" : "cite the source", good ? 0.9 : 0.1};
  }));
  node.add(numbers("broken", "number.broken@1", [note](const number&, call& c) -> expected<number> {
    note(c);
    return unexpected{errc::internal, "always fails"};
  }));
  node.add(numbers("actor", "money.send@1",
                   [note](const number& x, call& c) {
                     note(c);
                     return number{x.n * 100};
                   },
                   {.effect = effect::effectful}));
  node.add([note] {
    return module("planner", "1.0.0").offers("plan.make@1", [note](const value& in, call& c) -> value {
      note(c);
      auto p = *from_value<plan>(*in.find("previous_plan"));
      for (auto& s : p.steps)
        if (s.ask == "number.broken@1") s.ask = "number.increment@1";
      return to_value(p);
    });
  });
}

struct scenario {
  std::string name;
  agents::plan plan;
  std::string planner = {};
};

plan with_answer(std::vector<step_spec> steps) {
  plan p;
  object answer;
  for (const auto& s : steps) answer[s.id] = "{" + s.id + "}";
  p.steps = std::move(steps);
  p.answer = object{{"answer", std::move(answer)}};
  return p;
}

template <class Change>
step_spec changed(step_spec s, Change change) {
  change(s);
  return s;
}

std::vector<scenario> scenarios() {
  const auto increment = [](std::string id, std::string from) {
    return step(std::move(id), "number.increment@1", object{{"n", std::move(from)}});
  };
  std::vector<scenario> all;
  all.push_back(
      {"chain", with_answer({increment("a", "{input.n}"), increment("b", "{a.n}"), increment("c", "{b.n}")})});
  all.push_back({"each", with_answer({changed(increment("all", "{item}"), [](auto& s) { s.each = "{input.list}"; }),
                                      changed(increment("after", "{input.n}"), [](auto& s) { s.after = {"all"}; })})});
  all.push_back({"agreement", with_answer({changed(increment("a", "{input.n}"),
                                                   [](auto& s) { s.agree = {.of = 3, .need = 2, .on = "/n"}; }),
                                           increment("b", "{a.n}")})});
  all.push_back({"verify and retry", with_answer({changed(step("a", "draft.write@1", object{{"n", "{input.n}"}}),
                                                          [](auto& s) { s.verify = {"draft.verify@1"}; }),
                                                  increment("b", "{a.n}")})});
  all.push_back({"ask", with_answer({increment("a", "{input.n}"),
                                     changed(increment("b", "{a.n}"), [](auto& s) { s.approve = true; })})});
  all.push_back({"replan",
                 with_answer({increment("a", "{input.n}"),
                              changed(step("b", "number.broken@1", object{{"n", "{a.n}"}}),
                                      [](auto& s) {
                                        s.reflect = {"retry", "replan"};
                                      }),
                              increment("c", "{b.n}")}),
                 "plan.make@1"});
  all.push_back({"effectful", with_answer({increment("a", "{input.n}"),
                                           changed(step("send", "money.send@1", object{{"n", "{a.n}"}}),
                                                   [](auto& s) {
                                                     s.reflect = {"retry", "other", "ask"};
                                                   }),
                                           increment("c", "{send.n}")})});
  return all;
}

std::vector<event> approvals(const run_result& r) {
  std::vector<event> decisions;
  for (const auto& row : r.report().find("steps")->as_array()) {
    if (row.get_string("outcome") != "waiting") continue;
    event e;
    e.kind = event_kind::approval_given;
    e.step = row.get_string("id");
    e.data = share(object{{"approved", true}});
    decisions.push_back(std::move(e));
  }
  return decisions;
}

/// Approves whatever is asked until the run has ended.
run_result approve_all(simulated_node& node, run_result r) {
  for (int i = 0; i < 5 && r.status == run_status::waiting; ++i) r = node.resume(r.id, approvals(r));
  return r;
}

struct whole_run {
  run_result result;
  std::vector<event> journal;
};

whole_run run_once(const scenario& s) {
  static const manual_clock clock;
  const auto store = std::make_shared<journal::memory_store>(clock);
  simulated_node node{1, store};
  const auto done = std::make_shared<std::vector<std::string>>();
  add_modules(node, done);
  node.begin(s.plan, object{{"n", 1}, {"list", array{4, 5, 6}}}, {}, s.planner);
  node.settle();
  auto r = approve_all(node, node.result());
  return {r, store->read(r.id)->events};
}

std::string excerpt(const std::vector<event>& prefix) {
  std::string text;
  for (const auto& e : prefix) text += std::string{to_string(e.kind)} + " " + e.step + "; ";
  return text;
}

/// What must not be done again: attempts that have ended, and steps that are finished.
void check_nothing_repeated(const std::vector<event>& prefix, const std::vector<std::string>& done, bool replanned) {
  std::set<std::string> attempts;
  std::set<std::string> steps;
  for (const auto& e : prefix) {
    if (e.kind == event_kind::attempt_finished) attempts.insert(e.step + "#" + std::to_string(e.attempt));
    if (e.kind == event_kind::step_finished && e.outcome == errc::none) steps.insert(e.step);
  }
  for (const auto& d : done) {
    CAPTURE(d);
    CHECK_FALSE(steps.contains(d.substr(0, d.find('#'))));
    if (!replanned) CHECK_FALSE(attempts.contains(d));
  }
}

}  // namespace

TEST_CASE("a run whose node died after any event of its journal ends with the same answer, and repeats nothing") {
  for (const auto& s : scenarios()) {
    const auto whole = run_once(s);
    REQUIRE(whole.result.status == run_status::completed);
    REQUIRE(whole.journal.size() >= 8);
    for (std::size_t k = 2; k <= whole.journal.size(); ++k) {
      const std::vector<event> prefix(whole.journal.begin(), whole.journal.begin() + static_cast<std::ptrdiff_t>(k));
      CAPTURE(s.name, k, excerpt(prefix));
      const manual_clock clock;
      const auto store = std::make_shared<journal::memory_store>(clock);
      REQUIRE(store->append_and_wait({.run = whole.result.id, .events = prefix}));
      simulated_node node{99, store};
      const auto done = std::make_shared<std::vector<std::string>>();
      add_modules(node, done);
      auto r = node.resume(whole.result.id);
      const auto acted_unasked = std::count(done->begin(), done->end(), "send#1");
      const bool had_started = std::any_of(prefix.begin(), prefix.end(), [](const event& e) {
        return e.kind == event_kind::attempt_started && e.step == "send";
      });
      if (had_started) CHECK(acted_unasked == 0);
      r = approve_all(node, std::move(r));
      CHECK(r.status == run_status::completed);
      CHECK(to_json(*r.report().find("answer")) == to_json(*whole.result.report().find("answer")));
      check_nothing_repeated(prefix, *done, !s.planner.empty());
      CHECK(store->runs(1)->at(0).status == "completed");
    }
  }
}

TEST_CASE("a run that is resumed again and again, after every few events, ends with the same answer") {
  for (const auto& s : scenarios()) {
    const auto whole = run_once(s);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      CAPTURE(s.name, seed);
      seeded_random dice{seed};
      std::vector<event> known(whole.journal.begin(), whole.journal.begin() + 2);
      for (int deaths = 0; deaths < 6; ++deaths) {
        const manual_clock clock;
        const auto store = std::make_shared<journal::memory_store>(clock);
        REQUIRE(store->append_and_wait({.run = whole.result.id, .events = known}));
        simulated_node node{seed, store};
        const auto done = std::make_shared<std::vector<std::string>>();
        add_modules(node, done);
        const auto r = approve_all(node, node.resume(whole.result.id));
        REQUIRE(r.status == run_status::completed);
        CHECK(to_json(*r.report().find("answer")) == to_json(*whole.result.report().find("answer")));
        check_nothing_repeated(known, *done, !s.planner.empty());
        const auto all = store->read(whole.result.id)->events;
        known.assign(all.begin(),
                     all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size() - 1, known.size() + dice.below(4))));
      }
    }
  }
}

namespace {

/// Accepts appends, and carries them out when the test says so.
class slow_store final : public forwarding_store {
 public:
  using forwarding_store::forwarding_store;
  void append(journal::append_request r) override { held_.push_back(std::move(r)); }
  void release_one() {
    auto r = std::move(held_.front());
    held_.pop_front();
    inner_->append(std::move(r));
  }
  [[nodiscard]] std::size_t held() const { return held_.size(); }

 private:
  std::deque<journal::append_request> held_;
};

class failing_store final : public forwarding_store {
 public:
  using forwarding_store::forwarding_store;
  void append(journal::append_request r) override {
    if (r.done) r.done(unexpected{errc::io, "the disk is full"});
  }
};

}  // namespace

TEST_CASE(
    "an effectful step waits until its beginning is durable, and no longer, whatever else is journaled meanwhile") {
  const manual_clock clock;
  const auto store = std::make_shared<slow_store>(std::make_shared<journal::memory_store>(clock));
  simulated_node node{1, store};
  const auto done = std::make_shared<std::vector<std::string>>();
  add_modules(node, done);
  node.begin(
      with_answer({step("send", "money.send@1", object{{"n", 1}}), step("a", "number.increment@1", object{{"n", 1}})}));
  node.turns();
  CHECK(*done == std::vector<std::string>{"a#1"});
  REQUIRE(store->held() == 2);  // the beginning, and what came of step a
  store->release_one();
  node.turns();
  CHECK(*done == std::vector<std::string>{"a#1", "send#1"});
  while (store->held() > 0) {
    store->release_one();
    node.turns();
  }
  CHECK(node.result().status == run_status::completed);
}

TEST_CASE("a journal that cannot be written stops the run before anything acts on the world") {
  const manual_clock clock;
  const auto store = std::make_shared<failing_store>(std::make_shared<journal::memory_store>(clock));
  simulated_node node{1, store};
  const auto done = std::make_shared<std::vector<std::string>>();
  add_modules(node, done);
  const auto r = node.run(with_answer({step("send", "money.send@1", object{{"n", 1}})}));
  REQUIRE_FALSE(r.journal);
  CHECK(r.journal.error().code == errc::io);
  CHECK(done->empty());
}

TEST_CASE("a stale owner is fenced: what it appends after a takeover is refused, and its run ends with that conflict") {
  static const manual_clock clock;
  const auto store = std::make_shared<journal::memory_store>(clock);
  simulated_node old_owner{1, store};
  old_owner.add([] {
    return module("sleeper", "1.0.0").offers("number.increment@1", [](number x, call& c) -> task<number> {
      co_await c.sleep(10s);
      co_return number{x.n + 1};
    });
  });
  const auto id = old_owner.begin(with_answer({step("a", "number.increment@1", object{{"n", 1}})}));
  old_owner.turns();
  simulated_node new_owner{2, store};
  const auto done = std::make_shared<std::vector<std::string>>();
  add_modules(new_owner, done);
  CHECK(new_owner.resume(id).status == run_status::completed);
  old_owner.settle();
  REQUIRE_FALSE(old_owner.result().journal);
  CHECK(old_owner.result().journal.error().code == errc::conflict);
}

TEST_CASE("a run is left as it is where its modules are missing, and goes on where they are") {
  const auto clock = std::make_shared<manual_clock>();
  const auto store = std::make_shared<journal::memory_store>(*clock);
  plan p;
  p.steps.push_back(step("a", "number.do@1", object{{"n", 1}}));
  p.steps[0].approve = true;
  p.answer = object{{"answer", "{a}"}};
  run_id id;
  {
    simulated_node first{1, store};
    first.add(numbers("m", "number.do@1", [](const number& x) { return x; }));
    id = first.begin(p);
    first.settle();
    CHECK(first.result().status == run_status::waiting);
  }
  event approval;
  approval.kind = event_kind::approval_given;
  approval.step = "a";
  approval.data = share(object{{"approved", true}});
  {
    simulated_node stranger{2, store};
    const auto refused = stranger.get().resume(id, {approval}, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::no_route);
    CHECK(refused.error().message.find("number.do@1") != std::string::npos);
  }
  simulated_node again{3, store};
  again.add(numbers("m", "number.do@1", [](const number& x) { return x; }));
  CHECK(again.resume(id, {approval}).status == run_status::completed);
}

TEST_CASE("a run is active at most once in a node, and an unknown run cannot be resumed") {
  simulated_node node;
  const auto done = std::make_shared<std::vector<std::string>>();
  add_modules(node, done);
  const auto id = node.begin(with_answer({step("a", "number.increment@1", object{{"n", 1}})}));
  const auto again = node.get().resume(id, {}, [](const run_result&) {});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == errc::conflict);
  node.settle();
  const auto unknown = node.get().resume(run_id{}, {}, [](const run_result&) {});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == errc::not_found);
}

TEST_CASE("an interrupted run stays open and goes on later") {
  static const manual_clock clock;
  const auto store = std::make_shared<journal::memory_store>(clock);
  run_id id;
  {
    simulated_node node{1, store};
    const auto done = std::make_shared<std::vector<std::string>>();
    add_modules(node, done);
    id = node.begin(with_answer({step("a", "number.increment@1", object{{"n", 1}})}));
    node.get().interrupt_all();
    CHECK(node.result().status == run_status::running);
    CHECK(store->runs(1)->at(0).status == "running");
  }
  simulated_node node{2, store};
  const auto done = std::make_shared<std::vector<std::string>>();
  add_modules(node, done);
  CHECK(node.resume(id).status == run_status::completed);
}
