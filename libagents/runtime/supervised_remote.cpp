// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/supervised_remote.hpp"

#include <utility>

namespace agents {

using namespace supervision;

namespace {

/// Passes reports on, and makes the end of the session the end of the process: nobody else sees it end.
class remote_listener final : public wire::worker_listener {
 public:
  explicit remote_listener(std::shared_ptr<process_port> port) : port_(std::move(port)) {}
  void on_report(wire::node_report r) override {
    const auto* over = std::get_if<wire::report::closed>(&r);
    const bool orderly = over && over->code == errc::none;
    const auto how = over ? (over->text.empty() ? "it said goodbye" : over->text) : std::string{};
    const bool is_over = over != nullptr;
    port_->on_report(std::move(r));
    if (is_over) port_->on_exit(how, orderly);
  }

 private:
  std::shared_ptr<process_port> port_;
};

/// A worker whose process is out of reach: all that can be ended is its session.
class remote_process final : public launched_worker {
 public:
  remote_process(std::shared_ptr<wire::worker_link> link, std::shared_ptr<wire::worker_listener> listener)
      : link_(std::move(link)), listener_(std::move(listener)) {}
  remote_process(const remote_process&) = delete;
  remote_process& operator=(const remote_process&) = delete;
  ~remote_process() override { link_->close(errc::node_down, "the worker is not needed any more"); }

  [[nodiscard]] wire::worker_link& link() override { return *link_; }
  void terminate() override {}  // it was told to drain
  void kill() override {}       // who wants it to end closes the session too
  [[nodiscard]] bool is_elsewhere() const override { return true; }

 private:
  std::shared_ptr<wire::worker_link> link_;
  std::shared_ptr<wire::worker_listener> listener_;  // links know their listeners weakly
};

}  // namespace

struct supervised_remote::life {
  life_number number = 0;
  on_end ended;
  std::string worker;                  ///< who has the place; "" while it is open
  std::shared_ptr<process_port> port;  ///< of that worker
  bool registered = false;             ///< it serves, or has served
  bool stopping = false;
};

supervised_remote::supervised_remote(services& s, actor_host& host, const process_options& options,
                                     std::shared_ptr<const manifest> of, std::shared_ptr<replica> who)
    : services_(s), host_(host), options_(options), replica_(std::move(who)) {
  replica_->up.store(false);
  become(of);
}

void supervised_remote::become(const std::shared_ptr<const manifest>& of) {
  const std::lock_guard lock{mutex_};
  manifest_ = of;
  as_replica_ = std::make_shared<supervised_replica>(services_, host_, module_factory{}, of, replica_, hang_limits{});
}

std::shared_ptr<supervised_replica> supervised_remote::as_replica() const {
  const std::lock_guard lock{mutex_};
  return as_replica_;
}

// --- The supervisor's side ---

/// Only then may a worker take the place: `started` comes before `ended`.
void supervised_remote::start(life_number which, on_start started, on_end ended) {
  started(start_result::started, {});
  auto l = std::make_shared<life>();
  l->number = which;
  l->ended = std::move(ended);
  const std::lock_guard lock{mutex_};
  life_ = std::move(l);
}

void supervised_remote::stop() {
  std::shared_ptr<life> open;
  {
    const std::lock_guard lock{mutex_};
    if (!life_) return;
    life_->stopping = true;
    if (life_->worker.empty()) open = std::exchange(life_, nullptr);
  }
  if (open) return open->ended({exit_reason::kind::shutdown, {}});
  replica_->stop();
}

void supervised_remote::kill() {
  std::shared_ptr<life> open;
  std::shared_ptr<process_port> port;
  {
    const std::lock_guard lock{mutex_};
    if (!life_) return;
    life_->stopping = true;
    port = life_->port;
    if (!port) open = std::exchange(life_, nullptr);
  }
  if (open) return open->ended({exit_reason::kind::killed, {}});
  port->push(process_port::kill_order{});
}

/// What observers are told is when a worker comes and goes, not when a place is open.
void supervised_remote::publish(const note_command& what) {
  if (what.what == note_command::kind::started) return;
  if (what.what == note_command::kind::exited && what.reason.text.empty()) return;  // nobody was there
  as_replica()->publish(what);
}

value supervised_remote::describe() const {
  auto out = as_replica()->describe();
  const std::lock_guard lock{mutex_};
  auto& o = out.as_object();
  o["mode"] = "remote";
  o["expected"] = !life_ || !life_->registered;
  if (life_ && life_->registered) o["worker"] = life_->worker;
  return out;
}

// --- The worker's side ---

std::optional<worker_place> supervised_remote::take(const std::string& worker) {
  std::shared_ptr<life> l;
  {
    const std::lock_guard lock{mutex_};
    if (!life_ || !life_->worker.empty() || life_->stopping) return std::nullopt;
    l = life_;
    l->worker = worker;
    l->port = std::make_shared<process_port>(services_, manifest_->name);
  }
  const auto listener = std::make_shared<remote_listener>(l->port);
  wire::node_session_settings session;
  session.heartbeat = options_.heartbeat;
  session.silence = options_.silence;
  session.grace = options_.hang_grace;
  return worker_place{listener, session,
                      [self = shared_from_this(), l, listener](std::shared_ptr<wire::worker_link> link) {
                        self->begin(l, {l->port, std::make_unique<remote_process>(std::move(link), listener)});
                      }};
}

void supervised_remote::begin(const std::shared_ptr<life>& l, process_life process) {
  std::shared_ptr<const manifest> of;
  {
    const std::lock_guard lock{mutex_};
    of = manifest_;
  }
  auto body = std::make_unique<remote_worker>(services_, replica_, std::move(of), options_, std::move(process),
                                              [self = weak_from_this(), l = std::weak_ptr{l}] {
                                                const auto s = self.lock();
                                                const auto now = l.lock();
                                                if (s && now) s->announce(*now);
                                              });
  const auto actor = host_.spawn(std::move(body), execution_mode::cooperative,
                                 [self = shared_from_this(), l](const actor_exit& exit) { self->on_exit(l, exit); });
  replica_->waker_.attach(actor);
  l->port->wake().attach(actor);
}

/// The worker serves. Who was told to stop meanwhile stops now: a life that begins forgets that.
void supervised_remote::announce(const life& which) {
  bool stopping = false;
  event e;
  e.kind = event_kind::replica_started;
  e.step = replica_->name();
  e.attempt = static_cast<std::uint32_t>(which.number);
  e.text = std::to_string(which.number);
  {
    const std::lock_guard lock{mutex_};
    if (life_) life_->registered = true;
    stopping = which.stopping;
    e.module = manifest_->name;
    e.version = manifest_->version;
  }
  services_.publish(std::move(e));
  if (stopping) replica_->stop();
}

void supervised_remote::on_exit(const std::shared_ptr<life>& l, const actor_exit& exit) {
  l->port->wake().detach();
  replica_->waker_.detach();
  replica_->up.store(false);
  const auto why = exit.reason.empty() ? "the worker " + l->worker + " has left" : exit.reason;
  replica_->close(services_, errc::node_down, why);
  bool stopping = false;
  {
    const std::lock_guard lock{mutex_};
    stopping = l->stopping;
    life_ = nullptr;
  }
  const auto orderly = stopping ? exit_reason::kind::shutdown : exit_reason::kind::normal;
  l->ended({exit.normal ? orderly : exit_reason::kind::crashed, why});
}

}  // namespace agents
