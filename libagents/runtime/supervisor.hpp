// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "libagents/core/value.hpp"
#include "libagents/runtime/mailbox.hpp"
#include "libagents/runtime/replica.hpp"
#include "libagents/supervision/supervisor.hpp"

namespace agents {

class supervisor_port;

/// Somebody who is supervised: how a life of his begins and is ended. Called by his supervisor's actor only.
class supervised {
 public:
  using on_start = std::function<void(supervision::start_result, std::string why)>;
  using on_end = std::function<void(supervision::exit_reason)>;

  virtual ~supervised() = default;
  /// Begins a life. `started` is called once, and `ended` once after it if the life has begun; in any thread, also
  /// before this returns.
  virtual void start(supervision::life_number which, on_start started, on_end ended) = 0;
  /// Tells it to shut down in order; `ended` follows.
  virtual void stop() = 0;
  /// Ends it whatever it does; `ended` follows at once.
  virtual void kill() = 0;
  /// It is down and not about to be started: nobody is let in any more. Whoever waits for it must not go on waiting:
  /// what is returned tells them. It runs what others gave us, and is to be called without a lock.
  using farewell = std::function<void()>;
  [[nodiscard]] virtual farewell down(const supervision::exit_reason& why) = 0;
  /// What its supervisor did about it, for observers.
  virtual void publish(const supervision::note_command& what) = 0;
  /// What it is: an object.
  [[nodiscard]] virtual value describe() const = 0;
  /// If it is a supervisor that runs: how it is reached.
  [[nodiscard]] virtual std::shared_ptr<supervisor_port> below() const { return nullptr; }
};

struct declared_child {
  supervision::child_spec spec;
  std::shared_ptr<supervised> who;
};

/// A supervisor and its children, as data: the supervision tree is made of these.
struct supervisor_description {
  struct child {
    value what;  ///< {id, type, state, restart, starts, last_end?: {reason, why}, what: {…}}
    std::shared_ptr<supervisor_port> below;  ///< null for a worker
  };
  supervision::supervisor_flags flags;
  std::vector<child> children;
};

/// How a supervisor is reached. Callers: any thread.
class supervisor_port {
 public:
  using on_answer = std::function<void(supervision::answer, const std::string& why)>;

  void started(const supervision::start_command& which, supervision::start_result how, std::string why);
  void ended(const supervision::start_command& which, supervision::exit_reason why);
  void timer_fired(std::uint64_t timer);
  /// Stops all children, and then the supervisor.
  void stop();
  /// Adds a child. `done` is called in the supervisor's thread.
  void start_child(declared_child child, on_answer done);
  /// terminate_child, restart_child or delete_child.
  void ask(supervision::request::kind what, std::string id, on_answer done);
  /// `done` is called in the supervisor's thread, or at once, with nothing, when the supervisor has ended.
  void describe(std::function<void(supervisor_description)> done);
  void attach(std::shared_ptr<actor_ref> self) { waker_.attach(std::move(self)); }
  /// The supervisor has ended: what is asked now, or was asked too late, is refused.
  void close();

 private:
  friend class supervisor_actor;
  struct addition {
    declared_child child;
    on_answer done;
  };
  struct inquiry {
    supervision::request::kind what;
    std::string id;
    on_answer done;
  };
  struct description {
    std::function<void(supervisor_description)> done;
  };
  using signal = std::variant<supervision::input, addition, inquiry, description>;

  void send(signal s);
  static void refuse(const signal& s);
  mailbox<signal> signals_{static_cast<std::size_t>(-1)};  // bounded by what its children and the operators do
  waker waker_;
};

/// The event of a restart that concerns several children at once.
[[nodiscard]] event group_restart(const std::string& name, const supervision::exit_reason& why,
                                  const std::vector<std::string>& children);

/// The actor around `supervision::supervisor`: carries out its commands.
///
/// If it crashes itself, its children go down with it, as in OTP: those that run are killed, and when the last one has
/// ended the actor ends with a crash. Its parent then starts it, and everything below it, anew.
class supervisor_actor final : public actor_body {
 public:
  /// `ready`: the declared children have been started. `ended`: why it ends; called in its last turn.
  supervisor_actor(services& s, std::string name, supervision::supervisor_flags flags,
                   std::vector<declared_child> children, std::shared_ptr<supervisor_port> self,
                   std::function<void()> ready, std::function<void(supervision::exit_reason)> ended);

  turn_result turn() override;
  [[nodiscard]] std::string reason() const override { return "the supervisor itself crashed: " + crash_.value_or(""); }

 private:
  struct question {
    supervisor_port::on_answer done;
    std::string id;                        ///< of the child that is to be added or deleted, if one is
    std::shared_ptr<supervised> who = {};  ///< who is to be added
  };

  template <class F>
  void try_to(const F& f);
  void fall(std::string why);
  void account(const supervisor_port::signal& s);
  void handle(supervisor_port::signal& s);
  void obey(std::vector<supervision::command> commands);
  void start(const supervision::start_command& c);
  void note(const supervision::note_command& n);
  void settle();
  void drop(const std::string& id);
  void answer(const supervision::answer_command& a);
  std::uint64_t ticket(question q);
  [[nodiscard]] supervisor_description describe() const;

  services& services_;
  std::string name_;
  seeded_random jitter_;
  supervision::supervisor rules_;
  std::unordered_map<std::string, std::shared_ptr<supervised>> children_;
  std::unordered_map<std::string, supervision::exit_reason> fallen_;  ///< ended in this turn, for these reasons
  std::unordered_map<std::string, supervision::exit_reason> last_ends_;
  std::unordered_map<std::string, supervision::life_number> lives_;  ///< begun and not ended
  std::shared_ptr<supervisor_port> port_;
  std::function<void()> ready_;
  std::function<void(supervision::exit_reason)> end_;
  std::unordered_map<std::uint64_t, question> questions_;
  std::uint64_t last_ticket_ = 0;
  bool started_ = false;
  bool ended_ = false;
  std::optional<std::string> crash_;  ///< why it falls
};

}  // namespace agents
