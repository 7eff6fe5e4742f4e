// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "libagents/orchestration/run_machine_impl.hpp"

namespace agents::detail {

unit_state* run_machine::find_unit(std::string_view name) {
  if (name == planning_step) return &s_.planning;
  if (!s_.plan) return nullptr;
  std::int32_t instance = -1;
  const auto bracket = name.find('[');
  if (bracket != std::string_view::npos) {
    const auto digits = name.substr(bracket + 1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), instance).ec != std::errc{}) return nullptr;
    name = name.substr(0, bracket);
  }
  const auto found = s_.plan->index.find(std::string{name});
  if (found == s_.plan->index.end()) return nullptr;
  const auto& step = s_.steps[found->second];
  const auto offset = static_cast<std::uint32_t>(std::max(instance, 0));
  if (offset >= step.units) return nullptr;
  auto& u = s_.units[step.first_unit + offset];
  return u.instance == instance ? &u : nullptr;
}

value run_machine::resolve(const binding& b, const value* item) const {
  const value goal{s_.task.goal};
  return b.resolve([&](std::string_view root) -> const value* {
    if (root == "input") return &s_.task.input;
    if (root == "item") return item;
    if (root == "goal") return &goal;
    const auto found = s_.plan->index.find(std::string{root});
    if (found == s_.plan->index.end()) return nullptr;
    return s_.steps[found->second].output.get();
  });
}

const value* run_machine::item_of(const unit_state& u) const {
  if (u.instance < 0) return nullptr;
  const auto* r = spec_of(u).each->as_reference();
  const value* root = nullptr;
  if (r->root == "input")
    root = &s_.task.input;
  else
    root = s_.steps[s_.plan->index.at(r->root)].output.get();
  const auto* list = root ? follow(*root, r->path) : nullptr;
  if (!list || !list->is_array() || static_cast<std::size_t>(u.instance) >= list->as_array().size()) return nullptr;
  return &list->as_array()[static_cast<std::size_t>(u.instance)];
}

void run_machine::start_step(std::uint32_t number) {
  const auto& step = s_.plan->steps[number];
  if (!step.each) return expand(number, nullptr);
  const auto list = resolve(*step.each, nullptr);
  if (list.is_array()) return expand(number, &list.as_array());
  expand(number, nullptr);
  auto& u = s_.units[s_.steps[number].first_unit];
  unit_failed(u, errc::bad_input, step.spec.each + " is no list but " + std::string{to_string(list.type())});
}

void run_machine::expand(std::uint32_t number, const std::vector<value>* items) {
  auto& step = s_.steps[number];
  step.at = step_state::phase::running;
  step.first_unit = static_cast<std::uint32_t>(s_.units.size());
  step.units = items ? static_cast<std::uint32_t>(items->size()) : 1;
  step.open_units = step.units;
  if (step.units == 0) return step_closed(number);
  for (std::uint32_t i = 0; i < step.units; ++i) {
    auto& u = s_.units.emplace_back();
    u.step = number;
    u.instance = items ? static_cast<std::int32_t>(i) : -1;
    s_.queue.push_back(step.first_unit + i);
  }
}

bool run_machine::has_room() const { return s_.in_flight < s_.plan->source.parallel; }

std::uint32_t run_machine::index_of(const unit_state& u) const {
  return s_.steps[u.step].first_unit + static_cast<std::uint32_t>(std::max(u.instance, 0));
}

/// Lets a unit that was begun go on before those that were not.
void run_machine::wait_for_room(const unit_state& u) { s_.queue.push_front(index_of(u)); }

/// Each call excludes the modules that have one: the next is sent when the one before has found its own.
bool waits_for_copy(const unit_state& u) {
  return u.at == unit_state::phase::running && u.copies > 0 &&
         std::none_of(u.attempts.begin(), u.attempts.end(),
                      [](const attempt_state& a) { return a.open && !a.started; });
}

void run_machine::start_queued() {
  while (!s_.queue.empty() && has_room() && s_.status == run_status::running) {
    auto& u = s_.units[s_.queue.front()];
    s_.queue.pop_front();
    if (u.at == unit_state::phase::queued)
      goes_on(u) ? send_again(u) : start_unit(u);
    else if (waits_for_copy(u))
      send_copy(u);
  }
}

