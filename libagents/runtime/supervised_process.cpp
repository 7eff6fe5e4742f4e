// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/supervised_process.hpp"

#include <utility>

namespace agents {

using namespace supervision;

expected<process_life> launch_worker(services& s, worker_launcher& launcher, const process_options& o) {
  wire::node_session_settings session;
  session.heartbeat = o.heartbeat;
  session.silence = o.silence;
  session.grace = o.hang_grace;
  process_life life;
  life.port = std::make_shared<process_port>(s, o.name);
  auto process = launcher.launch(o.command, session, life.port);
  if (!process) return process.propagate();
  life.process = std::move(*process);
  return life;
}

supervised_process::supervised_process(services& s, actor_host& host, worker_launcher& launcher,
                                       const process_options& options, std::shared_ptr<const manifest> of,
                                       std::shared_ptr<replica> who, process_life first)
    : services_(s),
      host_(host),
      launcher_(launcher),
      options_(options),
      manifest_(std::move(of)),
      replica_(std::move(who)),
      as_replica_(std::make_shared<supervised_replica>(s, host, module_factory{}, manifest_, replica_, hang_limits{})),
      first_(std::move(first)) {}

expected<process_life> supervised_process::next_life() {
  const std::lock_guard lock{mutex_};
  if (abandoned_->load()) return unexpected{errc::cancelled, "the node stops"};
  auto life = first_.port ? expected<process_life>{std::move(first_)} : launch_worker(services_, launcher_, options_);
  first_ = {};
  if (life) current_ = life->port;
  return life;
}

exit_reason::kind supervised_process::kind_of_end(const actor_exit& exit, const replica& r, const process_port& port) {
  if (exit.normal) return r.stopping() ? exit_reason::kind::shutdown : exit_reason::kind::normal;
  return port.killed() ? exit_reason::kind::killed : exit_reason::kind::crashed;
}

/// A supervisor tries a failed start again, and says that it does.
start_result supervised_process::failure(const std::atomic<bool>& abandoned) {
  return abandoned.load() ? start_result::ignored : start_result::failed;
}

/// A start is over when the process said hello, or when it has ended before.
void supervised_process::start(life_number, on_start started, on_end ended) {
  auto life = next_life();
  if (!life) return started(failure(*abandoned_), life.error().message);
  const auto port = life->port;
  auto begun = std::make_shared<bool>(false);  // used by the actor, and after its end
  auto body =
      std::make_unique<remote_worker>(services_, replica_, manifest_, options_, std::move(*life), [begun, started] {
        *begun = true;
        started(start_result::started, {});
      });
  auto actor = host_.spawn(
      std::move(body), execution_mode::cooperative,
      [r = replica_, port, begun, abandoned = abandoned_, started, ended = std::move(ended)](const actor_exit& exit) {
        port->wake().detach();
        r->waker_.detach();
        if (!*begun) return started(failure(*abandoned), exit.reason);
        ended({kind_of_end(exit, *r, *port), exit.reason});
      });
  replica_->waker_.attach(actor);
  port->wake().attach(std::move(actor));
}

void supervised_process::kill() {
  const std::lock_guard lock{mutex_};
  if (const auto port = current_.lock()) port->push(process_port::kill_order{});
}

void supervised_process::abandon_starts() {
  const std::lock_guard lock{mutex_};
  abandoned_->store(true);
  if (const auto port = current_.lock()) port->push(process_port::start_abandoned{});
}

}  // namespace agents
