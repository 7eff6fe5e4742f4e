// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "libagents/runtime/actor_host.hpp"

namespace agents {

/// Threads that are not the host's and take a turn (`take_next_here`). Shared by the turns of a host, which waits for
/// them before it ends.
class visitors {
 public:
  void enter() { there_.fetch_add(1, std::memory_order_acq_rel); }
  void leave() {
    if (there_.fetch_sub(1, std::memory_order_acq_rel) == 1) there_.notify_all();
  }
  void wait() const {
    for (auto n = there_.load(std::memory_order_acquire); n > 0; n = there_.load(std::memory_order_acquire))
      there_.wait(n, std::memory_order_acquire);
  }

 private:
  std::atomic<int> there_{0};
};

/// Who takes the turns of a body: one thread at a time, and at least one turn after each wake. A turn is due either by
/// a message to the scheduler (`post`) or because it was handed over to the thread that woke the body by `wake_next`.
///
/// Callers of `wake` and `wake_next`: any thread.
class turns final : public actor_ref, public std::enable_shared_from_this<turns> {
 public:
  /// `own_thread`: the body's turns, and nobody else's, are taken in a thread of its own.
  turns(std::unique_ptr<actor_body> body, bool own_thread, std::shared_ptr<visitors> of_host);

  /// `post` makes the scheduler call `run` once, or `end` if the body is `over`. Set before the first wake.
  void set_post(std::function<void()> post) { post_ = std::move(post); }

  void wake() override;
  void wake_next() override;

  /// Takes a turn that was posted, and then those that were handed over to this thread, up to a limit.
  void run();
  /// The body has ended: the scheduler is to call `end`.
  [[nodiscard]] bool over() const { return state_.load(std::memory_order_acquire) == state::over; }
  /// Destroys the body; wakes do nothing any more.
  void end();
  std::atomic<bool> abandoned{false};  ///< nobody waits for its end (any more)
  /// How the body ended.
  [[nodiscard]] const actor_exit& exit() const { return exit_; }

 private:
  friend void release_next_turn();
  friend class take_next_here;

  enum class state : std::uint8_t {
    idle,
    due,      ///< somebody was asked to take a turn
    running,  ///< in some thread
    again,    ///< running, and woken meanwhile
    over,
    ended,
  };

  bool claim();
  void take();
  static void visit(std::shared_ptr<turns> t);
  actor_body::turn_result turn();

  std::unique_ptr<actor_body> body_;
  const bool own_thread_;
  const bool brief_;
  const std::shared_ptr<visitors> visitors_;
  std::atomic<state> state_{state::idle};
  actor_exit exit_;
  std::function<void()> post_;
};

}  // namespace agents
