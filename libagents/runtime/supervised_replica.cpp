// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/supervised_replica.hpp"

#include <atomic>
#include <mutex>

#include "libagents/contract/msgpack.hpp"
#include "libagents/core/exception_text.hpp"
#include "libagents/runtime/worker.hpp"

namespace agents {

using namespace supervision;

/// One life, as its supervisor and its watch know it.
struct supervised_replica::running {
  std::shared_ptr<worker_life> life = std::make_shared<worker_life>();
  std::shared_ptr<actor_ref> actor;
  on_end ended;
  kept_state::life kept = 0;
  std::atomic<bool> over{false};  ///< `ended` has been called, or is about to be
  std::mutex spawning;            ///< held until `actor` is known and the supervisor knows that it began
};

supervised_replica::supervised_replica(services& s, actor_host& host, module_factory factory,
                                       std::shared_ptr<const manifest> of, std::shared_ptr<replica> who,
                                       hang_limits limits)
    : services_(s),
      host_(host),
      factory_(std::move(factory)),
      manifest_(std::move(of)),
      replica_(std::move(who)),
      limits_(limits) {}

/// A factory that throws is a start that fails.
void supervised_replica::start(life_number, on_start started, on_end ended) {
  const auto stuck = replica_->stuck_.load();
  if (stuck >= limits_.abandoned_threads)
    return started(start_result::failed,
                   std::to_string(stuck) + " of its threads hang and cannot be stopped; run it as `process`");
  const auto life = std::make_shared<running>();
  life->ended = std::move(ended);
  try {
    auto m = factory_();
    if (auto ok = restore(m, *life); !ok) return started(start_result::failed, ok.error().message);
    auto body = std::make_unique<worker>(services_, replica_, life->life, watch(life), std::move(m), life->kept);
    replica_->begin_life();
    const std::lock_guard lock{life->spawning};
    life->actor =
        host_.spawn(std::move(body), manifest_->mode,
                    [self = shared_from_this(), life](const actor_exit& exit) { self->on_exit(*life, exit); });
    running_ = life;
    started(start_result::started, {});
    replica_->waker_.attach(life->actor);
  } catch (...) {
    started(start_result::failed, text_of(std::current_exception()));
  }
}

/// State that cannot be restored is a start that fails; after a few of these it is dropped.
expected<void> supervised_replica::restore(const module& m, running& life) {
  auto kept = replica_->kept().begin(m.state() != nullptr);
  life.kept = kept.which;
  if (kept.dropped) services_.publish(state_dropped(*manifest_, replica_->name()));
  if (!kept.state) return {};
  auto saved = unpack(kept.state->bytes);
  auto ok = saved ? restore_state(*m.state(), static_cast<std::uint32_t>(kept.state->version), std::move(*saved))
                  : expected<void>{saved.propagate()};
  if (ok) return ok;
  replica_->kept().ended(life.kept, true);
  return unexpected{ok.error().code, "its saved state cannot be restored: " + ok.error().message};
}

void supervised_replica::on_exit(running& life, const actor_exit& exit) {
  if (life.over.exchange(true)) {  // it had been given up, and has come back
    --replica_->stuck_;
    return;
  }
  const std::lock_guard lock{life.spawning};  // who ends in his first turn has been started nevertheless
  replica_->kept().ended(life.kept, !exit.normal);
  replica_->waker_.detach();
  const auto orderly = replica_->stopping() ? exit_reason::kind::shutdown : exit_reason::kind::normal;
  life.ended({exit.normal ? orderly : exit_reason::kind::crashed, exit.reason});
}

std::shared_ptr<hang_watch> supervised_replica::watch(const std::shared_ptr<running>& life) {
  return std::make_shared<hang_watch>(
      services_, manifest_->mode == execution_mode::cooperative, limits_,
      [self = weak_from_this(), life = std::weak_ptr{life}](const hang_watch::activity& what) {
        const auto s = self.lock();
        const auto l = life.lock();
        if (s && l) s->on_hang(*l, what);
      },
      [self = weak_from_this(), life = std::weak_ptr{life}] {
        const auto s = self.lock();
        const auto l = life.lock();
        if (s && l && !l->over) s->replica_->come_up();
      });
}

/// A thread of its own can be left behind. One of the scheduler's cannot: the module gets no requests until it returns.
void supervised_replica::on_hang(running& life, const hang_watch::activity& what) {
  const auto since = std::to_string(seconds(services_.clock.now() - what.since)).substr(0, 5) + " s";
  if (manifest_->mode == execution_mode::dedicated)
    return abandon(life, {exit_reason::kind::crashed, "hang: " + what.call->what.capability + " has not returned for " +
                                                          since + ", past its deadline; its thread is left behind"});
  replica_->up.store(false);
  alert("hang: " + what.call->what.capability + " has not returned for " + since +
        " and holds a thread that other modules need; let it `co_await`, or run it as `dedicated`");
}

void supervised_replica::abandon(running& life, const exit_reason& why) {
  if (life.over.exchange(true)) return;
  ++replica_->stuck_;
  replica_->kept().ended(life.kept, true);
  replica_->waker_.detach();
  const std::lock_guard lock{life.spawning};
  for (const auto& c : life.life->abandon()) {
    replica_->in_flight.fetch_sub(1, std::memory_order_relaxed);
    agents::answer(services_, {c, errc::crashed, why.text, {}, {}, {}, c->what.micro_money, c->what.tokens});
  }
  host_.abandon(life.actor);
  life.actor->wake();  // if it is not stuck but waits, it ends now
  life.ended(why);
}

void supervised_replica::alert(std::string text) {
  event e;
  e.kind = event_kind::alert;
  e.module = manifest_->name;
  e.version = manifest_->version;
  e.step = replica_->name();
  e.outcome = errc::crashed;
  e.text = std::move(text);
  services_.publish(std::move(e));
}

void supervised_replica::stop() { replica_->stop(); }

void supervised_replica::kill() {
  if (running_)
    abandon(*running_, {exit_reason::kind::killed, "killed: it did not end in the time it had to shut down"});
}

supervised::farewell supervised_replica::down(const exit_reason& why) {
  replica_->up.store(false);
  if (why.is_orderly()) return replica_->shut(services_, errc::cancelled, "the module is being stopped");
  return replica_->shut(services_, errc::crashed, "the module is down, it crashed too often: " + why.text);
}

namespace {

/// What was killed says so itself.
std::string restart_reason(const exit_reason& r) {
  if (r.what == exit_reason::kind::killed) return r.text;
  return (r.is_orderly() ? "it ended: " : "crash: ") + r.text;
}

}  // namespace

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
      e.text = restart_reason(what.reason);
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
                {"in_flight", static_cast<std::int64_t>(replica_->in_flight.load())},
                {"stuck_threads", static_cast<std::int64_t>(replica_->stuck_.load())}};
}

}  // namespace agents
