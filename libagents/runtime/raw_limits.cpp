// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/raw_limits.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <chrono>
#include <future>
#include <thread>

namespace agents {
namespace {

caf::behavior echo(caf::event_based_actor*) {
  return {[](int n) { return n; }};
}

void ask(caf::event_based_actor* self, const caf::actor& server, int left, std::promise<void>* done) {
  if (left == 0) return done->set_value();
  self->request(server, std::chrono::seconds{60}, left)
      .then([=](int) { ask(self, server, left - 1, done); }, [=](const caf::error&) { done->set_value(); });
}

caf::behavior client(caf::event_based_actor* self, const caf::actor& server, std::promise<void>* done) {
  return {[=](int n) { ask(self, server, n, done); }};
}

}  // namespace

double raw_caf_request_seconds(int n) {
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-throughput", std::size_t{50});
  config.set("scheduler.max-threads", std::max<std::size_t>(std::thread::hardware_concurrency(), 4));
  caf::actor_system system{config};
  std::promise<void> done;
  auto server = system.spawn(echo);
  auto asker = system.spawn(client, server, &done);
  const auto begin = std::chrono::steady_clock::now();
  caf::anon_send(asker, n);
  done.get_future().wait();
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  caf::anon_send_exit(asker, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
  return took / n;
}

}  // namespace agents
