// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/orchestration/simulated_modules.hpp"

namespace agents::testing {
namespace {

constexpr int enough_events = 20'000;
constexpr const char* acting = "act@1";

std::vector<std::string> random_ladder(random& dice) {
  std::vector<std::string> ladder;
  for (const auto* r : {"retry", "other", "replan", "ask"})
    if (dice.below(2) == 0) ladder.emplace_back(r);
  if (dice.below(2) == 0) ladder.emplace_back("partial");
  return ladder;
}

step_spec random_step(random& dice, std::size_t number) {
  auto s = step("s" + std::to_string(number), dice.below(5) == 0 ? acting : "do@1");
  object with{{"n", static_cast<int>(dice.below(3))}};
  for (std::size_t i = 0; i < number; ++i)
    if (dice.below(3) == 0) with["from" + std::to_string(i)] = "{s" + std::to_string(i) + ".n}";
  if (dice.below(4) == 0) {
    s.each = "{input.list}";
    with["item"] = "{item}";
  }
  s.with = std::move(with);
  if (number > 0 && dice.below(5) == 0) s.after = {"s" + std::to_string(dice.below(number))};
  if (dice.below(3) == 0) s.verify = {"v@1"};
  if (dice.below(6) == 0) s.verify = {"v@1", "w@1"};
  if (s.ask != acting && dice.below(5) == 0) s.agree = {.of = 3, .need = 2, .on = dice.below(2) == 0 ? "/n" : ""};
  s.reflect = random_ladder(dice);
  s.attempts = 1 + static_cast<std::int64_t>(dice.below(3));
  s.approve = dice.below(10) == 0;
  s.optional = dice.below(4) == 0;
  return s;
}

}  // namespace

plan random_plan(random& dice) {
  plan p;
  const auto steps = 1 + dice.below(7);
  object answer;
  for (std::size_t i = 0; i < steps; ++i) {
    p.steps.push_back(random_step(dice, i));
    answer["s" + std::to_string(i)] = "{s" + std::to_string(i) + "}";
  }
  p.answer = std::move(answer);
  p.parallel = 1 + static_cast<std::int64_t>(dice.below(6));
  return p;
}

task_spec random_task(random& dice) {
  task_spec t;
  array list;
  for (auto n = dice.below(4); n > 0; --n) list.emplace_back(static_cast<int>(n));
  t.input = object{{"list", std::move(list)}};
  if (dice.below(2) == 0) t.planner = "plan@1";
  if (dice.below(2) == 0) t.budget.money = static_cast<double>(dice.below(40)) / 1e6;
  if (dice.below(2) == 0) t.budget.tokens = static_cast<std::int64_t>(dice.below(400));
  if (dice.below(2) == 0) t.budget.steps = static_cast<std::int64_t>(dice.below(20));
  return t;
}

bool simulated_modules::play_to_the_end() {
  for (int i = 0; i < enough_events && !run_.finished; ++i) {
    if (is(odds_.crashing)) crash();
    play_one();
  }
  return run_.finished;
}

void simulated_modules::play_one() {
  if (run_.finished) return;
  run_.now = run_.now + std::chrono::milliseconds{1 + dice_.below(50)};
  if (!run_.plans_to_check.empty()) {
    const auto p = run_.plans_to_check.front();
    run_.plans_to_check.erase(run_.plans_to_check.begin());
    auto e = run_.of_kind(is(80) ? event_kind::plan_accepted : event_kind::plan_rejected);
    if (e.kind == event_kind::plan_accepted) e.data = p;
    run_.feed(std::move(e));
  } else if (const auto open = run_.calls.size() + run_.verifications.size(); open > 0) {
    const auto i = dice_.below(open);
    if (i >= run_.calls.size()) {
      judge(verify_command{run_.verifications[i - run_.calls.size()]});
    } else {
      const call_command c{run_.calls[i]};
      started_.contains({c.step, c.attempt}) ? finish(c) : route(c);
    }
  } else {
    REQUIRE(run_.paused);  // else the run would stand still for ever
    for (const auto& u : run_.state.units) {
      if (u.at != unit_state::phase::asking) continue;
      const auto name = unit_name(run_.state, u);
      acted_.erase(name);
      run_.decide(name, is(70), is(20) ? value{object{{"n", 0}}} : value{});
      break;
    }
  }
  forget_cancelled();
  check_invariants();
}

/// A cancelled module may have acted all the same.
void simulated_modules::forget_cancelled() {
  std::erase_if(started_, [this](const auto& entry) {
    const auto& [at, by] = entry;
    const bool open = std::any_of(run_.calls.begin(), run_.calls.end(),
                                  [&at = at](const auto& c) { return c.step == at.first && c.attempt == at.second; });
    if (!open && by.effect == "effectful") acted_.insert(at.first);
    return !open;
  });
}

void simulated_modules::crash() {
  for (const auto& [at, by] : started_)
    if (by.effect == "effectful") acted_.insert(at.first);
  started_.clear();
  run_.state = fold(through_the_codec(run_.journal));
  run_.calls.clear();
  run_.verifications.clear();
  run_.plans_to_check.clear();
  if (is_final(run_.state.status)) return;
  run_.feed(run_.of_kind(event_kind::run_resumed));
  run_.execute(open_commands(run_.state, run_.now));
  check_invariants();
}

std::string simulated_modules::pick_module(const call_command& c) {
  std::vector<std::string> eligible;
  for (const auto* name : {"m1", "m2", "m3"})
    if (std::find(c.exclude.begin(), c.exclude.end(), name) == c.exclude.end()) eligible.emplace_back(name);
  if (std::find(eligible.begin(), eligible.end(), c.prefer) != eligible.end()) return c.prefer;
  return eligible.empty() ? std::string{} : eligible[dice_.below(eligible.size())];
}

/// Like the real one: what does not fit into the budget is not begun.
void simulated_modules::route(const call_command& c) {
  asked_module m{pick_module(c), static_cast<std::int64_t>(dice_.below(6)), static_cast<std::int64_t>(dice_.below(50)),
                 c.capability == acting ? "effectful" : "idempotent"};
  auto refused = run_.of_kind(event_kind::attempt_finished, c.step, c.attempt);
  if (m.name.empty()) refused.outcome = errc::no_route;
  if (m.micro_money > micro_money_left(run_.state) || m.tokens > tokens_left(run_.state))
    refused.outcome = errc::budget;
  if (refused.outcome != errc::none) return run_.feed(std::move(refused));
  if (m.effect == "effectful") {
    INFO(c.step << " attempt " << c.attempt);
    REQUIRE_FALSE(acted_.contains(c.step));  // never repeated silently
  }
  auto e = run_.of_kind(event_kind::attempt_started, c.step, c.attempt);
  e.module = m.name;
  e.capability = c.capability;
  e.micro_money = m.micro_money;
  e.tokens = m.tokens;
  e.data = share(object{{"effect", m.effect}});
  started_.emplace(key{c.step, c.attempt}, std::move(m));
  run_.feed(std::move(e));
}

void simulated_modules::finish(const call_command& c) {
  auto m = started_.at({c.step, c.attempt});
  started_.erase({c.step, c.attempt});
  auto e = run_.of_kind(event_kind::attempt_finished, c.step, c.attempt);
  e.module = m.name;
  e.micro_money = static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(m.micro_money) + 1));
  e.tokens = static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(m.tokens) + 1));
  e.handling = std::chrono::milliseconds{dice_.below(9)};
  if (is(odds_.failing)) {
    constexpr std::array codes{errc::crashed,    errc::deadline, errc::overloaded,
                               errc::bad_output, errc::internal, errc::bad_input};
    e.outcome = codes[dice_.below(codes.size())];
    e.text = "it " + std::string{to_string(e.outcome)};
  } else {
    e.data = c.step == planning_step ? share(to_value(run_.state.plan ? run_.state.plan->source : random_plan(dice_)))
                                     : share(object{{"n", static_cast<int>(dice_.below(3))}, {"by", m.name}});
  }
  if (m.effect == "effectful" && e.outcome != errc::overloaded && e.outcome != errc::bad_input) acted_.insert(c.step);
  ++finished_executions_[c.step + "#" + std::to_string(c.attempt)];
  run_.feed(std::move(e));
}

