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
  bool resting = false;
  {
    const std::lock_guard lock{mutex_};
    children_.push_back(child);
    port = port_;
    resting = resting_;
  }
  if (resting) child.who->down({exit_reason::kind::crashed, "its supervisor is down"});
  if (!port) return;  // started with the supervisor
  port->start_child(child, [self = weak_from_this(), who = child.who](supervision::answer how, const std::string& why) {
    if (how != supervision::answer::start_failed && how != supervision::answer::refused) return;
    who->publish(
        {note_command::kind::gave_up, {}, 1, {exit_reason::kind::crashed, "it could not be started: " + why}, {}});
    if (const auto group = self.lock()) group->forget(who);
    who->down({exit_reason::kind::crashed, why});
  });
}

void supervised_group::terminate(const std::string& id, std::function<void()> done) {
  const auto port = below();
  if (!port) return done();
  port->ask(supervision::request::kind::terminate_child, id,
            [done = std::move(done)](supervision::answer, const std::string&) { done(); });
}

void supervised_group::restart(const std::string& id) {
  if (const auto port = below()) port->ask(supervision::request::kind::restart_child, id, nullptr);
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

void supervised_group::down(const exit_reason& why) {
  const std::lock_guard lock{mutex_};
  for (const auto& c : children_) c.who->down(why);
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
