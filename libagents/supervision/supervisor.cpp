// SPDX-License-Identifier: Apache-2.0
#include "libagents/supervision/supervisor.hpp"

#include <algorithm>
#include <utility>

namespace agents::supervision {

supervisor::supervisor(supervisor_flags flags, std::vector<child_spec> children, random& source)
    : flags_(flags), random_(source) {
  if (is_simple()) {
    template_ = std::move(children.front());
    return;
  }
  for (auto& c : children) declare(std::move(c));
}

std::vector<command> supervisor::start(time_point now) {
  now_ = now;
  task t;
  t.what = task::kind::first_start;
  for (const auto& [o, c] : children_) t.starts.insert(t.starts.begin(), o);
  begin(std::move(t));
  return std::exchange(out_, {});
}

std::vector<command> supervisor::handle(input what, time_point now) {
  now_ = now;
  if (ended_) {
    if (const auto* r = std::get_if<request>(&what)) reply(r->ticket, answer::refused, "the supervisor has ended");
    return std::exchange(out_, {});
  }
  if (const auto* s = std::get_if<child_started>(&what)) {
    on_started(*s);
  } else if (auto* e = std::get_if<child_ended>(&what)) {
    auto* c = find(e->id, e->incarnation);
    if (c && task_ && awaited_.contains(e->id)) {
      if (c->phase == child_phase::starting)
        start_failed(*c, e->reason.text.empty() ? "it ended while it started" : e->reason.text);
      else
        has_stopped(*c, e->reason);
      advance();
    } else if (c && !c->ended_as) {
      c->ended_as = e->reason;
      pending_.emplace_back(std::move(*e));
    }
  } else if (auto* t = std::get_if<timer_fired>(&what)) {
    const auto kill = kills_.extract(t->timer);
    if (!kill.empty()) {
      const auto& [id, which] = kill.mapped();
      if (const auto* c = find(id, which); c && c->phase == child_phase::stopping)
        out_.emplace_back(kill_command{id, which});
    } else {
      pending_.emplace_back(*t);
    }
  } else if (auto* r = std::get_if<request>(&what)) {
    pending_.emplace_back(std::move(*r));
  } else {
    pending_.emplace_back(stop_order{});
  }
  while (!task_ && !ended_ && !pending_.empty()) {
    auto next = std::move(pending_.front());
    pending_.pop_front();
    process(std::move(next));
  }
  return std::exchange(out_, {});
}

void supervisor::process(pending what) {
  if (const auto* e = std::get_if<child_ended>(&what)) return on_ended(*e);
  if (const auto* t = std::get_if<timer_fired>(&what)) return resume(t->timer);
  if (const auto* r = std::get_if<request>(&what)) return on_request(*r);
  if (const auto* again = std::get_if<retry>(&what)) {
    auto* c = find(again->id);
    if (c && c->phase == child_phase::restarting && c->timer == 0)
      restart(*c, {exit_reason::kind::crashed, again->why});
    return;
  }
  shut_down({exit_reason::kind::shutdown, {}});
}

void supervisor::on_ended(const child_ended& e) {
  auto* c = find(e.id, e.incarnation);
  if (!c || !c->ended_as) return;  // it was stopped meanwhile, and this end was taken for that
  c->ended_as.reset();
  c->phase = child_phase::stopped;
  note(note_command::kind::exited, *c, e.reason);
  const auto type = c->spec.restart;
  if (type == restart_type::permanent || (type == restart_type::transient && !e.reason.is_orderly()))
    return restart(*c, e.reason);
  const child gone = *c;
  if (type == restart_type::temporary || is_simple()) forget(e.id);
  end_if_significant(gone);
}

void supervisor::on_started(const child_started& s) {
  auto* c = find(s.id, s.incarnation);
  if (!c || c->phase != child_phase::starting) return;
  if (s.result == start_result::failed) {
    start_failed(*c, s.text);
    return advance();
  }
  awaited_.erase(s.id);
  c->phase = s.result == start_result::started ? child_phase::running : child_phase::stopped;
  if (s.result == start_result::started) {
    note(note_command::kind::started, *c);
  } else {
    if (task_->what == task::kind::add || task_->what == task::kind::start_again) {
      reply(task_->ticket, answer::ignored);
      task_->ticket = 0;
    }
    if (c->spec.restart == restart_type::temporary || is_simple()) forget(s.id);
  }
  advance();
}

void supervisor::start_failed(child& c, const std::string& why) {
  awaited_.erase(c.spec.id);
  c.phase = child_phase::stopped;
  const exit_reason reason{exit_reason::kind::crashed, "the start failed: " + why};
  note(note_command::kind::exited, c, reason);
  auto& t = *task_;
  const auto not_started = std::exchange(t.starts, {});
  switch (t.what) {
    case task::kind::first_start: {
      if (flags_.retry_first_start) {
        c.phase = child_phase::restarting;
        t.starts = not_started;
        pending_.emplace_back(retry{c.spec.id, reason.text});
        return;
      }
      const auto text = "child `" + c.spec.id + "` could not be started: " + why;
      task_.reset();
      return shut_down({exit_reason::kind::shutdown, text});
    }
    case task::kind::restart:
      c.phase = child_phase::restarting;
      for (const auto o : not_started) {
        const auto other = children_.find(o);
        if (other == children_.end()) continue;
        other->second.phase = child_phase::restarting;     // with the next try …
        if (!is_affected_by(c, o)) t.starts.push_back(o);  // … or now, if it does not need the one that failed
      }
      pending_.emplace_back(retry{c.spec.id, reason.text});
      return;
    case task::kind::add:
      reply(std::exchange(t.ticket, 0), answer::start_failed, why);
      return forget(std::string{c.spec.id});
    case task::kind::start_again: return reply(std::exchange(t.ticket, 0), answer::start_failed, why);
    case task::kind::terminate:
    case task::kind::shut_down: return;  // start nothing
  }
}

void supervisor::begin(task t) {
  task_ = std::move(t);
  advance();
}

/// Goes on with the task until it has to wait.
void supervisor::advance() {
  while (task_) {
    if (!awaited_.empty() && !(task_->at_once && !task_->stops.empty())) return;
    if (stop_next()) continue;
    if (task_->rest > duration::zero()) {
      const auto t = std::exchange(task_, std::nullopt);
      return rest(t->starts, t->resting, t->rest);
    }
    if (!start_next()) complete();
  }
}

bool supervisor::stop_next() {
  auto& stops = task_->stops;
  if (stops.empty()) return false;
  const auto found = children_.find(stops.back());
  stops.pop_back();
  if (found == children_.end()) return true;
  auto& c = found->second;
  if (c.phase != child_phase::running) {
    c.timer = 0;
    c.phase = child_phase::stopped;
    if (c.spec.restart == restart_type::temporary) forget(std::string{c.spec.id});
    return true;
  }
  if (c.ended_as) {
    has_stopped(c, *c.ended_as);
    return true;
  }
  c.phase = child_phase::stopping;
  awaited_.insert(c.spec.id);
  if (c.spec.shutdown == brutal_kill) {
    out_.emplace_back(kill_command{c.spec.id, c.incarnation});
    return true;
  }
  out_.emplace_back(stop_command{c.spec.id, c.incarnation});
  if (c.spec.shutdown != infinity) kills_.emplace(arm(c.spec.shutdown), std::pair{c.spec.id, c.incarnation});
  return true;
}

bool supervisor::start_next() {
  auto& starts = task_->starts;
  if (starts.empty()) return false;
  const auto found = children_.find(starts.back());
  starts.pop_back();
  if (found == children_.end()) return true;
  auto& c = found->second;
  c.phase = child_phase::starting;
  c.timer = 0;
  ++c.incarnation;
  awaited_.insert(c.spec.id);
  out_.emplace_back(start_command{c.spec.id, c.incarnation, task_->what == task::kind::add ? task_->ticket : 0});
  return true;
}

void supervisor::complete() {
  const auto t = *std::exchange(task_, std::nullopt);
  if (t.what == task::kind::first_start) out_.emplace_back(ready_command{});
  if (t.ticket != 0) reply(t.ticket, answer::ok);
  if (t.what != task::kind::shut_down) return;
  ended_ = true;
  for (const auto& p : pending_)
    if (const auto* r = std::get_if<request>(&p)) reply(r->ticket, answer::refused, "the supervisor has ended");
  pending_.clear();
  out_.emplace_back(end_command{t.reason});
}

/// A child that was told to stop, or was to be told, has ended.
void supervisor::has_stopped(child& c, exit_reason reason) {
  awaited_.erase(c.spec.id);
  c.ended_as.reset();
  c.phase = child_phase::stopped;
  note(note_command::kind::exited, c, std::move(reason));
  if (c.spec.restart == restart_type::temporary || is_simple()) forget(std::string{c.spec.id});
}

void supervisor::restart(child& c, const exit_reason& reason) {
  if (too_many_restarts()) return give_up_on(c, reason);
  out_.emplace_back(note_command{note_command::kind::restarting, c.spec.id, c.incarnation, reason, {}, group_of(c)});
  task t;
  t.what = task::kind::restart;
  t.starts = affected_by(c);
  std::reverse(t.starts.begin(), t.starts.end());
  for (const auto o : affected_by(c))
    if (children_.at(o).phase != child_phase::stopped || children_.at(o).spec.restart == restart_type::temporary)
      t.stops.push_back(o);
  t.rest = backoff();
  c.phase = child_phase::stopped;
  begin(std::move(t));
}

void supervisor::give_up_on(child& c, const exit_reason& reason) {
  if (flags_.give_up == give_up::escalate) {
    note(note_command::kind::gave_up, c, reason);
    return shut_down(
        {exit_reason::kind::shutdown, "child `" + c.spec.id + "` was restarted too often, at last because: " +
                                          (reason.text.empty() ? std::string{to_string(reason.what)} : reason.text)});
  }
  out_.emplace_back(
      note_command{note_command::kind::quarantined, c.spec.id, c.incarnation, reason, flags_.quarantine, {}});
  restarts_.clear();
  task t;
  t.what = task::kind::restart;
  t.starts = affected_by(c);
  std::reverse(t.starts.begin(), t.starts.end());
  for (const auto o : affected_by(c))
    if (children_.at(o).phase == child_phase::running) t.stops.push_back(o);
  t.rest = std::max(flags_.quarantine, duration{1});
  t.resting = child_phase::quarantined;
  c.phase = child_phase::stopped;
  begin(std::move(t));
}

/// In order of declaration; the child itself included.
std::vector<supervisor::order> supervisor::affected_by(const child& c) const {
  const auto own = orders_.at(c.spec.id);
  if (is_simple()) return {own};
  if (flags_.strategy == strategy::one_for_one) return dependents(c);
  std::vector<order> all;
  for (const auto& [o, other] : children_)
    if (o >= own || flags_.strategy == strategy::one_for_all) all.push_back(o);
  return all;
}

/// Who is started when the child is restarted; nobody when it is alone.
std::vector<std::string> supervisor::group_of(const child& c) const {
  std::vector<std::string> group;
  for (const auto o : affected_by(c)) {
    const auto& other = children_.at(o);
    if (&other == &c || other.spec.restart != restart_type::temporary) group.push_back(other.spec.id);
  }
  return group.size() > 1 ? group : std::vector<std::string>{};
}

bool supervisor::is_affected_by(const child& c, order o) const {
  const auto all = affected_by(c);
  return std::find(all.begin(), all.end(), o) != all.end();
}

/// The child and the running ones that need it, directly or not.
std::vector<supervisor::order> supervisor::dependents(const child& c) const {
  const auto own = orders_.at(c.spec.id);
  std::vector<order> all{own};
  std::set<std::string_view> names{c.spec.id};
  for (auto it = children_.upper_bound(own); it != children_.end(); ++it) {
    const auto& other = it->second;
    const auto& needs = other.spec.depends_on;
    if (needs.empty() || other.phase == child_phase::stopped) continue;
    if (std::none_of(needs.begin(), needs.end(), [&names](const auto& n) { return names.contains(n); })) continue;
    all.push_back(it->first);
    names.insert(other.spec.id);
  }
  return all;
}

bool supervisor::too_many_restarts() {
  restarts_.push_back(now_);
  while (now_ - restarts_.front() > flags_.period) restarts_.pop_front();
  return restarts_.size() > flags_.intensity;
}

duration supervisor::backoff() {
  if (flags_.first_backoff <= duration::zero() || restarts_.size() < 2) return {};
  const auto doublings = std::min<std::size_t>(restarts_.size() - 2, 20);
  const auto limit = std::min(flags_.max_backoff, flags_.first_backoff * (std::int64_t{1} << doublings));
  return duration{static_cast<std::int64_t>(static_cast<double>(limit.count()) * random_.unit())};
}

void supervisor::rest(const std::vector<order>& who, child_phase as, duration how_long) {
  const auto timer = arm(how_long);
  for (const auto o : who) {
    const auto found = children_.find(o);
    if (found == children_.end()) continue;
    found->second.phase = as;
    found->second.timer = timer;
  }
}

/// Starts whoever still waits for this timer.
void supervisor::resume(std::uint64_t timer) {
  task t;
  t.what = task::kind::restart;
  for (const auto& [o, c] : children_)
    if (c.timer == timer) t.starts.insert(t.starts.begin(), o);
  if (!t.starts.empty()) begin(std::move(t));
}

void supervisor::end_if_significant(const child& c) {
  if (flags_.auto_shutdown == auto_shutdown::never || !c.spec.significant) return;
  const bool another = std::any_of(children_.begin(), children_.end(), [&c](const auto& other) {
    return other.second.spec.significant && other.second.phase != child_phase::stopped &&
           other.second.spec.id != c.spec.id;
  });
  if (flags_.auto_shutdown == auto_shutdown::all_significant && another) return;
  shut_down({exit_reason::kind::shutdown, "its significant child `" + c.spec.id + "` has ended"});
}

void supervisor::shut_down(exit_reason reason) {
  task t;
  t.what = task::kind::shut_down;
  t.at_once = is_simple();
  t.reason = std::move(reason);
  for (const auto& [o, c] : children_) t.stops.push_back(o);
  begin(std::move(t));
}

supervisor::child* supervisor::find(const std::string& id) {
  const auto found = orders_.find(id);
  return found == orders_.end() ? nullptr : &children_.at(found->second);
}

supervisor::child* supervisor::find(const std::string& id, life_number which) {
  auto* c = find(id);
  return c && c->incarnation == which ? c : nullptr;
}

supervisor::child& supervisor::declare(child_spec spec) {
  const auto o = ++last_order_;
  orders_.emplace(spec.id, o);
  auto& c = children_[o];
  c.spec = std::move(spec);
  return c;
}

void supervisor::forget(const std::string& id) {
  const auto found = orders_.find(id);
  children_.erase(found->second);
  orders_.erase(found);
}

void supervisor::note(note_command::kind what, const child& c, exit_reason reason) {
  out_.emplace_back(note_command{what, c.spec.id, c.incarnation, std::move(reason), {}, {}});
}

void supervisor::reply(std::uint64_t ticket, answer what, std::string text) {
  if (ticket != 0) out_.emplace_back(answer_command{ticket, what, std::move(text)});
}

std::uint64_t supervisor::arm(duration after) {
  out_.emplace_back(timer_command{++last_timer_, now_ + after});
  return last_timer_;
}

std::vector<child_info> supervisor::which_children() const {
  std::vector<child_info> all;
  for (const auto& [o, c] : children_) {
    all.push_back(c);
    all.back().phase = seen_phase(o);
  }
  return all;
}

child_phase supervisor::phase_of(const std::string& id) const {
  const auto found = orders_.find(id);
  return found == orders_.end() ? child_phase::stopped : seen_phase(found->second);
}

/// A child that was stopped to be started again is restarting, though its start has to wait for others.
child_phase supervisor::seen_phase(order o) const {
  const auto phase = children_.at(o).phase;
  if (phase != child_phase::stopped || !task_ || task_->what != task::kind::restart) return phase;
  const auto& starts = task_->starts;
  if (std::find(starts.begin(), starts.end(), o) == starts.end()) return phase;
  return task_->rest > duration::zero() ? task_->resting : child_phase::restarting;
}

child_count supervisor::count_children() const {
  child_count n;
  n.specs = is_simple() ? 1 : children_.size();
  for (const auto& [o, c] : children_) {
    n.active += c.phase == child_phase::running || c.phase == child_phase::stopping ? 1 : 0;
    ++(c.spec.type == child_type::supervisor ? n.supervisors : n.workers);
  }
  return n;
}

}  // namespace agents::supervision