void simulated_modules::judge(const verify_command& v) {
  auto e = run_.of_kind(event_kind::verdict, v.step, v.attempt);
  e.capability = v.capability;
  e.score = dice_.unit();
  const auto price = static_cast<std::int64_t>(dice_.below(3));
  if (price > micro_money_left(run_.state)) {
    e.outcome = errc::budget;
  } else {
    e.micro_money = price;
    e.outcome = is(odds_.refused) ? errc::rejected : errc::none;
  }
  if (e.outcome != errc::none) e.text = "critique " + std::to_string(dice_.below(3));
  run_.feed(std::move(e));
}

void simulated_modules::check_invariants() const {
  const auto& s = run_.state;
  std::int64_t money = 0;
  std::int64_t tokens = 0;
  std::uint32_t open = 0;
  const auto add = [&](const unit_state& u) {
    for (const auto& a : u.attempts)
      if (a.open) money += a.micro_money, tokens += a.tokens, ++open;
  };
  add(s.planning);
  for (const auto& u : s.units) add(u);
  REQUIRE(s.micro_money_reserved == money);
  REQUIRE(s.tokens_reserved == tokens);
  REQUIRE(s.in_flight == open);
  if (!run_.finished) REQUIRE(run_.calls.size() == open);
  const auto& limit = s.task.budget;
  if (limit.money)
    REQUIRE(static_cast<double>(s.micro_money_spent + s.micro_money_reserved) <= *limit.money * 1e6 + 1e-3);
  if (limit.tokens) REQUIRE(s.tokens_spent + s.tokens_reserved <= *limit.tokens);
  if (limit.steps) REQUIRE(s.attempts_made <= *limit.steps);
}

}  // namespace agents::testing