void run_machine::start_unit(unit_state& u) {
  const auto& spec = spec_of(u).spec;
  u.input = share(resolve(spec_of(u).with, item_of(u)));
  if (is_doubtful(u) && !u.approved) {
    ask_person(u, "an earlier attempt may have had its effect already; approve to run this step again");
    return;
  }
  if (spec.approve && !u.approved) {
    ask_person(u, "approve this step before it runs");
    return;
  }
  u.copies = spec.agree ? spec.agree->of - 1 : 0;
  send(u, call_for(u));
}

/// The next of the modules whose agreement is wanted: another one than those that were asked.
void run_machine::send_copy(unit_state& u) {
  --u.copies;
  if (!steps_left()) {
    u.copies = 0;  // fewer then; those that are still asked may agree all the same
    const bool open = std::any_of(u.attempts.begin(), u.attempts.end(), [](const auto& a) { return a.open; });
    return open ? void() : collect_agreement(u, {});
  }
  auto c = call_for(u);
  exclude_modules(c, u.attempts);
  send(u, std::move(c));
}

call_command run_machine::call_for(const unit_state& u) const {
  call_command c;
  if (&u == &s_.planning) return c;
  const auto& spec = spec_of(u).spec;
  c.step = unit_name(s_, u);
  c.capability = spec.ask;
  c.input = u.input;
  c.only = spec.only;
  c.exclude = spec.avoid;
  c.policy = spec.policy;
  c.timeout = duration{static_cast<std::int64_t>(spec.timeout_seconds * 1e9)};
  return c;
}

void run_machine::send(unit_state& u, call_command c) {
  if (!steps_left()) return unit_failed(u, errc::budget, "the budget of steps is used up");
  ++s_.attempts_made;
  ++s_.in_flight;
  attempt_state a;
  for (const auto& other : u.attempts) a.number = std::max(a.number, other.number + 1);
  u.attempts.push_back(std::move(a));
  u.at = unit_state::phase::running;
  u.input = c.input;
  u.refused = u.faulted = false;
  u.pending_verdicts.clear();
  u.score = 1;
  c.attempt = u.attempts.back().number;
  emit(std::move(c));
}

bool run_machine::steps_left() const { return !s_.task.budget.steps || s_.attempts_made < *s_.task.budget.steps; }

void run_machine::on_attempt_started(const event& e) {
  auto* u = find_unit(e.step);
  auto* a = u ? open_attempt(*u, e.attempt) : nullptr;
  if (!a) return;
  s_.micro_money_reserved += e.micro_money - a->micro_money;
  s_.tokens_reserved += e.tokens - a->tokens;
  a->started = true;
  a->module = e.module;
  a->version = e.version;
  a->began = e.at;
  a->micro_money = e.micro_money;
  a->tokens = e.tokens;
  if (e.data) u->effectful = e.data->get_string("effect") == "effectful";
  if (!waits_for_copy(*u)) return;
  if (has_room())
    send_copy(*u);
  else if (std::find(s_.queue.begin(), s_.queue.end(), index_of(*u)) == s_.queue.end())
    wait_for_room(*u);
}

namespace {

/// Whether an outcome says something about the module: not when the task, the budget or the run was at fault.
bool says_something(errc outcome) {
  return outcome != errc::cancelled && outcome != errc::budget && outcome != errc::no_route &&
         outcome != errc::bad_input;
}

}  // namespace

void run_machine::close_attempt(unit_state& u, attempt_state& a, const event& e) {
  s_.micro_money_reserved -= a.micro_money;
  s_.tokens_reserved -= a.tokens;
  s_.micro_money_spent += e.micro_money;
  s_.tokens_spent += e.tokens;
  --s_.in_flight;
  a.open = false;
  if (!e.module.empty()) a.module = e.module;
  a.outcome = e.outcome;
  a.took = e.queueing + e.handling;
  a.micro_money = e.micro_money;
  a.tokens = e.tokens;
  a.output = e.data;
  if (!never_reached(e.outcome)) doubt(u, a);
  if (&u != &s_.planning && !a.module.empty() && e.outcome != errc::none && says_something(e.outcome))
    emit(lesson_command{a.module, a.version, spec_of(u).spec.ask, false});
}

