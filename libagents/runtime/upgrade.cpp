// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/upgrade.hpp"

#include <algorithm>
#include <utility>

#include "libagents/contract/compatibility.hpp"
#include "libagents/contract/json.hpp"

namespace agents {
namespace {

/// How often the state of things is looked at.
constexpr duration pace = std::chrono::milliseconds{5};

bool runs(const std::shared_ptr<replica>& r) { return r->up.load() && r->lives() > 0; }
/// In this order: a request is counted as in flight before it does not wait any more.
bool is_idle(const std::shared_ptr<replica>& r) { return r->waiting.load() == 0 && r->in_flight.load() == 0; }
/// It went down before it ever lived, or does not come back.
bool failed(const std::shared_ptr<replica>& r) { return !r->up.load() && r->lives() == 0; }

outcome_counts difference(const outcome_counts& now, const outcome_counts& before) {
  return {now.good - before.good, now.failed - before.failed};
}

std::string text_of(const outcome_counts& c) {
  return std::to_string(c.failed) + " of " + std::to_string(c.good + c.failed) + " requests failed";
}

expected<void> check_schema(const value& producer, const value& consumer, const std::string& what) {
  const auto c = compatible(producer, consumer);
  if (c.result != compatibility::result::no) return {};
  return unexpected{errc::bad_input, what + ", for example " + to_json(c.counterexample) + ": " + c.reason +
                                         "; raise its major version"};
}

}  // namespace

expected<void> check_successor(const manifest& old, const manifest& fresh) {
  if (old.version == fresh.version)
    return unexpected{errc::conflict, "the new one says that it is version " + old.version +
                                          " as well; raise the version in its manifest"};
  for (const auto& c : old.capabilities) {
    const auto same = std::find_if(fresh.capabilities.begin(), fresh.capabilities.end(),
                                   [&c](const capability_contract& o) { return o.id == c.id; });
    const auto id = c.id + " of version " + fresh.version;
    if (same == fresh.capabilities.end())
      return unexpected{errc::bad_input, "version " + fresh.version + " does not offer " + c.id +
                                             " any more; offer it, or add the new version as a module of its own"};
    if (auto ok = check_schema(c.input, same->input, id + " refuses input that version " + old.version + " takes"); !ok)
      return ok;
    if (auto ok =
            check_schema(same->output, c.output, id + " gives output that version " + old.version + " never gives");
        !ok)
      return ok;
  }
  return {};
}

upgrade::upgrade(services& s, supervision_tree& tree, task t, std::function<void()> registry_changed, on_end done)
    : services_(s),
      tree_(tree),
      task_(std::move(t)),
      registry_changed_(std::move(registry_changed)),
      done_(std::move(done)) {
  report_.module = task_.from.what->name;
  report_.from = task_.from.what->version;
  report_.to = task_.to.what->version;
}

expected<void> upgrade::begin() {
  const std::lock_guard lock{mutex_};
  begun_ = services_.clock.now();
  const std::vector<std::shared_ptr<replica_handle>> handles(task_.to.replicas.begin(), task_.to.replicas.end());
  if (auto ok = services_.registry.add(task_.to.what, handles, task_.to.options.circuit, 0); !ok) return ok;
  registry_changed_();
  publish("begins");
  if (task_.hand_over_state) {
    for (const auto& r : task_.to.replicas) r->hold();
    shift();
    enter(phase::draining_for_state, task_.how.drain);
  } else {
    tree_.add(task_.to.id, task_.make_child, task_.to.options, task_.to.replicas);
    enter(phase::starting, task_.how.start_limit);
  }
  return {};
}

void upgrade::abandon() { conclude(unexpected{errc::cancelled, "the node stops"}); }

void upgrade::enter(phase p, duration limit) {
  phase_ = p;
  until_ = services_.clock.now() + limit;
  arm();
}

void upgrade::arm() {
  services_.timers.at(services_.clock.now() + pace, [self = weak_from_this()] {
    if (const auto u = self.lock()) u->tick();
  });
}

void upgrade::tick() {
  const std::lock_guard lock{mutex_};
  const auto now = services_.clock.now();
  switch (phase_) {
    case phase::starting: on_starting(now); break;
    case phase::canary: on_canary(now); break;
    case phase::draining_for_state:
    case phase::draining:
    case phase::draining_back: on_draining(now); break;
    case phase::ending_for_state:
    case phase::removing:
    case phase::over: return;
  }
  if (phase_ != phase::ending_for_state && phase_ != phase::removing && phase_ != phase::over) arm();
}

void upgrade::on_starting(time_point now) {
  const auto& fresh = task_.to.replicas;
  if (std::all_of(fresh.begin(), fresh.end(), runs)) return began();
  if (now >= until_ || std::any_of(fresh.begin(), fresh.end(), failed))
    roll_back("version " + report_.to + " could not be started; its events say why");
}

void upgrade::began() {
  if (task_.hand_over_state) {
    for (const auto& r : task_.to.replicas) r->let_go();
    return remove(task_.from);
  }
  if (task_.how.canary.share <= 0) {
    shift();
    return enter(phase::draining, task_.how.drain);
  }
  judge_.emplace(task_.how.canary);
  fresh_before_ = counts_of(task_.to);
  old_before_ = counts_of(task_.from);
  set_share(task_.to, task_.how.canary.share);
  set_share(task_.from, 1 - task_.how.canary.share);
  publish("canary");
  enter(phase::canary, task_.how.canary.at_most);
}

void upgrade::on_canary(time_point now) {
  report_.fresh = difference(counts_of(task_.to), fresh_before_);
  report_.old = difference(counts_of(task_.from), old_before_);
  const bool is_last = now >= until_ || report_.fresh.good + report_.fresh.failed >= task_.how.canary.requests;
  if (is_last ? judge_->is_worse_at_last(report_.fresh, report_.old) : judge_->is_worse(report_.fresh, report_.old))
    return roll_back("it is worse: " + text_of(report_.fresh) + ", of version " + report_.from + " " +
                     text_of(report_.old));
  const bool all_run = std::all_of(task_.to.replicas.begin(), task_.to.replicas.end(), runs);
  if (now >= until_ && !all_run) return roll_back("version " + report_.to + " does not stay up");
  if (!is_last || !all_run) return;
  shift();
  enter(phase::draining, task_.how.drain);
}

/// From now on everything goes to the new version; what waits moves over.
void upgrade::shift() {
  set_share(task_.to, 1);
  set_share(task_.from, 0);
  const auto heirs = offers_of(task_.to);
  for (const auto& r : task_.from.replicas) r->retire(services_, heirs);
  publish("shifted");
}

void upgrade::on_draining(time_point now) {
  const auto& leaving = phase_ == phase::draining_back ? task_.to : task_.from;
  if (now < until_ && !std::all_of(leaving.replicas.begin(), leaving.replicas.end(), is_idle)) return;
  if (phase_ == phase::draining_back) return remove(leaving);
  publish("drained");
  if (phase_ == phase::draining) return remove(leaving);
  phase_ = phase::ending_for_state;
  tree_.terminate(task_.from.options.supervisor, task_.from.id, [self = shared_from_this()] {
    const std::lock_guard lock{self->mutex_};
    if (self->phase_ == phase::ending_for_state) self->begin_life_with_state();
  });
}

/// The old version has ended, and its requests wait in the mailboxes of the new one.
void upgrade::begin_life_with_state() {
  const auto& old = task_.from.replicas;
  for (std::size_t i = 0; i < old.size(); ++i)  // there are at least as many new ones
    if (auto state = old[i]->kept().copy()) task_.to.replicas[i]->kept().inherit(std::move(*state));
  tree_.add(task_.to.id, task_.make_child, task_.to.options, task_.to.replicas);
  enter(phase::starting, task_.how.start_limit);
}

void upgrade::roll_back(const std::string& why) {
  report_.rolled_back = true;
  report_.why = why;
  publish("rolled back: " + why, errc::rejected);
  set_share(task_.from, 1);
  set_share(task_.to, 0);
  if (task_.hand_over_state) bring_back();
  const auto heirs = offers_of(task_.from);
  for (const auto& r : task_.to.replicas) r->retire(services_, heirs);
  enter(phase::draining_back, task_.how.drain);
}

/// The old version goes on with its state. If it cannot, somebody must look.
void upgrade::bring_back() {
  for (const auto& r : task_.from.replicas) r->reinstate();
  tree_.restart(task_.from.options.supervisor, task_.from.id, [self = shared_from_this()](expected<void> ok) {
    if (ok) return;
    event e;
    e.kind = event_kind::alert;
    e.module = self->report_.module;
    e.version = self->report_.from;
    e.outcome = errc::crashed;
    e.text = "after the upgrade was rolled back it could not be started again: " + ok.error().message +
             "; its state is kept: upgrade it to a version that starts, or restart the node";
    self->services_.publish(std::move(e));
  });
}

void upgrade::remove(const module_version& v) {
  phase_ = phase::removing;
  services_.registry.remove(v.what->name, v.what->version);
  registry_changed_();
  tree_.remove(v.options.supervisor, v.id, [self = shared_from_this()] {
    const std::lock_guard lock{self->mutex_};
    if (self->phase_ == phase::removing) self->finish();
  });
}

void upgrade::finish() {
  report_.took = services_.clock.now() - begun_;
  if (!report_.rolled_back) publish("done");
  conclude(report_);
}

void upgrade::conclude(expected<upgrade_report> r) {
  on_end done;
  {
    const std::lock_guard lock{mutex_};
    phase_ = phase::over;
    done = std::exchange(done_, {});
  }
  if (done) done(std::move(r));
}

void upgrade::publish(std::string text, errc outcome) {
  event e;
  e.kind = event_kind::module_upgrade;
  e.module = report_.module;
  e.version = report_.to;
  e.outcome = outcome;
  e.text = std::move(text);
  services_.publish(std::move(e));
}

std::vector<shared_offer> upgrade::offers_of(const module_version& v) const {
  return services_.registry.of(v.what->name, v.what->version);
}

outcome_counts upgrade::counts_of(const module_version& v) const {
  const auto offers = offers_of(v);
  if (offers.empty()) return {};
  const auto& t = *offers.front()->traffic;
  return {t.good.load(), t.failed.load()};
}

void upgrade::set_share(const module_version& v, double share) {
  for (const auto& o : offers_of(v)) o->traffic->share = share;
}

}  // namespace agents
