// SPDX-License-Identifier: Apache-2.0
// The only source that includes CAF: actors are CAF actors, their bodies know nothing of it.
#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/logger.hpp>
#include <caf/send.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "libagents/runtime/turns.hpp"

namespace agents {
namespace {

using wake_atom = caf::atom_constant<caf::atom("wake")>;

/// Messages of one actor in a row before others run. Finite, or two busy actors would starve a third.
constexpr std::size_t max_throughput = 50;
constexpr std::size_t min_threads = 4;

/// A CAF actor whose turns are a body's.
class hosted_actor final : public caf::event_based_actor {
 public:
  hosted_actor(caf::actor_config& config, std::shared_ptr<turns> of, std::function<void(const actor_exit&)> notify)
      : caf::event_based_actor(config), turns_(std::move(of)), notify_(std::move(notify)) {}

  caf::behavior make_behavior() override {
    return {[this](wake_atom) {
      if (!turns_->over())
        turns_->run();
      else
        quit();
    }};
  }

  void on_exit() override {
    turns_->end();
    if (notify_) std::exchange(notify_, {})(turns_->exit());
    turns_.reset();  // it holds us
  }

 private:
  std::shared_ptr<turns> turns_;
  std::function<void(const actor_exit&)> notify_;
};

/// CAF gives each thread that spawns an actor a share of the system's logger, and the system's destructor waits until
/// all shares are gone. A thread that is not CAF's own, and may outlive the system, gives its share back.
class foreign_thread {
 public:
  foreign_thread() : is_foreign_(caf::logger::current_logger() == nullptr) {}
  foreign_thread(const foreign_thread&) = delete;
  foreign_thread& operator=(const foreign_thread&) = delete;
  ~foreign_thread() {
    if (is_foreign_) caf::logger::set_current_actor_system(nullptr);
  }

 private:
  bool is_foreign_;
};

/// How many actors there are, and how many of them nobody waits for.
class population {
 public:
  void add() {
    const std::lock_guard lock{mutex_};
    ++alive_;
  }
  void remove(turns& of) {
    const std::lock_guard lock{mutex_};
    --alive_;
    if (of.abandoned.exchange(true)) --abandoned_;  // from now on it cannot be abandoned any more
    changed_.notify_all();
  }
  void abandon(turns& of) {
    const std::lock_guard lock{mutex_};
    if (of.abandoned.exchange(true)) return;
    ++abandoned_;
    changed_.notify_all();
  }
  /// Waits for the others. True when there are no abandoned ones.
  bool wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return alive_ == abandoned_; });
    return abandoned_ == 0;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t alive_ = 0;
  std::size_t abandoned_ = 0;
};

class caf_host final : public actor_host {
 public:
  explicit caf_host(std::size_t threads) : system_(std::make_unique<system>(threads)) {}
  /// Destroying the actor system would wait for the abandoned ones, too.
  ~caf_host() override {
    if (!all_->wait()) static_cast<void>(system_.release());
    visitors_->wait();
  }

  std::shared_ptr<actor_ref> spawn(std::unique_ptr<actor_body> body, execution_mode mode,
                                   std::function<void(const actor_exit&)> on_exit) override {
    const bool own_thread = mode == execution_mode::dedicated;
    const foreign_thread visit;
    auto ref = std::make_shared<turns>(std::move(body), own_thread, visitors_);
    auto notify = [all = all_, of = ref.get(), on_exit = std::move(on_exit)](const actor_exit& exit) {
      if (on_exit) on_exit(exit);
      all->remove(*of);
    };
    auto& actors = system_->actors;
    auto actor =
        caf::actor_cast<caf::actor>(own_thread ? actors.spawn<hosted_actor, caf::detached>(ref, std::move(notify))
                                               : actors.spawn<hosted_actor>(ref, std::move(notify)));
    all_->add();  // it has not been woken yet
    ref->set_post([actor = std::move(actor)] { caf::anon_send(actor, wake_atom::value); });
    ref->wake();
    return ref;
  }

  void abandon(const std::shared_ptr<actor_ref>& actor) override { all_->abandon(static_cast<turns&>(*actor)); }
  bool join() override { return all_->wait(); }

 private:
  struct system {
    explicit system(std::size_t threads) : actors(configure(config, threads)) {}
    caf::actor_system_config config;
    caf::actor_system actors;
  };

  static caf::actor_system_config& configure(caf::actor_system_config& config, std::size_t threads) {
    const auto cores = std::max<std::size_t>(std::thread::hardware_concurrency(), min_threads);
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-throughput", max_throughput);
    config.set("scheduler.max-threads", threads == 0 ? cores : threads);
    return config;
  }

  std::shared_ptr<population> all_ = std::make_shared<population>();
  std::shared_ptr<visitors> visitors_ = std::make_shared<visitors>();
  std::unique_ptr<system> system_;
};

}  // namespace

std::unique_ptr<actor_host> make_caf_host(std::size_t threads) { return std::make_unique<caf_host>(threads); }

}  // namespace agents
