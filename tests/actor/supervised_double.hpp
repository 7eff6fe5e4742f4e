// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "libagents/runtime/supervised_group.hpp"
#include "tests/catch.hpp"

namespace agents::testing {

/// What happened to the doubles, in order: "start a", "kill a", "down a".
using diary = std::vector<std::string>;

/// Somebody who is supervised and does what the test says.
class supervised_double final : public supervised {
 public:
  supervised_double(std::string name, std::shared_ptr<diary> to) : name_(std::move(name)), diary_(std::move(to)) {}

  void start(supervision::life_number, on_start started, on_end ended) override {
    diary_->push_back("start " + name_);
    if (fails) return started(supervision::start_result::failed, "it cannot");
    ended_ = std::move(ended);
    started(supervision::start_result::started, {});
  }
  void stop() override { end("stop", supervision::exit_reason::kind::shutdown); }
  void kill() override { end("kill", supervision::exit_reason::kind::killed); }
  [[nodiscard]] farewell down(const supervision::exit_reason&) override {
    diary_->push_back("down " + name_);
    return [this] {
      if (when_told) when_told();
    };
  }
  void publish(const supervision::note_command& what) override {
    if (throws_when == what.what) throw std::runtime_error{"a defect"};
  }
  [[nodiscard]] value describe() const override { return object{}; }

  void crash() { std::exchange(ended_, {})({supervision::exit_reason::kind::crashed, "boom"}); }

  bool fails = false;
  std::function<void()> when_told;  ///< what those do who wait for it when it is down
  std::optional<supervision::note_command::kind> throws_when;

 private:
  void end(const std::string& how, supervision::exit_reason::kind as) {
    diary_->push_back(how + " " + name_);
    if (ended_) std::exchange(ended_, {})({as, {}});
  }

  std::string name_;
  std::shared_ptr<diary> diary_;
  on_end ended_;
};

/// Supervisors without a node.
struct supervisor_fixture {
  std::unique_ptr<simulated_host> host = make_simulated_host(1);
  manual_clock clock;
  seeded_random random{1};
  registry reg;
  timer_queue timers{clock, timer_queue::drive::manual};
  event_log log;
  services all{clock, random, reg, timers, log, routing_policy::reliability, {0}};
  std::shared_ptr<diary> happened = std::make_shared<diary>();

  std::shared_ptr<supervised_double> make(const std::string& name) {
    return std::make_shared<supervised_double>(name, happened);
  }
  std::shared_ptr<supervised_group> group(const std::string& name, supervision::supervisor_flags flags,
                                          std::vector<declared_child> children) {
    return std::make_shared<supervised_group>(all, *host, name, flags, std::move(children));
  }
  static declared_child child(const std::string& id, std::shared_ptr<supervised> who) {
    supervision::child_spec spec;
    spec.id = id;
    return {std::move(spec), std::move(who)};
  }
  /// Begins a life, as a parent does; how it ended comes into `end`.
  void start(const std::shared_ptr<supervised_group>& who) {
    end.reset();
    who->start(
        1, [](supervision::start_result, const std::string&) {},
        [this](supervision::exit_reason why) { end = std::move(why); });
    host->run();
  }
  diary take() { return std::exchange(*happened, {}); }

  std::optional<supervision::exit_reason> end;
};

}  // namespace agents::testing
