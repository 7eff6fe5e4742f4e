// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libagents/module.hpp"
#include "libagents/runtime/node.hpp"
#include "tests/catch.hpp"

namespace agents::testing {

struct number {
  std::int64_t n = 0;
  AGENTS_FIELDS(n)
};

/// A node in one thread under virtual time: the same seed gives the same run, event by event.
class simulated_node {
 public:
  explicit simulated_node(std::uint64_t seed = 1, std::shared_ptr<journal::store> store = nullptr,
                          std::vector<group_options> supervisors = {}) {
    auto host = make_simulated_host(seed);
    host_ = host.get();
    node_config config;
    config.host = std::move(host);
    config.clock = clock_;
    config.random = std::make_shared<seeded_random>(seed);
    config.timers = timer_queue::drive::manual;
    config.store = std::move(store);
    config.supervisors = std::move(supervisors);
    config.observers.push_back(log_);
    node_ = std::make_unique<node>(std::move(config));
  }

  node& get() { return *node_; }
  manual_clock& clock() { return *clock_; }
  const std::shared_ptr<manual_clock>& shared_clock() { return clock_; }

  void add(module_factory f, module_options o = {}) {
    const auto ok = node_->add(std::move(f), o);
    INFO((ok ? std::string{} : ok.error().message));
    REQUIRE(ok);
  }

  /// Lets everything happen that can happen: turns, then timers, until nothing is left or a result is there.
  void settle() {
    host_->run();
    while (node_->timers().next() != never && !done_) {
      clock_->advance(std::max(duration{0}, node_->timers().next() - clock_->now()));
      node_->timers().advance();
      host_->run();
    }
  }
  /// Only turns; time stands still.
  void turns() { host_->run(); }
  void advance(duration d) {
    clock_->advance(d);
    node_->timers().advance();
    host_->run();
  }

  run_result run(const plan& p, value input = object{}, budget limits = {}) {
    begin(p, std::move(input), limits);
    settle();
    return result();
  }
  run_id begin(const plan& p, value input = object{}, budget limits = {}, std::string planner = {}) {
    task_spec task;
    task.job = "test";
    task.input = std::move(input);
    task.budget = limits;
    task.planner = std::move(planner);
    done_.reset();
    const auto id = node_->submit(task, share(to_value(p)), [this](run_result r) { done_ = std::move(r); });
    INFO((id ? std::string{} : id.error().message));
    REQUIRE(id);
    return *id;
  }
  run_result resume(const run_id& id, std::vector<event> decisions = {}) {
    done_.reset();
    REQUIRE(node_->resume(id, std::move(decisions), [this](run_result r) { done_ = std::move(r); }));
    settle();
    return result();
  }
  run_result result() {
    REQUIRE(done_);
    return *done_;
  }
  [[nodiscard]] bool finished() const { return done_.has_value(); }
  [[nodiscard]] std::vector<event> events() const { return log_->events(); }
  [[nodiscard]] std::size_t count(event_kind kind) const {
    std::size_t n = 0;
    for (const auto& e : events()) n += e.kind == kind ? 1 : 0;
    return n;
  }

 private:
  std::shared_ptr<manual_clock> clock_ = std::make_shared<manual_clock>();
  std::shared_ptr<event_log> log_ = std::make_shared<event_log>();
  std::optional<run_result> done_;
  simulated_host* host_ = nullptr;
  std::unique_ptr<node> node_;
};

inline step_spec step(std::string id, std::string ask, value with = object{}) {
  step_spec s;
  s.id = std::move(id);
  s.ask = std::move(ask);
  s.with = std::move(with);
  return s;
}

/// A module whose one capability is a function of a number.
template <class F>
module_factory numbers(std::string name, std::string capability, F f, offer_options options = {}) {
  return [=] { return module(name, "1.0.0").offers(capability, f, options); };
}

}  // namespace agents::testing