void run_machine::on_attempt_finished(const event& e) {
  auto* u = find_unit(e.step);
  auto* a = u ? open_attempt(*u, e.attempt) : nullptr;
  if (!a) return;
  if (!a->started) u->copies = 0;  // no route to another module
  close_attempt(*u, *a, e);
  if (u == &s_.planning) {
    if (e.outcome != errc::none) return planner_failed(e.outcome, e.text);
    return emit(check_plan_command{e.data});
  }
  if (u->at == unit_state::phase::running) {
    if (spec_of(*u).spec.agree)
      collect_agreement(*u, e);
    else if (e.outcome != errc::none)
      reflect(*u, e.outcome, e.text);
    else
      succeeded(*u, *a);
  }
  start_queued();
  finish_if_idle();
}

void run_machine::succeeded(unit_state& u, attempt_state& a) {
  if (!spec_of(u).spec.verify.empty()) return verify(u, a);
  emit(lesson_command{a.module, a.version, spec_of(u).spec.ask, true});
  unit_done(u, a.output);
}

namespace {

/// The tokens of a JSON Pointer.
std::vector<std::string> pointer_path(const std::string& pointer) {
  std::vector<std::string> path;
  for (const char c : pointer) {
    if (c == '/')
      path.emplace_back();
    else if (!path.empty() && path.back().ends_with('~') && (c == '0' || c == '1'))
      path.back().back() = c == '0' ? '\x01' : '/';
    else
      path.back() += c;
  }
  for (auto& key : path) std::replace(key.begin(), key.end(), '\x01', '~');
  return path;
}

/// One module's say in an agreement.
struct vote {
  std::size_t attempt;
  const value* part;
};

/// The answers that count: the last one of each module.
std::vector<vote> votes_of(const unit_state& u, const std::vector<std::string>& path) {
  std::vector<vote> votes;
  for (std::size_t i = 0; i < u.attempts.size(); ++i) {
    const auto& a = u.attempts[i];
    const auto* part = !a.open && a.outcome == errc::none && a.output ? follow(*a.output, path) : nullptr;
    if (!part) continue;
    std::erase_if(votes, [&](const vote& v) { return u.attempts[v.attempt].module == a.module; });
    votes.push_back({i, part});
  }
  return votes;
}

}  // namespace

/// Counts equal answers of different modules; decides as soon as the outcome is certain.
void run_machine::collect_agreement(unit_state& u, const event& last) {
  const auto& agree = *spec_of(u).spec.agree;
  const auto votes = votes_of(u, pointer_path(agree.on));
  std::int64_t best = 0;
  vote winner{};
  for (const auto& v : votes) {
    const auto same =
        std::count_if(votes.begin(), votes.end(), [&v](const vote& other) { return *other.part == *v.part; });
    if (same > best) best = same, winner = v;
  }
  if (best >= agree.need) {
    for (const auto& v : votes)
      emit(lesson_command{u.attempts[v.attempt].module, u.attempts[v.attempt].version, spec_of(u).spec.ask,
                          *v.part == *winner.part});
    cancel_open_attempts(u);
    const auto at = u.attempts.begin() + static_cast<std::ptrdiff_t>(winner.attempt);
    std::rotate(at, at + 1, u.attempts.end());  // the last attempt is the one that counts
    if (!spec_of(u).spec.verify.empty()) return verify(u, u.attempts.back());
    return unit_done(u, u.attempts.back().output);
  }
  const auto open = std::count_if(u.attempts.begin(), u.attempts.end(), [](const attempt_state& a) { return a.open; });
  if ((open > 0 || u.copies > 0) && best + open + u.copies >= agree.need) return;
  cancel_open_attempts(u);
  if (last.outcome == errc::no_route || last.outcome == errc::budget) return reflect(u, last.outcome, last.text);
  reflect(u, errc::rejected,
          std::to_string(best) + " of " + std::to_string(agree.of) + " modules agreed, " + std::to_string(agree.need) +
              " are needed");
}

void run_machine::verify(unit_state& u, attempt_state& a) {
  u.at = unit_state::phase::verifying;
  u.pending_verdicts = spec_of(u).spec.verify;
  u.refused = u.faulted = false;
  u.critique.clear();
  u.score = 1;
  ask_verifiers(u, a);
}

void run_machine::ask_verifiers(const unit_state& u, const attempt_state& a) {
  const auto input = share(object{{"input", *u.input}, {"output", a.output ? *a.output : value{}}});
  for (const auto& verifier : u.pending_verdicts) emit(verify_command{unit_name(s_, u), a.number, verifier, input});
}

