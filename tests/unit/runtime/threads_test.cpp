// SPDX-License-Identifier: Apache-2.0
// What several threads use at once and CAF does not touch: built with ThreadSanitizer in CI.
#include <atomic>
#include <set>
#include <thread>

#include "libagents/registry/registry.hpp"
#include "libagents/runtime/mailbox.hpp"
#include "libagents/runtime/plan_cache.hpp"
#include "libagents/runtime/timer_queue.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;

namespace {

template <class F>
void in_threads(int n, F f) {
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) threads.emplace_back([&f, i] { f(i); });
  for (auto& t : threads) t.join();
}

class counting_actor final : public actor_ref {
 public:
  void wake() override { ++wakes; }
  std::atomic<int> wakes{0};
};

}  // namespace

TEST_CASE("timers run in the order of their times, those of the same time in the order of their making") {
  manual_clock clock;
  timer_queue timers{clock, timer_queue::drive::manual};
  std::vector<int> ran;
  const auto at = clock.now();
  timers.at(at + 2s, [&] { ran.push_back(3); });
  timers.at(at + 1s, [&] { ran.push_back(1); });
  timers.at(at + 1s, [&] { ran.push_back(2); });
  CHECK(timers.next() == at + 1s);
  timers.advance();
  CHECK(ran.empty());
  clock.advance(1s);
  timers.advance();
  CHECK(ran == std::vector{1, 2});
  clock.advance(1h);
  timers.advance();
  CHECK(ran == std::vector{1, 2, 3});
  CHECK(timers.next() == never);
}

