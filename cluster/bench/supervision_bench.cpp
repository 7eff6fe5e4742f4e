// SPDX-License-Identifier: Apache-2.0
// What crashes cost: those who crashed, and those who did not.
#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "cluster/bench/bench_node.hpp"
#include "cluster/bench/measure.hpp"
#include "libagents/core/short_slices.hpp"
#include "libagents/module.hpp"

namespace agents::bench {
namespace {

using steady = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct number {
  std::int64_t n = 0;
  AGENTS_FIELDS(n)
};

double micros_since(steady::time_point t) {
  return std::chrono::duration<double, std::micro>(steady::now() - t).count();
}

/// Restarted at once, however often it crashes.
module_options tireless(std::uint32_t replicas = 1) {
  module_options o;
  o.replicas = replicas;
  o.supervision.intensity = UINT32_MAX;
  o.supervision.first_backoff = {};
  o.circuit.enabled = false;
  return o;
}

/// Sends requests without waiting for their answers.
class sender final : public reply_port, public std::enable_shared_from_this<sender> {
 public:
  explicit sender(node& n) : services_{n.time(), *random_, n.registry(), n.timers(), nobody_} {
    services_.last_call = std::uint64_t{1} << 40;  // apart from the node's own
  }
  bool send(std::string_view capability, std::int64_t n) {
    auto d = route_call(services_, {.capability = capability});
    if (!d.chosen) return false;
    request r;
    r.capability = capability;
    r.input = share(object{{"n", n}});
    r.deadline = services_.clock.now() + seconds{10};
    return send_call(d, make_call(services_, std::move(r), d, weak_from_this()));
  }
  void deliver(reply) override { ++replies; }
  void deliver_chunk(const shared_call&, value) override {}
  std::atomic<std::size_t> replies{0};

 private:
  std::shared_ptr<agents::random> random_{system_random()};
  event_log nobody_;
  services services_;
};

/// From the throw in one request to the next life's handler, which has the request that waited behind it.
class fragile {
 public:
  module_factory factory(const std::string& name) {
    return [this, name] {
      return module(name, "1.0.0").offers(name + ".do@1", [this](const number& x) -> number {
        if (x.n < 0) {
          thrown_ = steady::now();
          throw std::runtime_error("crash on request");
        }
        if (x.n > 0) back_.set_value(micros_since(thrown_));
        return x;
      });
    };
  }
  double restart(sender& s, const std::string& capability) {
    back_ = {};
    auto back = back_.get_future();
    if (!s.send(capability, -1) || !s.send(capability, 1)) return 0;
    return back.get();
  }

