// SPDX-License-Identifier: Apache-2.0
// Both sides of a session over a network that loses, repeats and delays messages, under virtual time: whatever happens,
// each call that was started ends exactly once, in time, and no queue grows.
#include <map>

#include "libagents/wire/codec.hpp"
#include "libagents/wire/node_session.hpp"
#include "libagents/wire/worker_session.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::wire;
using namespace std::chrono_literals;

namespace {

constexpr duration tick = 10ms;

/// How a network treats messages; chances in per cent.
struct weather {
  int lost = 0;
  int repeated = 0;
  duration delay_most = {};
};

/// Messages on their way in one direction.
class network {
 public:
  network(weather w, agents::random& r) : weather_(w), random_(r) {}

  void take(std::vector<envelope>& sent, time_point now) {
    for (auto& e : sent) {
      auto f = encode(std::move(e));
      REQUIRE(f);
      for (int copies = chance(weather_.lost) ? 0 : chance(weather_.repeated) ? 2 : 1; copies > 0; --copies)
        on_the_way_.emplace(now + delay(), *f);
    }
    sent.clear();
  }
  std::vector<envelope> arrived(time_point now) {
    std::vector<envelope> due;
    while (!on_the_way_.empty() && on_the_way_.begin()->first <= now) {
      auto e = decode(std::move(on_the_way_.begin()->second));
      REQUIRE(e);
      due.push_back(std::move(*e));
      on_the_way_.erase(on_the_way_.begin());
    }
    return due;
  }

 private:
  bool chance(int per_cent) { return random_.below(100) < static_cast<std::uint64_t>(per_cent); }
  duration delay() {
    return duration{
        static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(weather_.delay_most.count()) + 1))};
  }

  weather weather_;
  agents::random& random_;
  std::multimap<time_point, frames> on_the_way_;
};

/// A node that starts calls, a worker that handles them, and the accounts of both.
class simulation {
 public:
  simulation(weather w, std::uint64_t seed) : random_(seed), to_worker_(w, random_), to_node_(w, random_) {
    begin_node_session();
  }

