// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libagents/journal/record.hpp"
#include "libagents/orchestration/report.hpp"
#include "libagents/orchestration/run_state.hpp"
#include "tests/catch.hpp"

namespace agents::testing {

/// What a test's attempt says about its module.
struct asked_module {
  std::string name = "m";
  std::int64_t micro_money = 0;
  std::int64_t tokens = 0;
  std::string effect = "idempotent";
};

/// A run as values: feeds events to the state machine as the orchestrator does, and keeps the journal and what is open.
class driven_run {
 public:
  run_state state;
  std::vector<event> journal;
  std::vector<call_command> calls;            ///< open, oldest first
  std::vector<verify_command> verifications;  ///< open
  std::vector<shared_value> plans_to_check;
  std::vector<cancel_command> cancelled;
  std::vector<lesson_command> lessons;
  bool paused = false;
  bool finished = false;
  time_point now{1'700'000'000'000'000'000};

  void begin(const plan& p, task_spec t = {}) {
    t.plan_given = true;
    start(std::move(t));
    accept(p);
  }
  void start(task_spec t) {
    t.job = "test";
    auto e = of_kind(event_kind::run_started);
    e.run.bytes[0] = 7;
    state.id = e.run;
    e.data = share(to_value(t));
    feed(std::move(e));
  }
  void accept(const plan& p) {
    auto e = of_kind(event_kind::plan_accepted);
    e.data = share(to_value(p));
    feed(std::move(e));
  }

  void feed(event e) {
    e.run = state.id;
    settle(e);
    journal.push_back(e);
    execute(apply(state, e));
  }
  void execute(std::vector<command> commands) {
    for (auto& c : commands) execute(c);
  }

  [[nodiscard]] event of_kind(event_kind kind, std::string step = {}, std::uint32_t attempt = 0) const {
    event e;
    e.kind = kind;
    e.at = now;
    e.run = state.id;
    e.step = std::move(step);
    e.attempt = attempt;
    return e;
  }

  /// The steps that are being asked, oldest first.
  [[nodiscard]] std::vector<std::string> open() const {
    std::vector<std::string> names;
    for (const auto& c : calls) names.push_back(c.step);
    return names;
  }
  [[nodiscard]] call_command call(std::string_view step) const {
    const auto found = std::find_if(calls.begin(), calls.end(), [&](const auto& c) { return c.step == step; });
    INFO("no open call for " << step);
    REQUIRE(found != calls.end());
    return *found;
  }

  /// A module takes the oldest open call of a step …
  std::uint32_t take(std::string_view step, const asked_module& by = {}) {
    const auto c = call(step);
    auto e = of_kind(event_kind::attempt_started, c.step, c.attempt);
    e.capability = c.capability;
    e.module = by.name;
    e.version = "1.0.0";
    e.micro_money = by.micro_money;
    e.tokens = by.tokens;
    e.data = share(object{{"effect", by.effect}});
    feed(std::move(e));
    return c.attempt;
  }
  /// … and an attempt that was taken ends.
  void end(std::string_view step, std::uint32_t attempt, value output, const asked_module& by = {}) {
    feed(ended(step, attempt, errc::none, {}, share(std::move(output)), by));
  }
  void fail_attempt(std::string_view step, std::uint32_t attempt, errc code, std::string why,
                    const asked_module& by = {}) {
    feed(ended(step, attempt, code, std::move(why), nullptr, by));
  }
  /// Both at once.
  void answer(std::string_view step, value output, const asked_module& by = {}) {
    end(step, take(step, by), std::move(output), by);
  }
  void fail(std::string_view step, errc code, std::string why = "it broke", const asked_module& by = {}) {
    fail_attempt(step, take(step, by), code, std::move(why), by);
  }
  /// The router found nobody: the attempt ends without having started.
  void no_route(std::string_view step, std::string why = "nobody") {
    fail_attempt(step, call(step).attempt, errc::no_route, std::move(why), {.name = ""});
  }
  void judge(std::string_view step, std::string_view verifier, bool pass, double score = 1, std::string critique = {}) {
    const auto found = std::find_if(verifications.begin(), verifications.end(),
                                    [&](const auto& v) { return v.step == step && v.capability == verifier; });
    INFO(step << " is not being verified by " << verifier);
    REQUIRE(found != verifications.end());
    auto e = of_kind(event_kind::verdict, found->step, found->attempt);
    e.capability = found->capability;
    e.score = score;
    e.text = std::move(critique);
    e.outcome = pass ? errc::none : errc::rejected;
    feed(std::move(e));
  }
  void decide(std::string_view step, bool approved, value edit = {}) {
    paused = false;
    auto e = of_kind(event_kind::approval_given, std::string{step});
    e.data = share(object{{"approved", approved}, {"edit", std::move(edit)}});
    feed(std::move(e));
  }

