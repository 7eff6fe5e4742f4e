// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/supervised_group.hpp"

#include <utility>

namespace agents {

using namespace supervision;

supervised_group::supervised_group(services& s, actor_host& host, std::string name, supervisor_flags flags,
                                   std::vector<declared_child> children)
    : services_(s), host_(host), name_(std::move(name)), flags_(flags), children_(std::move(children)) {}

void supervised_group::add(declared_child child) {
  std::shared_ptr<supervisor_port> port;
  supervised::farewell tell;
  {
    const std::lock_guard lock{mutex_};
    children_.push_back(child);
    port = port_;
    if (resting_) tell = child.who->down({exit_reason::kind::crashed, "its supervisor is down"});
  }
  if (tell) tell();
  if (!port) return;  // started with the supervisor
  port->start_child(child, [self = weak_from_this(), child, port](supervision::answer how, const std::string& why) {
    if (const auto group = self.lock()) group->on_added(child, port, how, why);
  });
}

void supervised_group::on_added(const declared_child& child, const std::shared_ptr<supervisor_port>& port,
                                supervision::answer how, const std::string& why) {
  if (how == supervision::answer::start_failed) {
    child.who->publish(
        {note_command::kind::gave_up, {}, 1, {exit_reason::kind::crashed, "it could not be started: " + why}, {}});
    forget(child.who);
    return child.who->down({exit_reason::kind::crashed, why})();
  }
  if (how == supervision::answer::refused) wait_for_next_life(child.who, port);
}

/// The supervisor was ending when it was asked. Its next life, if it has not begun already, begins with all children.
void supervised_group::wait_for_next_life(const std::shared_ptr<supervised>& who,
                                          const std::shared_ptr<supervisor_port>& asked) {
  supervised::farewell tell;
  {
    const std::lock_guard lock{mutex_};
    if (!port_ || port_ == asked) tell = who->down({exit_reason::kind::crashed, "its supervisor is down"});
  }
  if (tell) tell();
}

void supervised_group::terminate(const std::string& id, std::function<void()> done) {
  const auto port = below();
  if (!port) return done();
  port->ask(supervision::request::kind::terminate_child, id,
            [done = std::move(done)](supervision::answer, const std::string&) { done(); });
}

/// A temporary child was forgotten by the supervisor when it was stopped: then it is added again.
void supervised_group::restart(const std::string& id, std::function<void(expected<void>)> done) {
  const auto child = child_of(id);
  if (!child) return done(unexpected{errc::not_found, "no child `" + id + "`"});
  const auto port = below();
  if (!port) {
    wait_for_next_life(child->who, nullptr);
    return done({});
  }
  const auto settle = [self = shared_from_this(), who = child->who, port, done](supervision::answer how,
                                                                                const std::string& why) {
    if (how == supervision::answer::refused) self->wait_for_next_life(who, port);
    if (how != supervision::answer::start_failed) return done({});
    who->down({exit_reason::kind::crashed, why})();
    done(unexpected{errc::crashed, why});
  };
  port->ask(supervision::request::kind::restart_child, id,
            [port, child = *child, settle](supervision::answer how, const std::string& why) {
              if (how != supervision::answer::not_found) return settle(how, why);
              port->start_child(child, settle);
            });
}

std::optional<declared_child> supervised_group::child_of(const std::string& id) const {
  const std::lock_guard lock{mutex_};
  for (const auto& c : children_)
    if (c.spec.id == id) return c;
  return std::nullopt;
}

void supervised_group::remove(const std::string& id, std::function<void()> done) {
  {
    const std::lock_guard lock{mutex_};
    std::erase_if(children_, [&id](const declared_child& c) { return c.spec.id == id; });
  }
  terminate(id, [self = shared_from_this(), id, done = std::move(done)] {
    if (const auto port = self->below())
      port->ask(supervision::request::kind::delete_child, id,
                [done](supervision::answer, const std::string&) { done(); });
    else
      done();
  });
}

/// A life has ended; whether there will be another is the parent's decision.
void supervised_group::rest(const std::shared_ptr<supervisor_port>& port) {
  const std::lock_guard lock{mutex_};
  if (port_ != port) return;
  port_.reset();
  resting_ = true;
}

void supervised_group::forget(const std::shared_ptr<supervised>& who) {
  const std::lock_guard lock{mutex_};
  std::erase_if(children_, [&who](const declared_child& c) { return c.who == who; });
}

std::shared_ptr<supervisor_port> supervised_group::below() const {
  const std::lock_guard lock{mutex_};
  return port_;
}

void supervised_group::start(life_number, on_start started, on_end ended) {
  struct life {
    bool ready = false;
    exit_reason reason;
  };
  const auto how = std::make_shared<life>();
  const auto port = std::make_shared<supervisor_port>();
  std::vector<declared_child> children;
  {
    const std::lock_guard lock{mutex_};
    children = children_;
    port_ = port;
    resting_ = false;
  }
  auto body = std::make_unique<supervisor_actor>(
      services_, name_, flags_, std::move(children), port,
      [how, started] {
        how->ready = true;
        started(start_result::started, {});
      },
      [how](exit_reason reason) { how->reason = std::move(reason); });
  port->attach(
      host_.spawn(std::move(body), execution_mode::cooperative,
                  [self = shared_from_this(), how, started, ended = std::move(ended), port](const actor_exit& exit) {
                    port->close();
                    self->rest(port);
                    if (!exit.normal) how->reason = {exit_reason::kind::crashed, exit.reason};
                    if (how->ready)
                      ended(how->reason);
                    else
                      started(start_result::failed, how->reason.text);
                  }));
}

void supervised_group::stop() {
  if (const auto port = below()) port->stop();
}

supervised::farewell supervised_group::down(const exit_reason& why) {
  std::vector<supervised::farewell> all;
  const std::lock_guard lock{mutex_};
  for (const auto& c : children_) all.push_back(c.who->down(why));
  return [all = std::move(all)] {
    for (const auto& tell : all) tell();
  };
}

/// What its children do they publish themselves; here is what concerns the supervisor as a whole.
void supervised_group::publish(const note_command& what) {
  if (what.what == note_command::kind::restarting && what.group.empty())
    return services_.publish(group_restart(name_, what.reason, members()));
  event e;
  e.module = name_;
  e.outcome = errc::crashed;
  e.text = what.reason.text;
  if (what.what == note_command::kind::quarantined) {
    e.kind = event_kind::alert;
    e.text = "quarantined with everything below it; the last reason: " + what.reason.text;
  } else if (what.what == note_command::kind::exited && !what.reason.text.empty()) {
    e.kind = event_kind::replica_escalated;
  } else {
    return;
  }
  services_.publish(std::move(e));
}

std::vector<std::string> supervised_group::members() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> ids;
  for (const auto& c : children_) ids.push_back(c.spec.id);
  return ids;
}

value supervised_group::describe() const { return object{{"supervisor", name_}}; }

}  // namespace agents
