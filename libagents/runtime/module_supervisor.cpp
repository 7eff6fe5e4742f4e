// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/module_supervisor.hpp"

#include "libagents/runtime/worker.hpp"

namespace agents {
namespace {

std::vector<child_spec> specs(const std::vector<std::shared_ptr<replica>>& replicas) {
  std::vector<child_spec> out;
  for (const auto& r : replicas) out.push_back({r->name(), restart_type::permanent});
  return out;
}

}  // namespace

module_supervisor::module_supervisor(services& s, actor_host& host, module_factory factory, const manifest& m,
                                     module_options options, std::vector<std::shared_ptr<replica>> replicas,
                                     std::shared_ptr<port> self)
    : services_(s),
      host_(host),
      factory_(std::move(factory)),
      name_(m.name),
      version_(m.version),
      mode_(m.mode),
      options_(options),
      rules_(options.supervision, specs(replicas)),
      replicas_(std::move(replicas)),
      port_(std::move(self)) {}

actor_body::turn_result module_supervisor::turn() {
  port_->waker_.taken();
  if (!std::exchange(started_, true))
    for (std::size_t i = 0; i < replicas_.size(); ++i) start(i);
  for (auto& s : port_->signals_.drain()) {
    if (const auto* e = std::get_if<port::ended>(&s)) {
      on_ended(*e);
    } else if (const auto* d = std::get_if<port::due>(&s)) {
      if (!stopping_) start(d->child);
    } else {
      stopping_ = true;
      for (const auto& r : replicas_) r->stop();
    }
  }
  if (!stopping_ || alive_ != 0) return turn_result::idle;
  for (const auto& r : replicas_)  // of those that were between two incarnations
    r->close(services_, errc::cancelled, "the module is being stopped");
  return turn_result::stopped;
}

/// A factory that throws is a failing start: it counts as a crash.
void module_supervisor::start(std::size_t child) {
  const auto& r = replicas_[child];
  const auto incarnation = r->incarnations_.fetch_add(1) + 1;
  ++alive_;
  try {
    auto body = std::make_unique<worker>(services_, r, factory_());
    r->reopen();
    r->up.store(true);
    publish(event_kind::replica_started, child, errc::none, std::to_string(incarnation));
    r->waker_.attach(host_.spawn(std::move(body), mode_,
                                 [port = port_, child](const actor_exit& exit) { port->child_ended(child, exit); }));
  } catch (const std::exception& e) {
    port_->child_ended(child, {false, std::string{"the start failed: "} + e.what()});
  } catch (...) {
    port_->child_ended(child, {false, "the start failed: an exception that is no std::exception"});
  }
}

void module_supervisor::on_ended(const port::ended& e) {
  --alive_;
  const auto& r = replicas_[e.child];
  r->waker_.detach();
  publish(event_kind::replica_exited, e.child, e.exit.normal ? errc::none : errc::crashed, e.exit.reason);
  if (stopping_ || r->stopping()) return;
  const auto d = rules_.on_exit(e.child, e.exit.normal, services_.clock.now(), services_.random);
  if (d.escalate) return on_escalation(e.child, e.exit.reason);
  publish(event_kind::replica_restarted, e.child, errc::none, "crash: " + e.exit.reason);
  for (const auto i : d.start) later(i, d.delay);
}

/// The module's last resort: it rests, callers are refused at once, and then it gets another chance.
void module_supervisor::on_escalation(std::size_t child, const std::string& reason) {
  replicas_[child]->up.store(false);
  replicas_[child]->close(services_, errc::crashed, "the module is quarantined, it crashed too often: " + reason);
  publish(event_kind::alert, child, errc::crashed,
          "quarantined for " + std::to_string(static_cast<int>(seconds(options_.quarantine))) +
              " s after crashing too often; the last reason: " + reason);
  later(child, options_.quarantine);
}

void module_supervisor::later(std::size_t child, duration delay) {
  if (delay <= duration::zero()) return start(child);
  services_.timers.at(services_.clock.now() + delay, [port = port_, child] { port->start_due(child); });
}

void module_supervisor::publish(event_kind kind, std::size_t child, errc outcome, std::string text) {
  event e;
  e.kind = kind;
  e.module = name_;
  e.version = version_;
  e.step = replicas_[child]->name();
  e.attempt = static_cast<std::uint32_t>(replicas_[child]->incarnations());
  e.outcome = outcome;
  e.text = std::move(text);
  services_.publish(std::move(e));
}

}  // namespace agents