  [[nodiscard]] value answer_of_run() const { return state.answer ? *state.answer : value{}; }
  [[nodiscard]] value answer_of_run(std::string_view member) const {
    const auto* found = state.answer ? state.answer->find(member) : nullptr;
    return found ? *found : value{};
  }
  [[nodiscard]] value row(std::string_view id) const {
    const auto all = report(state);
    for (const auto& r : all.find("steps")->as_array())
      if (r.get_string("id") == id) return r;
    return {};
  }
  [[nodiscard]] std::vector<std::string> rungs() const {
    std::vector<std::string> names;
    for (const auto& r : state.reflections) names.emplace_back(to_string(r.rung));
    return names;
  }

 private:
  event ended(std::string_view step, std::uint32_t attempt, errc code, std::string why, shared_value output,
              const asked_module& by) const {
    auto e = of_kind(event_kind::attempt_finished, std::string{step}, attempt);
    e.module = by.name;
    e.outcome = code;
    e.text = std::move(why);
    e.micro_money = by.micro_money;
    e.tokens = by.tokens;
    e.data = std::move(output);
    return e;
  }

  /// What ends is not open any more.
  void settle(const event& e) {
    if (e.kind == event_kind::attempt_finished)
      std::erase_if(calls, [&](const auto& x) { return x.step == e.step && x.attempt == e.attempt; });
    if (e.kind == event_kind::verdict)
      std::erase_if(verifications, [&](const auto& x) {
        return x.step == e.step && x.attempt == e.attempt && x.capability == e.capability;
      });
  }

  void execute(command& c) {
    if (auto* call = std::get_if<call_command>(&c)) calls.push_back(std::move(*call));
    if (auto* verify = std::get_if<verify_command>(&c)) verifications.push_back(std::move(*verify));
    if (auto* check = std::get_if<check_plan_command>(&c)) plans_to_check.push_back(std::move(check->plan));
    if (auto* record = std::get_if<record_command>(&c)) journal.push_back(std::move(record->what));
    if (auto* lesson = std::get_if<lesson_command>(&c)) lessons.push_back(std::move(*lesson));
    if (auto* cancel = std::get_if<cancel_command>(&c)) {
      std::erase_if(calls, [&](const auto& x) { return x.step == cancel->step && x.attempt == cancel->attempt; });
      std::erase_if(verifications,
                    [&](const auto& x) { return x.step == cancel->step && x.attempt == cancel->attempt; });
      cancelled.push_back(std::move(*cancel));
    }
    paused |= std::holds_alternative<pause_command>(c);
    finished |= std::holds_alternative<finish_command>(c);
  }
};

/// The events as they come out of a journal's bytes.
inline std::vector<event> through_the_codec(const std::vector<event>& events) {
  std::vector<event> out;
  std::uint64_t sequence = 0;
  for (const auto& e : events) {
    const auto bytes = journal::encode_record(sequence++, std::span{&e, 1});
    std::string_view rest = bytes;
    auto record = journal::decode_record(rest);
    REQUIRE(record);
    out.push_back(record->events.front());
  }
  return out;
}

inline run_state fold(const std::vector<event>& events) {
  run_state s;
  for (const auto& e : events) (void)apply(s, e);
  return s;
}

inline step_spec step(std::string id, std::string ask = "do@1", value with = object{}) {
  step_spec s;
  s.id = std::move(id);
  s.ask = std::move(ask);
  s.with = std::move(with);
  return s;
}

}  // namespace agents::testing
