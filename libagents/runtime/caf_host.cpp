// SPDX-License-Identifier: Apache-2.0
// The only source that includes CAF: actors are CAF actors, their bodies know nothing of it.
#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <thread>

#include "libagents/runtime/actor_host.hpp"

namespace agents {
namespace {

using wake_atom = caf::atom_constant<caf::atom("wake")>;

/// Messages of one actor in a row before others run. Finite, or two busy actors would starve a third.
constexpr std::size_t max_throughput = 50;
constexpr std::size_t min_threads = 4;

/// A CAF actor around a body. `on_exit` must not run before the body is gone, so both live in the actor's class
/// members and are released in `on_exit()`, in this order.
class hosted_actor final : public caf::event_based_actor {
 public:
  hosted_actor(caf::actor_config& config, std::unique_ptr<actor_body> body,
               std::function<void(const actor_exit&)> notify)
      : caf::event_based_actor(config), body_(std::move(body)), notify_(std::move(notify)) {}

  caf::behavior make_behavior() override {
    return {[this](wake_atom) { take_turn(); }};
  }

  void on_exit() override {
    body_.reset();
    if (notify_) std::exchange(notify_, {})(exit_);
  }

 private:
  void take_turn() {
    switch (turn()) {
      case actor_body::turn_result::idle: return;
      case actor_body::turn_result::again: return send(this, wake_atom::value);
      case actor_body::turn_result::stopped: return quit();
      case actor_body::turn_result::crashed:
        exit_ = {false, body_->reason()};
        return quit(caf::exit_reason::unhandled_exception);
    }
  }

  actor_body::turn_result turn() {
    try {
      return body_->turn();
    } catch (const std::exception& e) {
      exit_ = {false, e.what()};
    } catch (...) {
      exit_ = {false, "an exception that is no std::exception"};
    }
    quit(caf::exit_reason::unhandled_exception);
    return actor_body::turn_result::idle;
  }

  std::unique_ptr<actor_body> body_;
  std::function<void(const actor_exit&)> notify_;
  actor_exit exit_;
};

class caf_ref final : public actor_ref {
 public:
  explicit caf_ref(caf::actor actor) : actor_(std::move(actor)) {}
  void wake() override { caf::anon_send(actor_, wake_atom::value); }

 private:
  caf::actor actor_;
};

class caf_host final : public actor_host {
 public:
  explicit caf_host(std::size_t threads) : system_(configure(config_, threads)) {}
  ~caf_host() override { system_.await_all_actors_done(); }

  std::shared_ptr<actor_ref> spawn(std::unique_ptr<actor_body> body, execution_mode mode,
                                   std::function<void(const actor_exit&)> on_exit) override {
    auto actor = mode == execution_mode::dedicated
                     ? system_.spawn<hosted_actor, caf::detached>(std::move(body), std::move(on_exit))
                     : system_.spawn<hosted_actor>(std::move(body), std::move(on_exit));
    auto ref = std::make_shared<caf_ref>(caf::actor_cast<caf::actor>(actor));
    ref->wake();
    return ref;
  }

  void join() override { system_.await_all_actors_done(); }

 private:
  static caf::actor_system_config& configure(caf::actor_system_config& config, std::size_t threads) {
    const auto cores = std::max<std::size_t>(std::thread::hardware_concurrency(), min_threads);
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-throughput", max_throughput);
    config.set("scheduler.max-threads", threads == 0 ? cores : threads);
    return config;
  }

  caf::actor_system_config config_;
  caf::actor_system system_;
};

}  // namespace

std::unique_ptr<actor_host> make_caf_host(std::size_t threads) { return std::make_unique<caf_host>(threads); }

}  // namespace agents
