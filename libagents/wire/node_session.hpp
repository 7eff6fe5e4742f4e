// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/wire/liveness.hpp"
#include "libagents/wire/message.hpp"

namespace agents::wire {

/// What a node's side of a session tells its owner.
namespace report {

/// A worker says hello: answer with `accept` or `refuse`.
struct introduced {
  hello from;
};
/// The end of a call, exactly once per call that `start` accepted. `code` none: the output is there.
struct finished {
  std::int64_t id = 0;
  errc code = errc::none;
  std::string text;
  bool begun = true;  ///< false: the handler never ran, so even an effectful call may be sent elsewhere
  std::optional<std::int64_t> micro_money;
  std::optional<std::int64_t> tokens;
  packed output;
};
/// A part of the output. Grant more with `grant` once it has been read.
struct streamed {
  std::int64_t id = 0;
  std::int64_t n = 0;
  packed part;
};
struct progressed {
  std::int64_t id = 0;
  std::string text;
};
/// A running call asks another capability: reply with `reply`, at the latest at the deadline.
struct asked {
  ask what;
  time_point deadline;
};
/// Nobody waits for this ask any more; a reply to it is dropped.
struct ask_dropped {
  std::int64_t id = 0;
};
/// Keep this state, then `confirm_saved`.
struct save_wanted {
  save what;
};
/// The worker wants no new calls; it says goodbye when the open ones have ended.
struct draining {};
/// Something that a correct worker sends only when messages were lost or late; for logs and counters.
struct oddity {
  std::string what;
};
/// The session is over, for this reason; all calls have been reported as finished. `code` none: an orderly goodbye.
/// `hung`: a call outlived its deadline and the grace, the process should be killed.
struct closed {
  errc code = errc::none;
  std::string text;
  bool hung = false;
};

}  // namespace report

using node_report =
    std::variant<report::introduced, report::finished, report::streamed, report::progressed, report::asked,
                 report::ask_dropped, report::save_wanted, report::draining, report::oddity, report::closed>;

/// What follows from one input: messages for the worker, in order, and reports for the owner, in order.
struct node_output {
  std::vector<envelope> send;
  std::vector<node_report> reports;
};

/// State that the module saved, and under which version of it.
struct saved_state {
  std::int64_t version = 0;
  packed bytes;
};

struct node_session_settings {
  std::int64_t number = 1;  ///< of the session: random, 1 to 2⁵³ − 1
  duration heartbeat = std::chrono::seconds{1};
  duration silence = std::chrono::seconds{4};
  duration grace = std::chrono::seconds{2};  ///< from a call's deadline or cancellation until the worker counts as hung
  std::int64_t max_payload_bytes = std::int64_t{64} << 20;
  std::int64_t max_asks = 64;
};

/// The node's side of a session with a worker: a state machine without sockets and clocks.
///
/// Each function takes an input and appends what follows to `out`. Whatever the worker sends or does not send, every
/// call that `start` accepted is reported as finished exactly once, at the latest at the first `on_tick` after its
/// deadline.
///
/// Owner: one connection of a node. Not thread-safe; one input at a time, `now` never falling.
class node_session {
 public:
  node_session(node_session_settings settings, time_point now);

  void on_envelope(envelope e, time_point now, node_output& out);
  /// Frames came that could not be decoded.
  void on_damage(const error& why, time_point now, node_output& out);
  /// Time has passed. Call it at `next_tick`, or more often.
  void on_tick(time_point now, node_output& out);
  [[nodiscard]] time_point next_tick() const;

  /// Says a heartbeat now, in an open session: whoever sends it finds out whether the connection still stands.
  void speak(time_point now, node_output& out);
  /// Begins the session with the worker that was `introduced`.
  void accept(std::optional<saved_state> state, time_point now, node_output& out);
  /// Turns it away. `why` names the field of the manifest that is wrong.
  void refuse(const error& why, time_point now, node_output& out);

