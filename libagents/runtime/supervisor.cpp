// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/supervisor.hpp"

#include <utility>

#include "libagents/core/exception_text.hpp"

namespace agents {
namespace {

using namespace supervision;

std::vector<child_spec> specs(const std::vector<declared_child>& children) {
  std::vector<child_spec> out;
  for (const auto& c : children) out.push_back(c.spec);
  return out;
}

std::string_view name_of(child_phase p) {
  switch (p) {
    case child_phase::stopped: return "stopped";
    case child_phase::starting: return "starting";
    case child_phase::running: return "running";
    case child_phase::stopping: return "stopping";
    case child_phase::restarting: return "restarting";
    case child_phase::quarantined: return "quarantined";
  }
  return "?";
}

/// False when it threw: for what others have given us to call, where nothing can be done about it.
template <class F>
bool quietly(const F& f) noexcept {
  try {
    f();
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

event group_restart(const std::string& name, const exit_reason& why, const std::vector<std::string>& children) {
  event e;
  e.kind = event_kind::group_restarted;
  e.module = name;
  e.outcome = why.is_orderly() ? errc::none : errc::crashed;
  e.text = why.text;
  e.data = share(array(children.begin(), children.end()));
  return e;
}

void supervisor_port::started(const start_command& which, start_result how, std::string why) {
  send(input{child_started{which.id, which.incarnation, how, std::move(why)}});
}
void supervisor_port::ended(const start_command& which, exit_reason why) {
  send(input{child_ended{which.id, which.incarnation, std::move(why)}});
}
void supervisor_port::timer_fired(std::uint64_t timer) { send(input{supervision::timer_fired{timer}}); }
void supervisor_port::stop() { send(input{stop_order{}}); }
void supervisor_port::start_child(declared_child child, on_answer done) {
  send(addition{std::move(child), std::move(done)});
}
void supervisor_port::ask(supervision::request::kind what, std::string id, on_answer done) {
  send(inquiry{what, std::move(id), std::move(done)});
}
void supervisor_port::describe(std::function<void(supervisor_description)> done) { send(description{std::move(done)}); }
void supervisor_port::send(signal s) {
  if (signals_.push(s))
    waker_.notify();
  else
    refuse(s);
}
void supervisor_port::close() {
  waker_.detach();
  for (const auto& s : signals_.close()) refuse(s);
}
void supervisor_port::refuse(const signal& s) {
  static const std::string why = "the supervisor has ended";
  const auto* add = std::get_if<addition>(&s);
  const auto* ask = std::get_if<inquiry>(&s);
  if (add && add->done) add->done(supervision::answer::refused, why);
  if (ask && ask->done) ask->done(supervision::answer::refused, why);
  if (const auto* d = std::get_if<description>(&s)) d->done({});
}

supervisor_actor::supervisor_actor(services& s, std::string name, supervisor_flags flags,
                                   std::vector<declared_child> children, std::shared_ptr<supervisor_port> self,
                                   std::function<void()> ready, std::function<void(exit_reason)> ended)
    : services_(s),
      name_(std::move(name)),
      jitter_(s.random.next()),
      rules_(flags, specs(children), jitter_),
      port_(std::move(self)),
      ready_(std::move(ready)),
      end_(std::move(ended)) {
  for (auto& c : children) children_.emplace(c.spec.id, std::move(c.who));
}

actor_body::turn_result supervisor_actor::turn() {
  port_->waker_.taken();
  auto signals = port_->signals_.drain();
  for (const auto& s : signals) account(s);
  if (!std::exchange(started_, true)) try_to([this] { obey(rules_.start(services_.clock.now())); });
  for (auto& s : signals) {
    try_to([&] { handle(s); });
    if (crash_) quietly([&] { supervisor_port::refuse(s); });
  }
  try_to([this] { settle(); });
  if (crash_) return lives_.empty() ? turn_result::crashed : turn_result::idle;
  return ended_ ? turn_result::stopped : turn_result::idle;
}

template <class F>
void supervisor_actor::try_to(const F& f) {
  if (crash_) return;
  try {
    f();
  } catch (...) {
    fall(text_of(std::current_exception()));
  }
}

/// From now on nothing is done but waiting for the ends of the children.
void supervisor_actor::fall(std::string why) {
  crash_ = std::move(why);
  for (const auto& [ticket, q] : std::exchange(questions_, {}))
    quietly([&done = q.done] {
      if (done) done(answer::refused, "the supervisor crashed");
    });
  std::erase_if(lives_, [this](const auto& life) { return !quietly([&] { children_.at(life.first)->kill(); }); });
  quietly([this] {
    event e;
    e.kind = event_kind::alert;
    e.module = name_;
    e.outcome = errc::crashed;
    e.text = reason() + "; everything below it is stopped, and started anew by its parent";
    services_.publish(std::move(e));
  });
}

/// Which lives there are, whatever becomes of the rules.
void supervisor_actor::account(const supervisor_port::signal& s) {
  const auto* news = std::get_if<input>(&s);
  if (!news) return;
  const auto over = [this](const auto& which) {
    const auto life = lives_.find(which.id);
    if (life != lives_.end() && life->second == which.incarnation) lives_.erase(life);
  };
  if (const auto* began = std::get_if<child_started>(news); began && began->result != start_result::started)
    over(*began);
  if (const auto* ended = std::get_if<child_ended>(news)) over(*ended);
}

void supervisor_actor::handle(supervisor_port::signal& s) {
  if (auto* add = std::get_if<supervisor_port::addition>(&s)) {
    supervision::request r;
    r.child = std::move(add->child.spec);
    r.ticket = ticket({std::move(add->done), r.child.id, std::move(add->child.who)});
    return obey(rules_.handle(std::move(r), services_.clock.now()));
  }
  if (auto* ask = std::get_if<supervisor_port::inquiry>(&s)) {
    supervision::request r;
    r.what = ask->what;
    r.child.id = std::move(ask->id);
    r.ticket = ticket({std::move(ask->done), ask->what == supervision::request::kind::delete_child ? r.child.id : ""});
    return obey(rules_.handle(std::move(r), services_.clock.now()));
  }
  if (const auto* d = std::get_if<supervisor_port::description>(&s)) return d->done(describe());
  obey(rules_.handle(std::move(std::get<input>(s)), services_.clock.now()));
}

void supervisor_actor::obey(std::vector<command> commands) {
  for (auto& c : commands) {
    if (const auto* start = std::get_if<start_command>(&c)) {
      this->start(*start);
    } else if (const auto* stop = std::get_if<stop_command>(&c)) {
      children_.at(stop->id)->stop();
    } else if (const auto* kill = std::get_if<kill_command>(&c)) {
      children_.at(kill->id)->kill();
    } else if (const auto* t = std::get_if<timer_command>(&c)) {
      services_.timers.at(t->when, [port = port_, id = t->timer] { port->timer_fired(id); });
    } else if (const auto* n = std::get_if<note_command>(&c)) {
      note(*n);
    } else if (const auto* a = std::get_if<answer_command>(&c)) {
      answer(*a);
    } else if (std::holds_alternative<ready_command>(c)) {
      if (ready_) ready_();
    } else {
      ended_ = true;
      settle();
      if (end_) std::exchange(end_, {})(std::get<end_command>(c).reason);
    }
  }
}

/// Whoever is added is known from its own request: another one with the same id may have been refused, or deleted.
void supervisor_actor::start(const start_command& c) {
  if (c.ticket != 0) {
    drop(c.id);
    children_[c.id] = questions_.at(c.ticket).who;
  }
  lives_[c.id] = c.incarnation;
  children_.at(c.id)->start(
      c.incarnation, [port = port_, c](start_result how, std::string why) { port->started(c, how, std::move(why)); },
      [port = port_, c](exit_reason why) { port->ended(c, std::move(why)); });
}

void supervisor_actor::note(const note_command& n) {
  if (n.what == note_command::kind::exited) last_ends_[n.id] = n.reason;
  if (n.what == note_command::kind::exited || n.what == note_command::kind::quarantined) fallen_[n.id] = n.reason;
  if (const auto who = children_.find(n.id); who != children_.end()) who->second->publish(n);
  if (!n.group.empty()) services_.publish(group_restart(name_, n.reason, n.group));
}

/// Tells those that have ended and do not come back, and forgets who is not declared any more.
void supervisor_actor::settle() {
  std::erase_if(fallen_, [this](const auto& f) {
    const auto& [id, reason] = f;
    const auto phase = rules_.phase_of(id);
    if (phase == child_phase::restarting || phase == child_phase::stopping) return false;  // not decided yet
    const auto who = children_.find(id);
    if (who == children_.end() || (phase != child_phase::stopped && phase != child_phase::quarantined)) return true;
    who->second->down(reason)();
    if (!rules_.declares(id)) {
      children_.erase(who);
      last_ends_.erase(id);
    }
    return true;
  });
}

/// Forgets a child that is not declared any more, or not as this one.
void supervisor_actor::drop(const std::string& id) {
  const auto who = children_.extract(id);
  const auto ended = fallen_.extract(id);
  last_ends_.erase(id);
  if (!who.empty() && !ended.empty()) who.mapped()->down(ended.mapped())();
}

std::uint64_t supervisor_actor::ticket(question q) {
  questions_.emplace(++last_ticket_, std::move(q));
  return last_ticket_;
}

void supervisor_actor::answer(const answer_command& a) {
  const auto q = questions_.extract(a.ticket);
  if (q.empty()) return;
  const auto& asked = q.mapped();
  if (!asked.id.empty() && !rules_.declares(asked.id)) drop(asked.id);
  if (asked.done) asked.done(a.what, a.text);
}

supervisor_description supervisor_actor::describe() const {
  supervisor_description d{rules_.flags(), {}};
  for (const auto& c : rules_.which_children()) {
    const auto& who = *children_.at(c.spec.id);
    object what{{"id", c.spec.id},
                {"type", c.spec.type == child_type::supervisor ? "supervisor" : "worker"},
                {"state", name_of(c.phase)},
                {"restart", to_string(c.spec.restart)},
                {"starts", static_cast<std::int64_t>(c.incarnation)},
                {"what", who.describe()}};
    if (const auto end = last_ends_.find(c.spec.id); end != last_ends_.end())
      what["last_end"] = object{{"reason", to_string(end->second.what)}, {"why", end->second.text}};
    d.children.push_back({std::move(what), who.below()});
  }
  return d;
}

}  // namespace agents