 private:
  steady::time_point thrown_;
  std::promise<double> back_;
};

std::vector<measurement> restarts(double scale) {
  node n{{}};
  fragile f;
  if (!n.add(f.factory("fragile"), tireless())) return {};
  const auto s = std::make_shared<sender>(n);
  std::vector<double> samples;
  for (int i = 0; i < std::max(50, static_cast<int>(2000 * scale)); ++i)
    samples.push_back(f.restart(*s, "fragile.do@1"));
  return {summary("crash_restart", "µs", samples, "from the throw to the next life's handler, the request behind it")};
}

std::vector<measurement> many_children(double scale) {
  constexpr std::uint32_t children = 10'000;
  std::vector<double> starts;
  std::vector<double> samples;
  for (int i = 0; i < std::max(1, static_cast<int>(3 * scale)); ++i) {
    std::atomic<std::uint32_t> made{0};
    node n{{}};
    std::promise<void> all;
    const auto factory = [&made, &all] {
      if (++made == children + 1) all.set_value();  // one is for the manifest
      return module("many", "1.0.0").offers("many.do@1", [](const number& x) -> number {
        if (x.n < 0) throw std::runtime_error("crash on request");
        return x;
      });
    };
    starts.push_back(time_of([&] {
                       if (n.add(factory, tireless(children))) all.get_future().wait();
                     }) *
                     1e3);
    for (int k = 0; k < 200; ++k) {
      const auto before = made.load();
      const auto begun = steady::now();
      (void)n.ask("many.do@1", object{{"n", -1}}, seconds{10});
      while (made.load() == before) std::this_thread::yield();
      samples.push_back(micros_since(begun));
    }
  }
  return {summary("start_10000_children", "ms", starts, "of one supervisor"),
          summary("crash_restart_10000", "µs", samples, "one of 10,000 crashes: from the request to the next life")};
}

/// Latencies of an innocent module, asked again and again for a while.
std::vector<double> innocent_latencies(node& n, duration how_long, std::size_t& lost) {
  prefer_short_slices();  // what waits for the core is the module, not who asks it
  std::vector<double> samples;
  const auto end = steady::now() + how_long;
  while (steady::now() < end) {
    const auto begun = steady::now();
    if (!n.ask("innocent.do@1", object{{"n", 0}}, seconds{10})) ++lost;
    samples.push_back(micros_since(begun));
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  return samples;
}

module_factory innocent() {
  return [] { return module("innocent", "1.0.0").offers("innocent.do@1", [](const number& x) { return x; }); };
}

/// 1,000 crashes a second beside a healthy module.
std::vector<measurement> sustained(double scale) {
  node n{{}};
  fragile f;
  if (!n.add(f.factory("fragile"), tireless()) || !n.add(innocent())) return {};
  const auto how_long = milliseconds{std::max(300, static_cast<int>(3000 * scale))};
  std::size_t lost = 0;
  auto idle = innocent_latencies(n, how_long, lost);
  const auto s = std::make_shared<sender>(n);
  std::atomic<bool> stop{false};
  std::size_t crashes = 0;
  std::thread storm([&] {
    auto next = steady::now();
    while (!stop) {
      if (s->send("fragile.do@1", -1)) ++crashes;
      std::this_thread::sleep_until(next += milliseconds{1});
    }
  });
  auto during = innocent_latencies(n, how_long, lost);
  stop = true;
  storm.join();
  const auto rate = static_cast<double>(crashes) / std::chrono::duration<double>(how_long).count();
  return {
      summary("innocent_idle", "µs", std::move(idle), "asked from outside, nothing else runs"),
      summary("innocent_beside_crashes", "µs", std::move(during), "the same beside a module that crashes in a loop"),
      summary("crashes_per_second", "1/s", {rate}, "sustained meanwhile"),
      summary("innocent_calls_lost", "calls", {static_cast<double>(lost)}, "of the healthy module")};
}

/// A spinning cooperative module, a sleeping dedicated one and a flooding caller.
std::vector<measurement> bad_neighbours(double scale) {
  std::atomic<bool> stop{false};
  node n{{}};
  const auto spinning = [&stop] {
    return module("spinning", "1.0.0").offers("spinning.do@1", [&stop](const number& x) {
      while (!stop) std::this_thread::yield();
      return x;
    });
  };
  const auto sleeping = [&stop] {
    return module("sleeping", "1.0.0")
        .offers("sleeping.do@1",
                [&stop](const number& x) {
                  while (!stop) std::this_thread::sleep_for(milliseconds{1});
                  return x;
                })
        .runs(execution_mode::dedicated);
  };
  const auto flooded = [] {
    return module("flooded", "1.0.0").offers("flooded.do@1", [](const number& x) { return x; }).mailbox(64);
  };
  if (!n.add(innocent()) || !n.add(spinning) || !n.add(sleeping) || !n.add(flooded)) return {};
  const auto how_long = milliseconds{std::max(300, static_cast<int>(2000 * scale))};
  std::size_t lost = 0;
  auto idle = innocent_latencies(n, how_long, lost);
  const auto s = std::make_shared<sender>(n);
  (void)s->send("spinning.do@1", 0);
  (void)s->send("sleeping.do@1", 0);
  std::thread flood([&] {
    while (!stop) {
      if (!s->send("flooded.do@1", 0)) std::this_thread::yield();  // overloaded: refused at once
    }
  });
  auto during = innocent_latencies(n, how_long, lost);
  stop = true;
  flood.join();
  return {
      summary("innocent_alone", "µs", std::move(idle), "asked from outside, nothing else runs"),
      summary("innocent_beside_hogs", "µs", std::move(during), "beside a spinning, a sleeping and a flooded module")};
}

/// One request in fifty takes 50 ms where it arrives first: what its callers see with and without hedging.
std::vector<double> tail(bool hedged, int requests) {
  module_options o;
  o.replicas = 2;
  o.hedge.enabled = hedged;
  node n{{}};
  const auto slow = std::make_shared<std::atomic<std::int64_t>>(-1);  // the request that was slow last
  const auto ok = n.add(
      [slow] {
        return module("tail", "1.0.0")
            .offers("tail.do@1",
                    [slow](number x, call& c) -> task<number> {
                      const bool first = x.n % 50 == 0 && slow->exchange(x.n) != x.n;
                      co_await c.sleep(first ? milliseconds{50} : milliseconds{1});
                      co_return x;
                    })
            .concurrency(16);
      },
      o);
  std::vector<double> samples;
  for (int i = 1; ok && i <= requests; ++i) {
    const auto begin = steady::now();
    if (n.ask("tail.do@1", object{{"n", i}}, seconds{5})) samples.push_back(micros_since(begin) / 1e3);
  }
  return samples;
}

std::vector<measurement> hedging(double scale) {
  const int requests = std::max(200, static_cast<int>(1500 * scale));
  return {summary("tail_alone", "ms", tail(false, requests), "1 ms of work, 1 request in 50 takes 50 ms; two replicas"),
          summary("tail_hedged", "ms", tail(true, requests), "the same; slow ones are sent to the other replica too")};
}

}  // namespace

std::vector<suite> supervision_suites() {
  return {{"restart", restarts},
          {"children", many_children},
          {"crashes", sustained},
          {"hedging", hedging},
          {"neighbours", bad_neighbours}};
}

}  // namespace agents::bench
