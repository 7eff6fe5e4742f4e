// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "libagents/contract/manifest.hpp"
#include "libagents/core/random.hpp"

namespace agents {

/// The part of an actor that is ours: everything but its scheduling. An actor owns its body and calls it from one
/// thread at a time. The body's messages lie in mailboxes of its own, which others fill before they wake the actor.
class actor_body {
 public:
  enum class turn_result : std::uint8_t {
    idle,     ///< nothing left to do until the next wake
    again,    ///< more to do; let others run first
    stopped,  ///< ended normally
    crashed,  ///< ended abnormally; `reason` says why
  };

  virtual ~actor_body() = default;
  /// Handles some messages. Must not block on a cooperative actor.
  virtual turn_result turn() = 0;
  /// Why the last turn crashed.
  [[nodiscard]] virtual std::string reason() const { return {}; }
  /// Its turns run no module's code and end soon, so a thread that is not the host's may take one: see
  /// `take_next_here`. Constant.
  [[nodiscard]] virtual bool is_brief() const { return false; }
};

/// A running actor, seen from outside. Callers: any thread.
class actor_ref {
 public:
  virtual ~actor_ref() = default;
  /// Makes the actor take a turn. Cheap; does nothing once it has ended.
  virtual void wake() = 0;
  /// The same, as the caller's last act: an actor that calls this may have the woken one's turn taken in its own thread
  /// when its own turn is over, which saves the hand-over to another thread. Until then it waits: `release_next_turn`.
  virtual void wake_next() { wake(); }
};

/// Called by an actor before it does something long: what it woke by `wake_next` is given to another thread.
void release_next_turn();

/// For a thread that is not the host's: the brief actor that it wakes by `wake_next` while the object exists takes its
/// turn in this thread, when the object ends. That saves a hand-over to another thread. In the host's own threads, and
/// within another one, it does nothing. The thread must hold no lock that a turn may want.
class take_next_here {
 public:
  take_next_here();
  take_next_here(const take_next_here&) = delete;
  take_next_here& operator=(const take_next_here&) = delete;
  ~take_next_here();

 private:
  const bool opened_;
};

/// How an actor ended.
struct actor_exit {
  bool normal = true;
  std::string reason;
};

/// Runs actors. A seam: `caf_host` runs them on CAF's scheduler, `simulated_host` in one thread, in an order drawn from
/// a seed.
class actor_host {
 public:
  virtual ~actor_host() = default;
  /// Starts an actor and wakes it once. `on_exit` is called once when it has ended, in any thread, after the body is
  /// destroyed.
  virtual std::shared_ptr<actor_ref> spawn(std::unique_ptr<actor_body> body, execution_mode mode,
                                           std::function<void(const actor_exit&)> on_exit) = 0;
  /// The actor is stuck in a turn that may never end: nobody is to wait for it.
  virtual void abandon(const std::shared_ptr<actor_ref>& actor) = 0;
  /// Waits until every actor has ended that was not abandoned. They must have been told to stop. False when abandoned
  /// ones are still there: then their thread may still use whatever their body knows.
  [[nodiscard]] virtual bool join() = 0;
};

/// On CAF, with `threads` scheduler threads (0: as many as cores, at least 4). See docs/architecture.md for its
/// settings.
[[nodiscard]] std::unique_ptr<actor_host> make_caf_host(std::size_t threads);

/// Deterministic: nothing runs until `run` is called, in the caller's thread.
class simulated_host : public actor_host {
 public:
  /// Takes turns, in an order drawn from the seed, until all actors are idle. Returns the number of turns.
  virtual std::size_t run() = 0;
};

[[nodiscard]] std::unique_ptr<simulated_host> make_simulated_host(std::uint64_t seed);

}  // namespace agents
