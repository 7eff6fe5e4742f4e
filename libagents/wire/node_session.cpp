// SPDX-License-Identifier: Apache-2.0
#include "libagents/wire/node_session.hpp"

#include <algorithm>
#include <utility>

#include "libagents/wire/limits.hpp"

namespace agents::wire {
namespace {

/// A welcome may be large: it carries the saved state.
constexpr duration welcome_again = std::chrono::seconds{1};

std::string call_text(std::int64_t id) { return "call " + std::to_string(id); }

time_point later(time_point t, duration d) { return t.ns > INT64_MAX - d.count() ? never : t + d; }

/// The features are none yet, so there is nothing in common.
bool speaks_our_version(const hello& h) {
  return std::find(h.versions.begin(), h.versions.end(), version) != h.versions.end();
}

}  // namespace

node_session::node_session(node_session_settings settings, time_point now)
    : settings_(settings), liveness_(settings.heartbeat, settings.silence, now) {}

std::int64_t node_session::room() const {
  if (phase_ != phase::open) return 0;
  return std::max<std::int64_t>(0, window_ - static_cast<std::int64_t>(calls_.size()));
}

void node_session::send(message m, time_point now, node_output& out) {
  liveness_.said(now);
  const bool outside = std::holds_alternative<wire::refuse>(m);
  out.send.push_back({outside ? 0 : settings_.number, std::move(m)});
}

// --- What the worker sends ---

void node_session::on_envelope(envelope e, time_point now, node_output& out) {
  if (phase_ == phase::closed) return;
  const bool is_hello = std::holds_alternative<hello>(e.body);
  if (!is_hello && !std::holds_alternative<unknown>(e.body)) {
    if (e.session != settings_.number || phase_ == phase::waiting || phase_ == phase::introduced)
      return out.reports.push_back(report::oddity{"\"" + std::string{kind_of(e.body)} + "\" of another session"});
    welcome_.reset();
  }
  if (!is_hello || !welcome_) liveness_.heard(now);  // whoever was welcomed must show that it listens
  std::visit([&](auto& m) { on(std::move(m), now, out); }, e.body);
}

void node_session::on_damage(const error& why, time_point now, node_output& out) {
  if (phase_ != phase::closed) break_off(why.code, why.message, now, out);
}

void node_session::on(hello m, time_point now, node_output& out) {
  if (worker_start_ != 0) {
    if (m.start != worker_start_) return close({errc::crashed, "the worker began anew"}, errc::crashed, out);
    return repeat_welcome(now, out);
  }
  worker_start_ = m.start;
  if (!speaks_our_version(m))
    return refuse({errc::unsupported, "no common version; this node speaks version " + std::to_string(version)}, now,
                  out);
  window_ = m.window;
  phase_ = phase::introduced;
  out.reports.push_back(report::introduced{std::move(m)});
}

/// Not for every hello: one that says hello again and again and does not read would fill the node's memory.
void node_session::repeat_welcome(time_point now, node_output& out) {
  if (!welcome_ || now - welcomed_ < welcome_again) return;
  welcomed_ = now;
  send(*welcome_, now, out);
}

void node_session::on(result m, time_point now, node_output& out) {
  const auto at = calls_.find(m.id);
  if (at == calls_.end()) return out.reports.push_back(report::oddity{"late result of " + call_text(m.id)});
  if (now >= at->second.deadline) {
    constexpr auto text = "the result came after the deadline";
    return end_call(at, {m.id, errc::deadline, text, true, m.micro_money, m.tokens, ""}, out);
  }
  const auto received = at->second.received;
  if (m.chunks != received && at->second.granted > 0)
    return end_call(
        at,
        {m.id, errc::node_down,
         "chunks were lost: " + std::to_string(m.chunks) + " sent, " + std::to_string(received) + " arrived", true,
         m.micro_money, m.tokens, ""},
        out);
  end_call(at, {m.id, errc::none, "", true, m.micro_money, m.tokens, std::move(m.output)}, out);
}

void node_session::on(failure m, time_point, node_output& out) {
  const auto at = calls_.find(m.id);
  if (at == calls_.end()) return out.reports.push_back(report::oddity{"late error of " + call_text(m.id)});
  end_call(at, {m.id, m.code, std::move(m.text), m.begun, m.micro_money, m.tokens, ""}, out);
}

void node_session::on(chunk m, time_point now, node_output& out) {
  const auto at = calls_.find(m.id);
  if (at == calls_.end() || at->second.answered)
    return out.reports.push_back(report::oddity{"late chunk of " + call_text(m.id)});
  auto& c = at->second;
  if (m.n < c.received) return out.reports.push_back(report::oddity{"repeated chunk of " + call_text(m.id)});
  if (m.n >= c.granted)
    return break_off(errc::corrupt,
                     "chunk " + std::to_string(m.n) + " of " + call_text(m.id) + " was not granted; wait until n < " +
                         std::to_string(m.n) + " credits",
                     now, out);
  if (m.n > c.received)
    return fail_call(at, errc::node_down, "chunk " + std::to_string(c.received) + " was lost", now, out);
  ++c.received;
  out.reports.push_back(report::streamed{m.id, m.n, std::move(m.part)});
}

void node_session::on(progress m, time_point, node_output& out) {
  const auto at = calls_.find(m.id);
  if (at == calls_.end() || at->second.answered)
    return out.reports.push_back(report::oddity{"late progress of " + call_text(m.id)});
  out.reports.push_back(report::progressed{m.id, std::move(m.text)});
}

void node_session::on(ask m, time_point now, node_output& out) {
  if (m.id <= last_ask_) return out.reports.push_back(report::oddity{"repeated ask " + std::to_string(m.id)});
  last_ask_ = m.id;
  const auto at = calls_.find(m.call);
  if (at == calls_.end() || at->second.answered)
    return send(answer{m.id, errc::cancelled, call_text(m.call) + " is not open", 0, 0, ""}, now, out);
  if (static_cast<std::int64_t>(asks_.size()) >= settings_.max_asks)
    return send(answer{m.id, errc::overloaded,
                       std::to_string(asks_.size()) + " asks are open already; wait for their answers", 0, 0, ""},
                now, out);
  asks_.emplace(m.id, m.call);
  const auto deadline = std::min(at->second.deadline, later(now, m.timeout));
  out.reports.push_back(report::asked{std::move(m), deadline});
}

void node_session::on(cancel m, time_point, node_output& out) {
  if (asks_.erase(m.id) == 0) return out.reports.push_back(report::oddity{"cancel of an ask that is not open"});
  out.reports.push_back(report::ask_dropped{m.id});
}

void node_session::on(save m, time_point, node_output& out) {
  out.reports.push_back(report::save_wanted{std::move(m)});
}

void node_session::on(heartbeat, time_point, node_output&) {}

void node_session::on(drain, time_point, node_output& out) {
  if (phase_ != phase::open) return;
  phase_ = phase::draining;
  out.reports.push_back(report::draining{});
}

void node_session::on(goodbye m, time_point, node_output& out) {
  close({m.code, std::move(m.text)}, m.code == errc::none ? errc::node_down : errc::crashed, out);
}

void node_session::on(unknown m, time_point, node_output& out) {
  out.reports.push_back(report::oddity{"a message of the unknown kind \"" + m.kind + "\""});
}

template <class Message>
void node_session::on(Message m, time_point now, node_output& out) {
  break_off(errc::corrupt, "a worker does not send \"" + std::string{kind_of(m)} + "\"", now, out);
}

// --- What the owner wants ---

void node_session::accept(std::optional<saved_state> state, time_point now, node_output& out) {
  if (phase_ != phase::introduced) return;
  phase_ = phase::open;
  welcome w;
  w.version = version;
  w.start = worker_start_;
  w.heartbeat = to_wire(settings_.heartbeat);
  w.silence = to_wire(settings_.silence);
  w.max_payload_bytes = settings_.max_payload_bytes;
  w.max_asks = settings_.max_asks;
  if (state) {
    w.state = state->version;
    w.saved = std::move(state->bytes);
  }
  welcome_ = w;
  welcomed_ = now;
  send(std::move(w), now, out);
}

void node_session::refuse(const error& why, time_point now, node_output& out) {
  if (phase_ == phase::closed) return;
  send(wire::refuse{why.code, why.message, {version}}, now, out);
  close({why.code, why.message}, why.code, out);
}

expected<std::int64_t> node_session::start(call c, time_point deadline, time_point now, node_output& out) {
  if (phase_ != phase::open) return unexpected{errc::node_down, "the worker takes no calls now; try another replica"};
  if (room() == 0)
    return unexpected{errc::overloaded, "the worker has " + std::to_string(calls_.size()) + " calls open, its window"};
  if (deadline <= now) return unexpected{errc::deadline, "the deadline passed before the call was sent"};
  c.id = ++last_call_;
  c.timeout = to_wire(deadline - now);
  calls_.emplace_hint(calls_.end(), c.id, open_call{deadline, later(deadline, settings_.grace), c.chunks.value_or(0)});
  send(std::move(c), now, out);
  return last_call_;
}

void node_session::cancel_call(std::int64_t id, std::string why, time_point now, node_output& out) {
  const auto at = calls_.find(id);
  if (at == calls_.end() || at->second.answered) return;
  tell_cancelled(at, std::move(why), now, out);
}

void node_session::grant(std::int64_t id, std::int64_t chunks, time_point now, node_output& out) {
  const auto at = calls_.find(id);
  if (at == calls_.end() || at->second.answered || chunks <= at->second.granted) return;
  at->second.granted = chunks;
  send(credit{id, chunks}, now, out);
}

void node_session::reply(answer a, time_point now, node_output& out) {
  if (asks_.erase(a.id) > 0) send(std::move(a), now, out);
}

void node_session::confirm_saved(std::int64_t number, time_point now, node_output& out) {
  if (phase_ == phase::open || phase_ == phase::draining) send(saved{number}, now, out);
}

void node_session::begin_drain(duration timeout, time_point now, node_output& out) {
  if (phase_ != phase::open && phase_ != phase::draining) return;
  phase_ = phase::draining;
  if (timeout > duration::zero()) drain_end_ = later(now, timeout);
  send(drain{to_wire(timeout)}, now, out);
}

void node_session::end(errc code, const std::string& text, time_point now, node_output& out) {
  if (phase_ == phase::closed) return;
  send(goodbye{code, text}, now, out);
  close({code, text}, code == errc::none ? errc::node_down : code, out);
}

// --- Time ---

void node_session::on_tick(time_point now, node_output& out) {
  if (phase_ == phase::closed) return;
  check_deadlines(now, out);
  if (phase_ == phase::closed || phase_ == phase::waiting) return;
  if (now >= drain_end_)
    return break_off(errc::deadline, std::to_string(calls_.size()) + " calls did not end while draining", now, out);
  if (liveness_.is_silent(now))
    return break_off(errc::node_down,
                     "the worker was silent for " + std::to_string(seconds(liveness_.silence())) + " s", now, out);
  if (liveness_.must_speak(now) && phase_ != phase::introduced) send(heartbeat{}, now, out);
}

void node_session::speak(time_point now, node_output& out) {
  if (phase_ == phase::open || phase_ == phase::draining) send(heartbeat{}, now, out);
}

time_point node_session::next_tick() const {
  if (phase_ == phase::closed || phase_ == phase::waiting) return never;
  auto next = std::min(liveness_.next(), drain_end_);
  for (const auto& [id, c] : calls_) next = std::min(next, c.answered ? c.give_up : std::min(c.deadline, c.give_up));
  return next;
}

/// Callers are answered at the deadline; a worker that still holds the call after the grace is given up.
void node_session::check_deadlines(time_point now, node_output& out) {
  for (auto at = calls_.begin(); at != calls_.end(); ++at) {
    if (!at->second.answered && now >= at->second.deadline)
      fail_call(at, errc::deadline, "the worker did not answer in time", now, out);
    if (now < at->second.give_up) continue;
    const auto text = call_text(at->first) + " goes on after its end was asked for; the handler hangs";
    send(goodbye{errc::deadline, text}, now, out);
    return close({errc::deadline, text, true}, errc::crashed, out);
  }
}

// --- Ends ---

void node_session::end_call(call_table::iterator at, report::finished r, node_output& out) {
  const bool answered = at->second.answered;
  calls_.erase(at);
  if (answered) return out.reports.push_back(report::oddity{"late end of " + call_text(r.id)});
  drop_asks_of(r.id, out);
  out.reports.push_back(std::move(r));
}

/// The caller gets this now; the worker is told, and keeps its slot until it has ended the call too.
void node_session::fail_call(call_table::iterator at, errc code, std::string text, time_point now, node_output& out) {
  at->second.answered = true;
  drop_asks_of(at->first, out);
  tell_cancelled(at, text, now, out);
  report::finished r;
  r.id = at->first;
  r.code = code;
  r.text = std::move(text);
  out.reports.push_back(std::move(r));
}

void node_session::tell_cancelled(call_table::iterator at, std::string why, time_point now, node_output& out) {
  if (std::exchange(at->second.cancelled, true)) return;
  at->second.give_up = later(now, settings_.grace);
  send(cancel{at->first, std::move(why)}, now, out);
}

void node_session::drop_asks_of(std::int64_t call, node_output& out) {
  for (auto at = asks_.begin(); at != asks_.end();) {
    if (at->second != call) {
      ++at;
      continue;
    }
    out.reports.push_back(report::ask_dropped{at->first});
    at = asks_.erase(at);
  }
}

void node_session::break_off(errc code, const std::string& text, time_point now, node_output& out) {
  if (worker_start_ == 0)
    send(wire::refuse{code, text, {version}}, now, out);
  else
    send(goodbye{code, text}, now, out);
  close({code, text}, code == errc::node_down ? errc::node_down : errc::crashed, out);
}

void node_session::close(report::closed why, errc for_calls, node_output& out) {
  phase_ = phase::closed;
  for (const auto& [id, call] : asks_) out.reports.push_back(report::ask_dropped{id});
  asks_.clear();
  for (const auto& [id, c] : calls_) {
    if (c.answered) continue;
    report::finished r;
    r.id = id;
    r.code = for_calls;
    r.text = why.text.empty() ? "the worker said goodbye" : why.text;
    out.reports.push_back(std::move(r));
  }
  calls_.clear();
  welcome_.reset();
  out.reports.push_back(std::move(why));
}

}  // namespace agents::wire