  /// Sends a call and gives it its id. Errors: `node_down` when there is no open session, `overloaded` when the window
  /// is full, `deadline` when it has passed; then nothing happened.
  [[nodiscard]] expected<std::int64_t> start(call c, time_point deadline, time_point now, node_output& out);
  /// Forgets a call that `start` has taken and that could not be written; nothing is reported.
  void withdraw(std::int64_t id) { calls_.erase(id); }
  /// Asks for an early end; `finished` still comes.
  void cancel_call(std::int64_t id, std::string why, time_point now, node_output& out);
  /// Lets the worker send `chunks` chunks of this call in all.
  void grant(std::int64_t id, std::int64_t chunks, time_point now, node_output& out);
  void reply(answer a, time_point now, node_output& out);
  void confirm_saved(std::int64_t number, time_point now, node_output& out);
  /// No new calls; the worker is to end. After `timeout` (zero: never) the session is closed with `deadline`.
  void begin_drain(duration timeout, time_point now, node_output& out);
  /// Ends the session from this side: calls end with `code`, or `node_down` for none. A goodbye is sent.
  void end(errc code, const std::string& text, time_point now, node_output& out);

  [[nodiscard]] bool is_open() const { return phase_ == phase::open; }
  [[nodiscard]] bool is_closed() const { return phase_ == phase::closed; }
  [[nodiscard]] std::size_t in_flight() const { return calls_.size(); }
  /// How many calls `start` would take now.
  [[nodiscard]] std::int64_t room() const;

 private:
  enum class phase : std::uint8_t { waiting, introduced, open, draining, closed };

  struct open_call {
    time_point deadline;
    time_point give_up;        ///< when the worker counts as hung
    std::int64_t granted = 0;  ///< chunks
    std::int64_t received = 0;
    bool answered = false;   ///< reported as finished; only the slot in the worker's window is still taken
    bool cancelled = false;  ///< the worker was told
  };

  void on(hello m, time_point now, node_output& out);
  void on(result m, time_point now, node_output& out);
  void on(failure m, time_point now, node_output& out);
  void on(chunk m, time_point now, node_output& out);
  void on(progress m, time_point now, node_output& out);
  void on(ask m, time_point now, node_output& out);
  void on(cancel m, time_point now, node_output& out);
  void on(save m, time_point now, node_output& out);
  void on(heartbeat m, time_point now, node_output& out);
  void on(drain m, time_point now, node_output& out);
  void on(goodbye m, time_point now, node_output& out);
  void on(unknown m, time_point now, node_output& out);
  template <class Message>
  void on(Message m, time_point now, node_output& out);  // what only a node sends

  using call_table = std::map<std::int64_t, open_call>;

  void send(message m, time_point now, node_output& out);
  void repeat_welcome(time_point now, node_output& out);
  void end_call(call_table::iterator at, report::finished r, node_output& out);
  void fail_call(call_table::iterator at, errc code, std::string text, time_point now, node_output& out);
  void tell_cancelled(call_table::iterator at, std::string why, time_point now, node_output& out);
  void drop_asks_of(std::int64_t call, node_output& out);
  void check_deadlines(time_point now, node_output& out);
  void break_off(errc code, const std::string& text, time_point now, node_output& out);
  void close(report::closed why, errc for_calls, node_output& out);

  node_session_settings settings_;
  phase phase_ = phase::waiting;
  liveness liveness_;
  std::int64_t window_ = 0;
  std::int64_t worker_start_ = 0;
  std::optional<welcome> welcome_;  ///< kept until the worker shows that it has it
  time_point welcomed_{};           ///< when it was sent last
  call_table calls_;
  std::map<std::int64_t, std::int64_t> asks_;  ///< open ask → its call
  std::int64_t last_call_ = 0;
  std::int64_t last_ask_ = 0;
  time_point drain_end_ = never;
};

}  // namespace agents::wire
