// SPDX-License-Identifier: Apache-2.0
// What goes beyond OTP: back-off, quarantine, dependencies; and what no order of news may break.
#include "libagents/supervision/supervisor.hpp"

#include <functional>
#include <map>
#include <set>

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::supervision;
using namespace std::chrono_literals;

namespace {

constexpr time_point start_time{1'000'000'000'000};

child_spec child(std::string id, std::vector<std::string> needs = {}) {
  child_spec c;
  c.id = std::move(id);
  c.depends_on = std::move(needs);
  return c;
}

/// Children that start and stop at once; commands are kept for the test to look at.
class family {
 public:
  family(supervisor_flags f, std::vector<child_spec> children) : supervisor_(f, std::move(children), dice_) {
    obey(supervisor_.start(now));
  }

  void crash(const std::string& id) {
    obey(supervisor_.handle(child_ended{id, lives_.at(id), {exit_reason::kind::crashed, "boom"}}, now));
  }
  void ask(request::kind what, const std::string& id) {
    request r;
    r.what = what;
    r.child.id = id;
    r.ticket = 7;
    obey(supervisor_.handle(std::move(r), now));
  }
  /// Lets time pass up to the next timer; false when there is none.
  bool to_next_timer() {
    if (timers_.empty()) return false;
    const auto [when, timer] = *timers_.begin();
    timers_.erase(timers_.begin());
    now = std::max(now, when);
    obey(supervisor_.handle(timer_fired{timer}, now));
    return true;
  }
  [[nodiscard]] child_phase phase(const std::string& id) const {
    for (const auto& c : supervisor_.which_children())
      if (c.spec.id == id) return c.phase;
    FAIL("no child " << id);
    return {};
  }
  std::vector<std::string> trace() { return std::exchange(trace_, {}); }
  [[nodiscard]] const supervisor& rules() const { return supervisor_; }

  time_point now = start_time;
  answer last_answer = answer::ok;
  std::vector<note_command> notes;

 private:
  void obey(const std::vector<command>& commands) {
    for (const auto& c : commands) {
      if (const auto* s = std::get_if<start_command>(&c)) {
        trace_.push_back("start " + s->id);
        lives_[s->id] = s->incarnation;
        obey(supervisor_.handle(child_started{s->id, s->incarnation, start_result::started, {}}, now));
      } else if (const auto* stop = std::get_if<stop_command>(&c)) {
        trace_.push_back("stop " + stop->id);
        obey(supervisor_.handle(child_ended{stop->id, stop->incarnation, {exit_reason::kind::shutdown, {}}}, now));
      } else if (const auto* t = std::get_if<timer_command>(&c)) {
        timers_.emplace(t->when, t->timer);
      } else if (const auto* a = std::get_if<answer_command>(&c)) {
        last_answer = a->what;
      } else if (const auto* n = std::get_if<note_command>(&c)) {
        notes.push_back(*n);
      }
    }
  }

  seeded_random dice_{3};
  supervisor supervisor_;
  std::map<std::string, life_number> lives_;
  std::multimap<time_point, std::uint64_t> timers_;
  std::vector<std::string> trace_;
};

using trace = std::vector<std::string>;

}  // namespace

TEST_CASE("the first restart is immediate, later ones wait longer and longer, with jitter, up to the limit") {
  family f{{.intensity = 100, .period = 1h, .first_backoff = 100ms, .max_backoff = 1s}, {child("a")}};
  f.crash("a");
  CHECK(f.phase("a") == child_phase::running);
  duration longest{};
  for (int i = 0; i < 12; ++i) {
    f.crash("a");
    CHECK(f.phase("a") == child_phase::restarting);
    const auto before = f.now;
    while (f.phase("a") != child_phase::running) REQUIRE(f.to_next_timer());
    const auto limit = std::min<duration>(1s, 100ms * (1 << std::min(i, 10)));
    CHECK(f.now - before <= limit);
    longest = std::max(longest, f.now - before);
  }
  CHECK(longest > 300ms);
}