void run_machine::on_verdict(const event& e) {
  auto* u = find_unit(e.step);
  auto* a = u && u->at == unit_state::phase::verifying ? last_attempt(*u) : nullptr;
  if (!a || a->number != e.attempt) return;
  const auto judged = std::find(u->pending_verdicts.begin(), u->pending_verdicts.end(), e.capability);
  if (judged == u->pending_verdicts.end()) return;
  u->pending_verdicts.erase(judged);
  s_.micro_money_spent += e.micro_money;
  s_.tokens_spent += e.tokens;
  learn_from_verifier(e);
  if (e.outcome != errc::none) {
    u->refused = true;
    u->faulted |= e.outcome == errc::rejected;
    if (!u->critique.empty()) u->critique += "\n";
    u->critique += e.text.empty() ? std::string{sentence(e.outcome)} : e.text;
  }
  u->score = std::min(u->score, e.score);
  if (!u->pending_verdicts.empty()) return;
  verdict_complete(*u, *a);
  start_queued();
  finish_if_idle();
}

/// A verifier is as reliable as it judges, whatever its verdict. Its failure is no fault of the module that it was to
/// judge.
void run_machine::learn_from_verifier(const event& e) {
  if (e.module.empty() || !says_something(e.outcome)) return;
  const bool judged = e.outcome == errc::none || e.outcome == errc::rejected;
  emit(lesson_command{e.module, e.version, e.capability, judged});
}

void run_machine::verdict_complete(unit_state& u, attempt_state& a) {
  if (u.faulted || !u.refused) emit(lesson_command{a.module, a.version, spec_of(u).spec.ask, !u.refused, u.refused});
  if (!u.refused) return unit_done(u, a.output);
  reflect(u, errc::rejected, u.critique);
}

void run_machine::unit_done(unit_state& u, shared_value output) {
  u.at = unit_state::phase::done;
  u.output = std::move(output);
  u.problem = errc::none;
  std::erase(s_.doubtful, unit_name(s_, u));
  event e;
  e.kind = event_kind::step_finished;
  e.step = unit_name(s_, u);
  if (const auto* a = last_attempt(u)) {
    e.attempt = a->number;
    e.module = a->module;
    e.version = a->version;
  }
  e.capability = spec_of(u).spec.ask;
  e.score = u.score;
  record(std::move(e));
  for (auto& a : u.attempts) a.output = nullptr;
  unit_closed(u);
}

void run_machine::unit_failed(unit_state& u, errc code, const std::string& why) {
  cancel_open_attempts(u);
  if (&u == &s_.planning) return planner_failed(code, why);
  u.at = unit_state::phase::failed;
  u.problem = code;
  event e;
  e.kind = event_kind::step_finished;
  e.step = unit_name(s_, u);
  e.outcome = code;
  e.capability = spec_of(u).spec.ask;
  e.text = why;
  record(std::move(e));
  if (!spec_of(u).spec.optional && s_.problem.empty()) {
    s_.outcome = code;
    s_.problem = "step \"" + unit_name(s_, u) + "\": " + why;
  }
  unit_closed(u);
}

void run_machine::unit_closed(unit_state& u) {
  auto& step = s_.steps[u.step];
  if (--step.open_units == 0) step_closed(u.step);
}

void run_machine::step_closed(std::uint32_t number) {
  auto& step = s_.steps[number];
  const auto& spec = s_.plan->steps[number].spec;
  array outputs;
  bool failed = false;
  for (auto i = step.first_unit; i < step.first_unit + step.units; ++i) {
    const auto& u = s_.units[i];
    failed |= u.at == unit_state::phase::failed;
    if (u.at == unit_state::phase::failed) step.outcome = u.problem;
    if (!spec.each.empty()) outputs.push_back(u.output ? *u.output : value{});
  }
  if (!spec.each.empty())
    step.output = share(std::move(outputs));
  else if (!failed)
    step.output = s_.units[step.first_unit].output;
  if (failed && !spec.optional) {
    step.at = step_state::phase::failed;
    if (!spec.each.empty()) step.output = nullptr;
    for (const auto next : s_.plan->steps[number].feeds) skip(next);
    return;
  }
  step.at = step_state::phase::done;
  feed(number);
}

