// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <exception>
#include <vector>

#include "libagents/core/exception_text.hpp"
#include "libagents/runtime/actor_host.hpp"

namespace agents {
namespace {

struct simulated_actor {
  std::unique_ptr<actor_body> body;
  std::function<void(const actor_exit&)> on_exit;
  bool ready = true;
};

class host final : public simulated_host {
 public:
  explicit host(std::uint64_t seed) : source_(seed) {}

  std::shared_ptr<actor_ref> spawn(std::unique_ptr<actor_body> body, execution_mode,
                                   std::function<void(const actor_exit&)> on_exit) override {
    auto actor = std::make_shared<simulated_actor>(simulated_actor{std::move(body), std::move(on_exit), true});
    actors_.push_back(actor);
    return std::make_shared<ref>(actor);
  }

  std::size_t run() override {
    std::size_t turns = 0;
    while (auto actor = draw()) {
      take_turn(*actor);
      ++turns;
    }
    return turns;
  }

  /// In one thread no turn can be stuck: it ends on its own.
  void abandon(const std::shared_ptr<actor_ref>&) override {}
  bool join() override {
    run();
    return true;
  }

 private:
  class ref final : public actor_ref {
   public:
    explicit ref(std::weak_ptr<simulated_actor> actor) : actor_(std::move(actor)) {}
    void wake() override {
      if (const auto actor = actor_.lock()) actor->ready = true;
    }

   private:
    std::weak_ptr<simulated_actor> actor_;
  };

  std::shared_ptr<simulated_actor> draw() {
    std::erase_if(actors_, [](const auto& a) { return !a->body; });
    std::vector<std::shared_ptr<simulated_actor>> ready;
    for (const auto& a : actors_)
      if (a->ready) ready.push_back(a);
    return ready.empty() ? nullptr : ready[source_.below(ready.size())];
  }

  static void take_turn(simulated_actor& actor) {
    actor.ready = false;
    actor_exit exit;
    auto result = actor_body::turn_result::crashed;
    try {
      result = actor.body->turn();
      exit.reason = actor.body->reason();
    } catch (...) {
      exit.reason = text_of(std::current_exception());
    }
    if (result == actor_body::turn_result::idle) return;
    if (result == actor_body::turn_result::again) {
      actor.ready = true;
      return;
    }
    exit.normal = result == actor_body::turn_result::stopped;
    actor.body.reset();
    if (actor.on_exit) std::exchange(actor.on_exit, {})(exit);
  }

  seeded_random source_;
  std::vector<std::shared_ptr<simulated_actor>> actors_;
};

}  // namespace

std::unique_ptr<simulated_host> make_simulated_host(std::uint64_t seed) { return std::make_unique<host>(seed); }

}  // namespace agents