TEST_CASE("a child that waits for its restart can be terminated, and then stays down") {
  family f{{.intensity = 100, .period = 1h, .first_backoff = 1s}, {child("a")}};
  f.crash("a");
  f.crash("a");
  f.ask(request::kind::restart_child, "a");
  CHECK(f.last_answer == answer::restarting);
  f.ask(request::kind::delete_child, "a");
  CHECK(f.last_answer == answer::restarting);
  f.ask(request::kind::terminate_child, "a");
  CHECK(f.last_answer == answer::ok);
  while (f.to_next_timer()) {
  }
  CHECK(f.phase("a") == child_phase::stopped);
}

TEST_CASE("quarantine: the child rests, the others go on, and it gets another chance") {
  family f{{.intensity = 1, .give_up = give_up::quarantine, .quarantine = 30s}, {child("a"), child("b")}};
  f.trace();
  f.crash("a");
  f.crash("a");
  CHECK(f.phase("a") == child_phase::quarantined);
  CHECK(f.phase("b") == child_phase::running);
  CHECK(f.notes.back().what == note_command::kind::quarantined);
  CHECK(f.notes.back().reason.text == "boom");
  const auto before = f.now;
  REQUIRE(f.to_next_timer());
  CHECK(f.now - before == 30s);
  CHECK(f.phase("a") == child_phase::running);
  f.crash("a");  // a new account: this one is within the intensity
  CHECK(f.phase("a") == child_phase::running);
  SECTION("an operator need not wait") {
    f.crash("a");
    CHECK(f.phase("a") == child_phase::quarantined);
    f.ask(request::kind::restart_child, "a");
    CHECK(f.last_answer == answer::ok);
    CHECK(f.phase("a") == child_phase::running);
    f.trace();
    while (f.to_next_timer()) {
    }
    CHECK(f.trace().empty());  // the end of the rest starts nothing a second time
  }
}

TEST_CASE("dependents are stopped before and started after what they need, and nobody else is") {
  family f{{.intensity = 3}, {child("db"), child("other"), child("cache", {"db"}), child("web", {"cache"})}};
  f.trace();
  f.crash("db");
  CHECK(f.trace() == trace{"stop web", "stop cache", "start db", "start cache", "start web"});
  f.crash("cache");
  CHECK(f.trace() == trace{"stop web", "start cache", "start web"});
  f.crash("other");
  CHECK(f.trace() == trace{"start other"});
}

TEST_CASE("a dependent that does not start keeps those waiting that need it, and no others") {
  seeded_random dice{1};
  supervisor s{{.intensity = 5, .first_backoff = {}},
               {child("a"), child("b", {"a"}), child("c", {"a"}), child("d", {"b"})},
               dice};
  std::map<std::string, life_number> lives;
  std::vector<std::string> starts;
  int failures = 1;
  const std::function<void(std::vector<command>)> obey = [&](const std::vector<command>& commands) {
    for (const auto& c : commands) {
      if (const auto* stop = std::get_if<stop_command>(&c))
        obey(s.handle(child_ended{stop->id, stop->incarnation, {exit_reason::kind::shutdown, {}}}, start_time));
      const auto* start = std::get_if<start_command>(&c);
      if (!start) continue;
      starts.push_back(start->id);
      lives[start->id] = start->incarnation;
      const bool fails = start->id == "b" && start->incarnation > 1 && failures-- > 0;
      obey(s.handle(
          child_started{start->id, start->incarnation, fails ? start_result::failed : start_result::started, {}},
          start_time));
    }
  };
  obey(s.start(start_time));
  starts.clear();
  obey(s.handle(child_ended{"a", lives["a"], {exit_reason::kind::crashed, {}}}, start_time));
  for (const auto& c : s.which_children()) {
    INFO(c.spec.id);
    CHECK(c.phase == child_phase::running);
  }
  CHECK(starts == trace{"a", "b", "c", "b", "d"});
}