void run_machine::feed(std::uint32_t number) {
  for (const auto next : s_.plan->steps[number].feeds) {
    auto& step = s_.steps[next];
    if (step.at == step_state::phase::blocked && --step.open_needs == 0) start_step(next);
  }
}

void run_machine::skip(std::uint32_t number) {
  auto& step = s_.steps[number];
  if (step.at != step_state::phase::blocked) return;
  step.at = step_state::phase::skipped;
  for (const auto next : s_.plan->steps[number].feeds) skip(next);
}

/// A module that acts on the world has had this attempt; unless the unit finishes, it must not run again unasked.
void run_machine::doubt(const unit_state& u, const attempt_state& a) {
  if (u.effectful && a.started && !is_doubtful(u)) s_.doubtful.push_back(unit_name(s_, u));
}

bool run_machine::is_doubtful(const unit_state& u) const {
  return !s_.doubtful.empty() &&
         std::find(s_.doubtful.begin(), s_.doubtful.end(), unit_name(s_, u)) != s_.doubtful.end();
}

void run_machine::cancel_open_attempts(unit_state& u) {
  u.copies = 0;
  if (u.at == unit_state::phase::verifying && !std::exchange(u.pending_verdicts, {}).empty())
    emit(cancel_command{unit_name(s_, u), u.attempts.back().number});
  for (auto& a : u.attempts) {
    if (!a.open) continue;
    doubt(u, a);
    a.open = false;
    a.outcome = errc::cancelled;
    s_.micro_money_reserved -= a.micro_money;
    s_.tokens_reserved -= a.tokens;
    // What a cancelled attempt has cost is not known; its reservation counts as spent.
    s_.micro_money_spent += a.micro_money;
    s_.tokens_spent += a.tokens;
    --s_.in_flight;
    emit(cancel_command{unit_name(s_, u), a.number});
  }
}

/// In a replay of a full journal the unit has ended already; after a snapshot this event is what says so.
void run_machine::on_step_finished(const event& e) {
  auto* u = find_unit(e.step);
  if (!u || u == &s_.planning || u->at == unit_state::phase::done || u->at == unit_state::phase::failed) return;
  if (!e.data && e.outcome == errc::none) return;
  cancel_open_attempts(*u);
  attempt_state a;
  a.number = e.attempt;
  a.open = false;
  a.module = e.module;
  a.version = e.version;
  a.took = e.handling;
  a.outcome = e.outcome;
  u->attempts.clear();
  if (e.attempt > 0) u->attempts.push_back(std::move(a));  // else a person decided before there was any
  u->at = e.data ? unit_state::phase::done : unit_state::phase::failed;
  u->problem = e.outcome;
  u->output = e.data;
  u->score = e.score;
  s_.micro_money_spent += e.micro_money;
  s_.tokens_spent += e.tokens;
  unit_closed(*u);
  start_queued();
  finish_if_idle();
}

void run_machine::on_approval_requested(const event& e) {
  auto* u = find_unit(e.step);
  if (!u || u == &s_.planning || u->at == unit_state::phase::asking || u->at == unit_state::phase::done) return;
  cancel_open_attempts(*u);
  u->at = unit_state::phase::asking;
  u->critique = e.text;
  const auto* shown = e.data ? e.data->find("output") : nullptr;
  if (shown && !shown->is_null()) {
    attempt_state a;
    a.open = false;
    a.output = share(*shown);
    u->attempts = {std::move(a)};
  }
  finish_if_idle();
}

void run_machine::on_approval_given(const event& e) {
  auto* u = find_unit(e.step);
  if (!u || u->at != unit_state::phase::asking) return;
  if (s_.status == run_status::waiting) s_.status = run_status::running;
  const bool approved = e.data && e.data->get_bool("approved");
  const auto* edit = e.data ? e.data->find("edit") : nullptr;
  const auto* a = last_attempt(*u);
  if (edit && !edit->is_null()) {
    unit_done(*u, share(*edit));
  } else if (approved && a && a->output) {
    unit_done(*u, a->output);
  } else if (approved) {
    u->approved = true;
    u->tries = 0;
    u->at = unit_state::phase::queued;
    wait_for_room(*u);
  } else {
    unit_failed(*u, errc::rejected, e.text.empty() ? "a person refused" : "a person refused: " + e.text);
  }
  start_queued();
  finish_if_idle();
}

}  // namespace agents::detail
