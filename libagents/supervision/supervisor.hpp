// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "libagents/core/random.hpp"
#include "libagents/supervision/child_spec.hpp"

namespace agents::supervision {

/// Which life of a child: grows with every start, so that news of an earlier life are recognised as late.
using life_number = std::uint64_t;

/// How a start ended.
enum class start_result : std::uint8_t { started, ignored, failed };

/// What a supervisor is told.
struct child_started {
  std::string id;
  supervision::life_number incarnation = 0;
  start_result result = start_result::started;
  std::string text;  ///< why it failed
};
struct child_ended {
  std::string id;
  supervision::life_number incarnation = 0;
  exit_reason reason;
};
struct timer_fired {
  std::uint64_t timer = 0;
};
struct request {
  enum class kind : std::uint8_t { start_child, terminate_child, restart_child, delete_child };
  kind what = kind::start_child;
  child_spec child;          ///< of the others only the id; of simple_one_for_one the id is all that is used
  std::uint64_t ticket = 0;  ///< comes back with the answer
};
struct stop_order {};  ///< by the parent
using input = std::variant<child_started, child_ended, timer_fired, request, stop_order>;

/// What a supervisor wants done.
struct start_command {
  std::string id;
  supervision::life_number incarnation = 0;
  std::uint64_t ticket = 0;  ///< of the `start_child` that declares it now; else 0
};
struct stop_command {  ///< tell it to shut down
  std::string id;
  supervision::life_number incarnation = 0;
};
struct kill_command {
  std::string id;
  supervision::life_number incarnation = 0;
};
struct timer_command {
  std::uint64_t timer = 0;
  time_point when;
};
enum class answer : std::uint8_t {
  ok,
  ignored,  ///< the start function said so
  already_started,
  already_present,
  running,
  restarting,
  not_found,
  start_failed,
  refused,  ///< the spec is wrong, the request does not go with the strategy, or the supervisor is ending
};
struct answer_command {
  std::uint64_t ticket = 0;
  answer what = answer::ok;
  std::string text;
};
/// For people and metrics.
struct note_command {
  enum class kind : std::uint8_t { started, exited, restarting, quarantined, gave_up };
  kind what = kind::started;
  std::string id;
  supervision::life_number incarnation = 0;
  exit_reason reason;
  duration rest{};                      ///< of quarantined: how long
  std::vector<std::string> group = {};  ///< of restarting: who is started, in this order, if it is not alone
};
struct ready_command {};  ///< the children of the declaration have been started
struct end_command {      ///< all children have ended, and so does the supervisor
  exit_reason reason;
};
using command = std::variant<start_command, stop_command, kill_command, timer_command, answer_command, note_command,
                             ready_command, end_command>;

enum class child_phase : std::uint8_t { stopped, starting, running, stopping, restarting, quarantined };

struct child_info {
  child_spec spec;
  child_phase phase = child_phase::stopped;
  supervision::life_number incarnation = 0;
};

struct child_count {
  std::size_t specs = 0;
  std::size_t active = 0;
  std::size_t supervisors = 0;
  std::size_t workers = 0;
};

/// The rules of a supervisor as a state machine: docs/supervision.md. Does one thing at a time; what comes meanwhile
/// waits for its turn.
///
/// Source of the rules: the documentation of Erlang/OTP's `supervisor`.
/// Owner: one supervisor. Not synchronised.
class supervisor {
 public:
  /// `children` must satisfy `check`. `source` makes the jitter and must outlive it.
  supervisor(supervisor_flags flags, std::vector<child_spec> children, random& source);

  /// Starts the declared children. Call once, first.
  [[nodiscard]] std::vector<command> start(time_point now);
  [[nodiscard]] std::vector<command> handle(input what, time_point now);

  [[nodiscard]] std::vector<child_info> which_children() const;
  [[nodiscard]] child_count count_children() const;
  [[nodiscard]] bool declares(const std::string& id) const { return orders_.contains(id); }
  /// Of a child that is not declared (any more): stopped.
  [[nodiscard]] child_phase phase_of(const std::string& id) const;
  [[nodiscard]] const supervisor_flags& flags() const { return flags_; }
  [[nodiscard]] bool has_ended() const { return ended_; }

 private:
  using order = std::uint64_t;  ///< of declaration
  struct child : child_info {
    std::optional<exit_reason> ended_as;  ///< known, but its turn has not come
    std::uint64_t timer = 0;              ///< of its restart or its rest
  };
  struct retry {  ///< a start of a restart has failed
    std::string id;
    std::string why;
  };
  using pending = std::variant<child_ended, timer_fired, request, stop_order, retry>;

  /// What is being done: children to stop, then children to start.
  struct task {
    enum class kind : std::uint8_t { first_start, restart, terminate, add, start_again, shut_down };
    kind what = kind::first_start;
    std::vector<order> stops;   ///< the last one first
    std::vector<order> starts;  ///< likewise
    bool at_once = false;       ///< do not wait for one before the next is told to stop
    duration rest{};            ///< between stops and starts
    child_phase resting = child_phase::restarting;
    std::uint64_t ticket = 0;
    exit_reason reason;  ///< of shutting down
  };

  void process(pending what);
  void on_ended(const child_ended& e);
  void on_request(const request& r);
  void on_started(const child_started& s);
  void add_child(const request& r);
  void terminate_child(const request& r, child& c);
  void restart_child(const request& r, child& c);
  void delete_child(const request& r, const child& c);

  void advance();
  bool stop_next();
  bool start_next();
  void complete();
  void begin(task t);
  void has_stopped(child& c, exit_reason reason);
  void start_failed(child& c, const std::string& why);

  void restart(child& c, const exit_reason& reason);
  void give_up_on(child& c, const exit_reason& reason);
  void end_if_significant(const child& c);
  void shut_down(exit_reason reason);
  [[nodiscard]] bool too_many_restarts();
  [[nodiscard]] duration backoff();
  [[nodiscard]] std::vector<order> affected_by(const child& c) const;
  [[nodiscard]] std::vector<order> dependents(const child& c) const;
  [[nodiscard]] std::vector<std::string> group_of(const child& c) const;
  [[nodiscard]] bool is_affected_by(const child& c, order o) const;
  void rest(const std::vector<order>& who, child_phase as, duration how_long);
  void resume(std::uint64_t timer);

  [[nodiscard]] child_phase seen_phase(order o) const;
  [[nodiscard]] child* find(const std::string& id);
  [[nodiscard]] child* find(const std::string& id, life_number which);
  child& declare(child_spec spec);
  void forget(const std::string& id);
  void note(note_command::kind what, const child& c, exit_reason reason = {});
  void reply(std::uint64_t ticket, answer what, std::string text = {});
  std::uint64_t arm(duration after);
  [[nodiscard]] bool is_simple() const { return flags_.strategy == strategy::simple_one_for_one; }

  supervisor_flags flags_;
  child_spec template_;  ///< of simple_one_for_one
  random& random_;
  time_point now_{};
  std::map<order, child> children_;
  std::unordered_map<std::string, order> orders_;
  order last_order_ = 0;
  std::uint64_t last_timer_ = 0;
  std::map<std::uint64_t, std::pair<std::string, life_number>> kills_;  ///< timers of children that are to stop
  std::deque<time_point> restarts_;
  std::optional<task> task_;
  std::set<std::string> awaited_;  ///< children whose start or end the task waits for
  std::deque<pending> pending_;
  std::vector<command> out_;
  bool ended_ = false;
};

}  // namespace agents::supervision