  void run(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      now_ = now_ + tick;
      turn_node();
      turn_worker();
      CHECK(node_->in_flight() <= 4);
      CHECK(worker_->open_calls() <= 4);
    }
  }
  /// Time for everything to end, without new calls.
  void settle() {
    starting_ = false;
    run(600);
  }

  std::size_t started = 0;
  std::size_t good = 0;
  std::size_t sessions = 0;
  std::map<std::pair<std::size_t, std::int64_t>, int> ends;  ///< per session and call
  duration latest{};                                         ///< an end after its deadline

 private:
  void begin_node_session() {
    node_.emplace(node_session_settings{.number = static_cast<std::int64_t>(++sessions)}, now_);
    deadlines_.clear();
  }

  void turn_node() {
    node_output out;
    for (auto& e : to_node_.arrived(now_)) {
      if (node_->is_closed()) begin_node_session();
      const auto before = node_->is_closed();
      auto copy = e;
      node_->on_envelope(std::move(e), now_, out);
      collect(out);
      if (!before && node_->is_closed() && std::holds_alternative<hello>(copy.body)) {
        begin_node_session();
        node_->on_envelope(std::move(copy), now_, out);
        collect(out);
      }
    }
    node_->on_tick(now_, out);
    collect(out);
    if (starting_ && random_.below(3) == 0) start_call(out);
    if (!deadlines_.empty() && random_.below(10) == 0) node_->cancel_call(deadlines_.begin()->first, "test", now_, out);
    to_worker_.take(out.send, now_);
  }

  void start_call(node_output& out) {
    call c;
    c.capability = "text.shout@1";
    c.input = "\x80";
    c.chunks = 2;
    const auto deadline = now_ + std::chrono::milliseconds{50 + random_.below(500)};
    const auto id = node_->start(std::move(c), deadline, now_, out);
    if (!id) return;
    ++started;
    deadlines_.emplace(*id, deadline);
  }

  void collect(node_output& out) {
    auto reports = std::exchange(out.reports, {});
    for (auto& r : reports) {
      if (std::holds_alternative<report::introduced>(r)) node_->accept({}, now_, out);
      if (const auto* s = std::get_if<report::streamed>(&r)) node_->grant(s->id, s->n + 2, now_, out);
      if (const auto* a = std::get_if<report::asked>(&r))
        node_->reply({a->what.id, errc::none, "", 0, 0, "\x01"}, now_, out);
      if (const auto* f = std::get_if<report::finished>(&r)) note_end(*f);
    }
  }

  void note_end(const report::finished& f) {
    ++ends[{sessions, f.id}];
    if (f.code == errc::none) ++good;
    latest = std::max(latest, now_ - deadlines_.at(f.id));
    deadlines_.erase(f.id);
  }

  void turn_worker() {
    worker_output out;
    if (!worker_ || worker_->is_closed()) {  // the supervisor restarts it
      worker_.emplace(worker_session_settings{.token = "t", .sdk = "", .window = 4, .state = {}, .manifest = "\x80"},
                      random_, now_, out);
      handling_.clear();
    }
    for (auto& e : to_worker_.arrived(now_)) worker_->on_envelope(std::move(e), now_, out);
    worker_->on_tick(now_, out);
    for (auto& o : std::exchange(out.orders, {})) follow(o, out);
    for (auto at = handling_.begin(); at != handling_.end();) at = work(*at, out) ? handling_.erase(at) : std::next(at);
    to_node_.take(out.send, now_);
  }

  void follow(const worker_order& o, worker_output& out) {
    if (const auto* h = std::get_if<order::handle>(&o)) handling_.push_back(h->what.id);
    if (std::holds_alternative<order::begin_anew>(o)) handling_.clear();
    if (const auto* s = std::get_if<order::stop>(&o)) {
      std::erase(handling_, s->id);
      worker_->finish(failure{s->id, errc::cancelled, "", true, {}, {}}, now_, out);
    }
  }

  /// One step of a handler; true when it has ended.
  bool work(std::int64_t id, worker_output& out) {
    packed part = "\x01";
    switch (random_.below(6)) {
      case 0: worker_->finish(result{id, 0, {}, {}, "\x01"}, now_, out); return true;
      case 1: worker_->finish(failure{id, errc::bad_input, "", true, {}, {}}, now_, out); return true;
      case 2: (void)worker_->emit(id, part, now_, out); return false;
      case 3: (void)worker_->begin_ask(id, "text.retrieve@1", "\x80", 1s, now_, out).has_value(); return false;
      default: return false;
    }
  }

  time_point now_{1'000'000'000};
  seeded_random random_;
  network to_worker_;
  network to_node_;
  std::optional<node_session> node_;
  std::optional<worker_session> worker_;
  std::map<std::int64_t, time_point> deadlines_;
  std::vector<std::int64_t> handling_;
  bool starting_ = true;
};

void check_accounts(const simulation& s) {
  CHECK(s.ends.size() == s.started);
  for (const auto& [call, times] : s.ends) CHECK(times == 1);
  CHECK(s.latest <= tick);
}

}  // namespace

TEST_CASE("over a good network every call ends by itself, in one session") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simulation s{{}, seed};
    s.run(500);
    s.settle();
    check_accounts(s);
    CHECK(s.sessions == 1);
    CHECK(s.started > 100);
    CHECK(s.good * 3 > s.started);
  }
}

TEST_CASE("over a network that loses, repeats and reorders, every call still ends once and in time") {
  const auto w = GENERATE(weather{5, 0, 0ms}, weather{0, 20, 0ms}, weather{0, 0, 60ms}, weather{10, 10, 60ms},
                          weather{50, 20, 200ms});
  std::size_t good = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simulation s{w, seed};
    s.run(2000);
    s.settle();
    check_accounts(s);
    good += s.good;
  }
  CHECK(good > 0);
}