TEST_CASE("a dependent that was terminated on request stays down") {
  family f{{.intensity = 3}, {child("db"), child("cache", {"db"})}};
  f.ask(request::kind::terminate_child, "cache");
  f.trace();
  f.crash("db");
  CHECK(f.trace() == trace{"start db"});
}

TEST_CASE("late news of an earlier life change nothing") {
  seeded_random dice{1};
  supervisor s{{.intensity = 5}, {child("a")}, dice};
  (void)s.start(start_time);
  (void)s.handle(child_started{"a", 1, start_result::started, {}}, start_time);
  (void)s.handle(child_ended{"a", 1, {exit_reason::kind::crashed, {}}}, start_time);
  (void)s.handle(child_started{"a", 2, start_result::started, {}}, start_time);
  CHECK(s.handle(child_ended{"a", 1, {exit_reason::kind::crashed, {}}}, start_time).empty());
  CHECK(s.handle(child_started{"a", 1, start_result::failed, {}}, start_time).empty());
  CHECK(s.which_children().at(0).phase == child_phase::running);
}

TEST_CASE("contradictions are refused, and the error names the child and the remedy") {
  const supervisor_flags plain;
  const auto message = [](const expected<void>& e) { return e ? std::string{"fine"} : e.error().message; };
  CHECK(message(check(plain, {child("a"), child("a")})) == "child `a` is declared twice");
  CHECK(message(check(plain, {child("a", {"b"}), child("b")})).find("`b`, which is not declared before it") !=
        std::string::npos);
  auto significant = child("a");
  significant.significant = true;
  CHECK(message(check({.auto_shutdown = auto_shutdown::any_significant}, {significant})).find("transient") !=
        std::string::npos);
  significant.restart = restart_type::transient;
  CHECK(message(check(plain, {significant})).find("auto_shutdown") != std::string::npos);
  CHECK(check({.auto_shutdown = auto_shutdown::any_significant}, {significant}));
  CHECK_FALSE(check({.strategy = strategy::simple_one_for_one}, std::vector<child_spec>{}));
  CHECK_FALSE(check({.strategy = strategy::one_for_all}, {child("a"), child("b", {"a"})}));
}