TEST_CASE("a cancelled timer does not run; spent and unknown ids are ignored") {
  manual_clock clock;
  timer_queue timers{clock, timer_queue::drive::manual};
  int ran = 0;
  const auto first = timers.at(clock.now(), [&] { ++ran; });
  const auto second = timers.at(clock.now(), [&] { ran += 10; });
  timers.cancel(first);
  timers.advance();
  CHECK(ran == 10);
  timers.cancel(second);
  timers.cancel(0);
  timers.cancel(12'345);
}

TEST_CASE("a callback may set and cancel timers; what is due already runs in the same turn") {
  manual_clock clock;
  timer_queue timers{clock, timer_queue::drive::manual};
  std::vector<int> ran;
  timer_queue::id victim = 0;
  timers.at(clock.now(), [&] {
    ran.push_back(1);
    timers.cancel(victim);
    timers.at(clock.now(), [&] { ran.push_back(2); });
  });
  victim = timers.at(clock.now(), [&] { ran.push_back(99); });
  timers.advance();
  CHECK(ran == std::vector{1, 2});
}

TEST_CASE("a timer keeps nothing alive after it was cancelled or has run") {
  manual_clock clock;
  timer_queue timers{clock, timer_queue::drive::manual};
  auto held = std::make_shared<int>();
  const auto timer = timers.at(clock.now() + 1s, [held] {});
  timers.at(clock.now(), [held] {});
  CHECK(held.use_count() == 3);
  timers.cancel(timer);
  timers.advance();
  CHECK(held.use_count() == 1);
}

TEST_CASE("the timer thread runs every timer once, however many threads set and cancel") {
  const system_clock clock;
  constexpr int each = 400;
  std::atomic<int> ran{0};
  std::atomic<int> expected{0};
  {
    timer_queue timers{clock, timer_queue::drive::thread};
    in_threads(4, [&](int t) {
      for (int i = 0; i < each; ++i) {
        const auto far = timers.at(clock.now() + 1h, [&] { ran += 1'000'000; });
        timers.at(clock.now() + std::chrono::microseconds{(i * 7 + t) % 300}, [&] { ++ran; });
        ++expected;
        timers.cancel(far);
      }
    });
    while (ran < expected) std::this_thread::yield();
    CHECK(timers.next() == never);
  }
  CHECK(ran == 4 * each);
}

TEST_CASE("an earlier timer than all before wakes the timer thread in time") {
  const system_clock clock;
  timer_queue timers{clock, timer_queue::drive::thread};
  std::atomic<bool> ran{false};
  timers.at(clock.now() + 1h, [] {});
  timers.at(clock.now() + 1ms, [&] { ran = true; });
  const auto give_up = clock.now() + 30s;
  while (!ran && clock.now() < give_up) std::this_thread::yield();
  CHECK(ran);
}

TEST_CASE("a full mailbox refuses at once and leaves the message untouched") {
  mailbox<std::unique_ptr<int>> box{2};
  for (int i = 0; i < 2; ++i) {
    auto message = std::make_unique<int>(i);
    CHECK(box.push(message));
    CHECK_FALSE(message);
  }
  auto third = std::make_unique<int>(3);
  CHECK_FALSE(box.push(third));
  REQUIRE(third);
  CHECK(*third == 3);
  std::unique_ptr<int> out;
  REQUIRE(box.pop(out));
  CHECK(*out == 0);
  CHECK(box.push(third));
  CHECK(box.size() == 2);
  CHECK(box.drain().size() == 2);
  CHECK_FALSE(box.pop(out));
}

TEST_CASE("many writers, one reader: nothing is lost, nothing doubled, each writer's order kept") {
  mailbox<std::pair<int, int>> box{100'000};
  constexpr int writers = 4;
  constexpr int messages = 5'000;
  std::atomic<int> writing{writers};
  std::vector<int> next(writers, 0);
  std::thread reader{[&] {
    std::pair<int, int> m;
    while (true) {
      const bool last = writing == 0;
      while (box.pop(m)) {
        if (m.second != next[static_cast<std::size_t>(m.first)]++) next[static_cast<std::size_t>(m.first)] = -1'000'000;
      }
      if (last) return;
    }
  }};
  in_threads(writers, [&](int w) {
    for (int i = 0; i < messages; ++i) {
      std::pair<int, int> m{w, i};
      while (!box.push(m)) std::this_thread::yield();
    }
    --writing;
  });
  reader.join();
  CHECK(next == std::vector<int>(writers, messages));
}

TEST_CASE("a batch of messages wakes the actor once, until it has looked") {
  waker w;
  const auto actor = std::make_shared<counting_actor>();
  w.attach(actor);
  CHECK(actor->wakes == 0);
  for (int i = 0; i < 10; ++i) w.notify();
  CHECK(actor->wakes == 1);
  w.taken();
  w.notify();
  CHECK(actor->wakes == 2);
}

TEST_CASE("what was put in while there was no actor wakes the next one") {
  waker w;
  w.notify();
  const auto first = std::make_shared<counting_actor>();
  w.attach(first);
  CHECK(first->wakes == 1);
  w.detach();
  w.taken();
  w.notify();
  CHECK(first->wakes == 1);
  const auto second = std::make_shared<counting_actor>();
  w.attach(second);
  CHECK(second->wakes == 1);
}

TEST_CASE("no wake is lost between writers and a reader that looks, and is replaced meanwhile") {
  waker w;
  mailbox<int> box{1'000'000};
  std::atomic<int> writing{4};
  const auto actor = std::make_shared<counting_actor>();
  w.attach(actor);
  std::atomic<int> seen{0};
  std::thread reader{[&] {
    int handled = 0;
    while (writing > 0 || actor->wakes != handled) {
      if (actor->wakes == handled) {
        std::this_thread::yield();
        continue;
      }
      handled = actor->wakes;
      w.taken();
      seen += static_cast<int>(box.drain().size());
      w.attach(actor);
    }
  }};
  in_threads(4, [&](int) {
    for (int i = 0; i < 3'000; ++i) {
      int m = i;
      (void)box.push(m);
      w.notify();
    }
    --writing;
  });
  reader.join();
  CHECK(seen == 12'000);
}

TEST_CASE("the registry can be read, changed and learned from by many threads at once") {
  registry r;
  std::atomic<int> found{0};
  in_threads(4, [&](int t) {
    for (int i = 0; i < 200; ++i) {
      auto m = std::make_shared<manifest>();
      m->name = "m" + std::to_string(t);
      m->version = "1.0." + std::to_string(i);
      m->capabilities.resize(1);
      m->capabilities[0].id = "do.it@1." + std::to_string(i % 3);
      m->capabilities[0].input = m->capabilities[0].output = object{{"type", "object"}};
      if (!r.add(m, {})) ++found;
      const auto offered = r.resolve("do.it@1");
      for (const auto& o : **offered) {
        o->quality->add(i % 2 == 0);
        o->quality->add_latency(std::chrono::microseconds{i});
      }
      if (i >= 5) r.remove(m->name, "1.0." + std::to_string(i - 5));
    }
  });
  CHECK(found == 0);
  CHECK(r.all().size() == 4 * 5);
  for (const auto& o : r.all()) CHECK((o->quality->mean() > 0 && o->quality->mean() < 1));
}

TEST_CASE("no outcome is lost when threads teach at once") {
  reliability q;
  in_threads(4, [&](int t) {
    for (int i = 0; i < 20'000; ++i) q.add(t < 2);
  });
  CHECK(q.weight() == Approx(200).margin(2));
  CHECK((q.mean() >= 0 && q.mean() <= 1));
}

TEST_CASE("a plan is compiled once and checked once, until the registry changes") {
  plan_cache cache;
  const auto source = share(value{object{{"steps", array{object{{"id", "a"}, {"ask", "do.it@1"}}}}}});
  const auto first = *cache.compile(source);
  CHECK(*cache.compile(source) == first);
  CHECK(*cache.compile(share(*source)) != first);
  int checks = 0;
  const auto check = [&](const compiled_plan&) -> expected<void> {
    ++checks;
    return {};
  };
  CHECK(cache.check(source, check));
  CHECK(cache.check(source, check));
  CHECK(checks == 1);
  cache.forget_checks();
  CHECK(cache.check(source, check));
  CHECK(checks == 2);
}

TEST_CASE("a check that failed is made again") {
  plan_cache cache;
  const auto source = share(value{object{{"steps", array{object{{"id", "a"}, {"ask", "do.it@1"}}}}}});
  int checks = 0;
  for (int i = 0; i < 2; ++i)
    CHECK_FALSE(cache.check(source, [&](const compiled_plan&) -> expected<void> {
      ++checks;
      return unexpected{errc::bad_input, "no"};
    }));
  CHECK(checks == 2);
  CHECK_FALSE(cache.check(share(value{object{{"steps", array{}}}}), {}));
}

TEST_CASE("many threads compile, check and forget plans at once, more than the cache holds") {
  plan_cache cache;
  std::atomic<int> bad{0};
  in_threads(4, [&](int) {
    for (int i = 0; i < 300; ++i) {
      const auto p = share(value{object{{"steps", array{object{{"id", "a"}, {"ask", "do.it@1"}}}}}});
      if (!cache.compile(p) || !cache.check(p, [](const compiled_plan&) -> expected<void> { return {}; })) ++bad;
      if (i % 50 == 0) cache.forget_checks();
    }
  });
  CHECK(bad == 0);
}

TEST_CASE("what is pushed while a mailbox is being closed is either in what closing took, or refused") {
  for (int round = 0; round < 200; ++round) {
    mailbox<int> box{static_cast<std::size_t>(-1)};
    std::atomic<int> accepted{0};
    std::size_t taken = 0;
    in_threads(3, [&](int i) {
      if (i == 0) {
        taken = box.close().size();
        return;
      }
      for (int n = 0; n < 50; ++n) {
        int message = n;
        if (box.push(message)) ++accepted;
      }
    });
    CHECK(taken == static_cast<std::size_t>(accepted));
    CHECK(box.size() == 0);
  }
}
