// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/supervised_replica.hpp"

#include "libagents/runtime/worker.hpp"

namespace agents {

using namespace supervision;

supervised_replica::supervised_replica(services& s, actor_host& host, module_factory factory,
                                       std::shared_ptr<const manifest> of, std::shared_ptr<replica> who)
    : services_(s), host_(host), factory_(std::move(factory)), manifest_(std::move(of)), replica_(std::move(who)) {}

/// A factory that throws is a start that fails.
void supervised_replica::start(life_number, on_start started, on_end ended) {
  try {
    auto body = std::make_unique<worker>(services_, replica_, factory_());
    replica_->begin_life();
    started(start_result::started, {});
    replica_->waker_.attach(
        host_.spawn(std::move(body), manifest_->mode, [r = replica_, ended = std::move(ended)](const actor_exit& exit) {
          r->waker_.detach();
          const auto orderly = r->stopping() ? exit_reason::kind::shutdown : exit_reason::kind::normal;
          ended({exit.normal ? orderly : exit_reason::kind::crashed, exit.reason});
        }));
  } catch (const std::exception& e) {
    started(start_result::failed, e.what());
  } catch (...) {
    started(start_result::failed, "an exception that is no std::exception");
  }
}

void supervised_replica::stop() { replica_->stop(); }

void supervised_replica::kill() { replica_->kill(); }

void supervised_replica::down(const exit_reason& why) {
  replica_->up.store(false);
  if (why.is_orderly())
    replica_->close(services_, errc::cancelled, "the module is being stopped");
  else
    replica_->close(services_, errc::crashed, "the module is down, it crashed too often: " + why.text);
}

void supervised_replica::publish(const note_command& what) {
  event e;
  e.module = manifest_->name;
  e.version = manifest_->version;
  e.step = replica_->name();
  e.attempt = static_cast<std::uint32_t>(what.incarnation);
  e.outcome = what.reason.is_orderly() ? errc::none : errc::crashed;
  e.text = what.reason.text;
  switch (what.what) {
    case note_command::kind::started:
      e.kind = event_kind::replica_started;
      e.text = std::to_string(what.incarnation);
      break;
    case note_command::kind::exited: e.kind = event_kind::replica_exited; break;
    case note_command::kind::restarting:
      e.kind = event_kind::replica_restarted;
      e.outcome = errc::none;
      e.text = (what.reason.is_orderly() ? "it ended: " : "crash: ") + what.reason.text;
      break;
    case note_command::kind::quarantined:
      e.kind = event_kind::alert;
      e.text = "quarantined for " + std::to_string(static_cast<int>(seconds(what.rest))) +
               " s after crashing too often; the last reason: " + what.reason.text;
      break;
    case note_command::kind::gave_up:
      e.kind = event_kind::replica_escalated;
      e.text = "crashed too often, its supervisor gives up; the last reason: " + what.reason.text;
      break;
  }
  services_.publish(std::move(e));
}

value supervised_replica::describe() const {
  return object{{"module", manifest_->name},
                {"version", manifest_->version},
                {"mode", to_string(manifest_->mode)},
                {"waiting", static_cast<std::int64_t>(replica_->waiting.load())},
                {"in_flight", static_cast<std::int64_t>(replica_->in_flight.load())}};
}

}  // namespace agents