TEST_CASE("10,000 children in one dynamic supervisor stop all at once") {
  family f{{.strategy = strategy::simple_one_for_one, .intensity = 1}, {child("template")}};
  for (int i = 0; i < 10'000; ++i) f.ask(request::kind::start_child, std::to_string(i));
  CHECK(f.rules().count_children().active == 10'000);
  f.crash("5000");
  CHECK(f.rules().count_children().active == 10'000);
}

namespace {

/// Any order of news: children that start, stop and crash at random moments, one piece of news at a time.
class storm {
 public:
  storm(std::uint64_t seed, supervisor_flags flags, const std::vector<child_spec>& children)
      : dice_(seed), supervisor_(flags, children, jitter_) {
    obey(supervisor_.start(now_));
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) step();
    obey(supervisor_.handle(stop_order{}, now_));
    for (int i = 0; i < 100'000 && !supervisor_.has_ended(); ++i) finish();
    CHECK(supervisor_.has_ended());
    CHECK(alive_.empty());
    CHECK(tickets_.empty());  // each request got one answer
    CHECK(ends_ == 1);
  }

 private:
  void step() {
    now_ = now_ + std::chrono::milliseconds{dice_.below(50)};
    switch (dice_.below(6)) {
      case 0:
      case 1: return news();
      case 2: return timer();
      case 3:
        if (!alive_.empty()) end_of(any_alive(), static_cast<exit_reason::kind>(dice_.below(4)));
        return;
      case 4: return news();
      default: return ask();
    }
  }
  void finish() {
    if (!starting_.empty()) return news();
    if (!told_.empty()) return end_of(*told_.begin(), exit_reason::kind::shutdown);
    timer();
  }
  void news() {
    if (starting_.empty()) return;
    const auto life = *starting_.begin();
    starting_.erase(starting_.begin());
    const auto result = dice_.below(8) == 0 ? start_result::failed : start_result::started;
    if (result == start_result::started) CHECK(alive_.emplace(life).second);  // never twice at a time
    obey(supervisor_.handle(child_started{life.first, life.second, result, "dice"}, now_));
  }
  void timer() {
    if (timers_.empty()) return;
    const auto [when, id] = *timers_.begin();
    timers_.erase(timers_.begin());
    now_ = std::max(now_, when);
    obey(supervisor_.handle(timer_fired{id}, now_));
  }
  void ask() {
    request r;
    r.what = static_cast<request::kind>(dice_.below(4));
    r.child.id = std::string(1, static_cast<char>('a' + dice_.below(6)));
    r.child.restart = static_cast<restart_type>(dice_.below(3));
    r.ticket = ++last_ticket_;
    tickets_.insert(r.ticket);
    obey(supervisor_.handle(std::move(r), now_));
  }
  using life = std::pair<std::string, life_number>;
  life any_alive() { return *std::next(alive_.begin(), static_cast<std::ptrdiff_t>(dice_.below(alive_.size()))); }
  void end_of(life l, exit_reason::kind why) {  // by value: it may be one of those that are erased
    alive_.erase(l);
    told_.erase(l);
    obey(supervisor_.handle(child_ended{l.first, l.second, {why, "dice"}}, now_));
  }
  void obey(const std::vector<command>& commands) {
    for (const auto& c : commands) {
      if (const auto* s = std::get_if<start_command>(&c)) {
        for (const auto& l : alive_) CHECK(l.first != s->id);  // a new life only after the old one
        starting_.emplace(s->id, s->incarnation);
      } else if (const auto* stop = std::get_if<stop_command>(&c)) {
        if (alive_.contains({stop->id, stop->incarnation})) told_.emplace(stop->id, stop->incarnation);
      } else if (const auto* kill = std::get_if<kill_command>(&c)) {
        if (alive_.contains({kill->id, kill->incarnation}))
          end_of({kill->id, kill->incarnation}, exit_reason::kind::killed);
      } else if (const auto* t = std::get_if<timer_command>(&c)) {
        timers_.emplace(t->when, t->timer);
      } else if (const auto* a = std::get_if<answer_command>(&c)) {
        CHECK(tickets_.erase(a->ticket) == 1);
      } else if (std::get_if<end_command>(&c)) {
        ++ends_;
        CHECK(alive_.empty());
      }
    }
  }

  seeded_random dice_;
  seeded_random jitter_{1};
  time_point now_ = start_time;
  supervisor supervisor_;
  std::set<life> starting_;
  std::set<life> alive_;
  std::set<life> told_;
  std::multimap<time_point, std::uint64_t> timers_;
  std::set<std::uint64_t> tickets_;
  std::uint64_t last_ticket_ = 0;
  int ends_ = 0;
};

}  // namespace

TEST_CASE(
    "whatever comes in whatever order: no child lives twice, each request is answered once, the end leaves nobody") {
  const auto how = GENERATE(strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one);
  const auto then = GENERATE(give_up::escalate, give_up::quarantine);
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed << ", " << to_string(how));
    std::vector<child_spec> children{child("a"), child("b"), child("c"), child("d")};
    children[1].restart = restart_type::transient;
    children[2].restart = restart_type::temporary;
    children[3].shutdown = brutal_kill;
    if (how == strategy::one_for_one) children[3].depends_on = {"a"};
    storm{seed, {.strategy = how, .intensity = 20, .give_up = then, .quarantine = 1s, .first_backoff = 10ms}, children}
        .run(400);
  }
}
