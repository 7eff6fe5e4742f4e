// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/random.hpp"
#include "libagents/wire/liveness.hpp"
#include "libagents/wire/message.hpp"

namespace agents::wire {

/// What a worker's side of a session tells its owner.
namespace order {

/// The session begins. `welcome.saved` is the state of the previous incarnation, if there is one.
struct begin {
  welcome from;
};
/// Handle this call and end it with `finish`, exactly once.
struct handle {
  call what;
  time_point deadline;
};
/// Nobody waits for this call; end it soon.
struct stop {
  std::int64_t id = 0;
  std::string why;
};
/// More chunks of this call may be emitted.
struct emit_more {
  std::int64_t id = 0;
};
/// The end of an ask, exactly once unless its call ended before.
struct answered {
  answer what;
};
struct state_saved {
  std::int64_t number = 0;
};
/// End when the open calls have ended: then `leave`.
struct drain_now {
  duration timeout{};  ///< zero: as long as they need
};
/// Something that a correct node sends only when messages were lost or late.
struct oddity {
  std::string what;
};
/// The node does not know this worker any more. All calls are forgotten, nobody waits for them; hello is said again.
struct begin_anew {};
/// The session is over; all calls are to be stopped, and the process is to end.
struct quit {
  errc code = errc::none;
  std::string text;
};

}  // namespace order

using worker_order = std::variant<order::begin, order::handle, order::stop, order::emit_more, order::answered,
                                  order::state_saved, order::drain_now, order::oddity, order::begin_anew, order::quit>;

struct worker_output {
  std::vector<envelope> send;
  std::vector<worker_order> orders;
};

struct worker_session_settings {
  std::string token;
  std::string sdk;
  std::int64_t window = 1;
  std::optional<std::int64_t> state;  ///< version of the state the module keeps
  packed manifest;
  duration hello_interval = std::chrono::seconds{1};
  duration patience = std::chrono::seconds{30};  ///< how long hello may go unanswered
};

/// The worker's side of a session with a node: a state machine without sockets and clocks.
///
/// Owner: the worker's connection. Not thread-safe; one input at a time, `now` never falling.
class worker_session {
 public:
  /// `starts` gives each beginning its number; it must outlive the session.
  worker_session(worker_session_settings settings, random& starts, time_point now, worker_output& out);

  void on_envelope(envelope e, time_point now, worker_output& out);
  void on_damage(const error& why, time_point now, worker_output& out);
  void on_tick(time_point now, worker_output& out);
  [[nodiscard]] time_point next_tick() const;

  /// Ends a call: with its output, or with why there is none. Ignored when the call is not open any more. A result
  /// whose chunks were not all sent, because the call was stopped, becomes the error `cancelled`; an output or a chunk
  /// that is larger than the node takes, `bad_output`.
  void finish(result r, time_point now, worker_output& out);
  void finish(failure f, time_point now, worker_output& out);
  /// Sends a part of the output. False: no credit is left, nothing happened; try again after `emit_more`. True also
  /// when nobody listens or the result cannot be given any more: then nothing is sent.
  [[nodiscard]] bool emit(std::int64_t call, packed& part, time_point now, worker_output& out);
  void tell_progress(std::int64_t call, std::string text, time_point now, worker_output& out);
  /// Asks another capability on behalf of an open call; gives the ask's id. `cancelled` when the call is not open,
  /// `bad_input` when the input is larger than the node takes.
  [[nodiscard]] expected<std::int64_t> begin_ask(std::int64_t call, std::string capability, packed input,
                                                 duration timeout, time_point now, worker_output& out);
  void drop_ask(std::int64_t id, time_point now, worker_output& out);
  /// Asks the node to keep the state; gives the number that `state_saved` will name or exceed. `node_down` without a
  /// session, `bad_input` when the state is larger than the node takes.
  [[nodiscard]] expected<std::int64_t> save_state(std::int64_t version, packed bytes, time_point now,
                                                  worker_output& out);
  /// Asks for no new calls, for instance after SIGTERM.
  void begin_drain(time_point now, worker_output& out);
  /// Ends the session: says goodbye.
  void leave(errc code, const std::string& text, time_point now, worker_output& out);

  [[nodiscard]] bool is_open() const { return phase_ == phase::open || phase_ == phase::draining; }
  [[nodiscard]] bool is_draining() const { return phase_ == phase::draining; }
  [[nodiscard]] bool is_closed() const { return phase_ == phase::closed; }
  [[nodiscard]] bool has_call(std::int64_t id) const { return calls_.contains(id); }
  /// The node asked for an early end of this call.
  [[nodiscard]] bool is_stopped(std::int64_t id) const {
    const auto at = calls_.find(id);
    return at == calls_.end() || at->second.stopped;
  }
  [[nodiscard]] std::size_t open_calls() const { return calls_.size(); }

 private:
  enum class phase : std::uint8_t { greeting, open, draining, closed };

  struct open_call {
    std::optional<std::int64_t> credit;  ///< none: nobody listens
    std::int64_t emitted = 0;
    bool stopped = false;
    std::optional<error> unsent;  ///< why a part of the output was not sent; then there is no result
  };

  void on(welcome m, time_point now, worker_output& out);
  void on(refuse m, time_point now, worker_output& out);
  void on(call m, time_point now, worker_output& out);
  void on(credit m, time_point now, worker_output& out);
  void on(answer m, time_point now, worker_output& out);
  void on(cancel m, time_point now, worker_output& out);
  void on(saved m, time_point now, worker_output& out);
  void on(heartbeat m, time_point now, worker_output& out);
  void on(drain m, time_point now, worker_output& out);
  void on(goodbye m, time_point now, worker_output& out);
  void on(unknown m, time_point now, worker_output& out);
  template <class Message>
  void on(Message m, time_point now, worker_output& out);  // what only a worker sends

  void greet(time_point now, worker_output& out);
  void say_hello(time_point now, worker_output& out);
  void send(message m, time_point now, worker_output& out);
  void close(errc code, std::string text, worker_output& out);

  worker_session_settings settings_;
  random& starts_;
  phase phase_ = phase::greeting;
  liveness liveness_;
  std::int64_t start_ = 0;    ///< of this beginning
  std::int64_t session_ = 0;  ///< as the node numbers it
  std::map<std::int64_t, open_call> calls_;
  std::map<std::int64_t, std::int64_t> asks_;  ///< open ask → its call
  std::int64_t last_call_ = 0;
  std::int64_t last_ask_ = 0;
  std::int64_t last_save_ = 0;
  std::size_t max_payload_ = 0;  ///< that the node takes
};

}  // namespace agents::wire
