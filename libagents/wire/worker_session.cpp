// SPDX-License-Identifier: Apache-2.0
#include "libagents/wire/worker_session.hpp"

#include <algorithm>
#include <utility>

#include "libagents/wire/limits.hpp"

namespace agents::wire {
namespace {

std::string call_text(std::int64_t id) { return "call " + std::to_string(id); }

time_point later(time_point t, microseconds d) {
  const auto room = std::chrono::duration_cast<microseconds>(duration{INT64_MAX - t.ns});
  return d >= room ? never : t + d;
}

std::string too_large(std::string_view what, std::size_t size, std::size_t limit) {
  return std::string{what} + " of " + std::to_string(size) + " bytes; this node takes at most " +
         std::to_string(limit) + " (max_payload_bytes), put larger things into files";
}

duration of_wire(microseconds d) { return std::min(d, std::chrono::duration_cast<microseconds>(duration::max())); }

}  // namespace

worker_session::worker_session(worker_session_settings settings, random& starts, time_point now, worker_output& out)
    : settings_(std::move(settings)), starts_(starts), liveness_(settings_.hello_interval, settings_.patience, now) {
  greet(now, out);
}

void worker_session::greet(time_point now, worker_output& out) {
  phase_ = phase::greeting;
  start_ = 1 + static_cast<std::int64_t>(starts_.below(static_cast<std::uint64_t>(max_number)));
  session_ = last_call_ = last_ask_ = last_save_ = 0;
  calls_.clear();
  asks_.clear();
  liveness_ = liveness{settings_.hello_interval, settings_.patience, now};
  say_hello(now, out);
}

void worker_session::say_hello(time_point now, worker_output& out) {
  send(
      hello{
          {version}, start_, settings_.token, settings_.sdk, settings_.window, {}, settings_.state, settings_.manifest},
      now, out);
}

void worker_session::send(message m, time_point now, worker_output& out) {
  liveness_.said(now);
  out.send.push_back({session_, std::move(m)});
}

// --- What the node sends ---

void worker_session::on_envelope(envelope e, time_point now, worker_output& out) {
  if (phase_ == phase::closed) return;
  const auto* invitation = std::get_if<welcome>(&e.body);
  const bool first = invitation && invitation->start == start_ && phase_ == phase::greeting;
  const bool without = std::holds_alternative<refuse>(e.body) || std::holds_alternative<unknown>(e.body);
  if (first)
    session_ = e.session;
  else if (!without && (phase_ == phase::greeting || e.session != session_))
    return out.orders.push_back(order::oddity{"\"" + std::string{kind_of(e.body)} + "\" of another session"});
  liveness_.heard(now);
  std::visit([&](auto& m) { on(std::move(m), now, out); }, e.body);
}

void worker_session::on_damage(const error& why, time_point now, worker_output& out) {
  leave(why.code, why.message, now, out);
}

void worker_session::on(welcome m, time_point now, worker_output& out) {
  if (phase_ != phase::greeting) return out.orders.push_back(order::oddity{"a repeated welcome"});
  if (m.version != version)
    return leave(errc::unsupported, "version " + std::to_string(m.version) + " was not offered", now, out);
  phase_ = phase::open;
  max_payload_ = std::min(max_payload_bytes, static_cast<std::size_t>(m.max_payload_bytes));
  liveness_ = liveness{of_wire(m.heartbeat), of_wire(m.silence), now};
  send(heartbeat{}, now, out);  // so that the node knows the welcome has arrived
  out.orders.push_back(order::begin{std::move(m)});
}

void worker_session::on(refuse m, time_point now, worker_output& out) {
  if (m.code != errc::not_found) return close(m.code, "refused: " + m.text, out);
  if (phase_ == phase::greeting) return;  // to a message of the session before; hello is on its way
  out.orders.push_back(order::begin_anew{});
  greet(now, out);
}

void worker_session::on(call m, time_point now, worker_output& out) {
  if (m.id <= last_call_) return out.orders.push_back(order::oddity{"repeated " + call_text(m.id)});
  last_call_ = m.id;
  if (phase_ == phase::draining)
    return send(failure{m.id, errc::overloaded, "the worker is draining", false, {}, {}}, now, out);
  if (static_cast<std::int64_t>(calls_.size()) >= settings_.window)
    return leave(errc::corrupt,
                 "more calls than the window of " + std::to_string(settings_.window) + "; wait until one has ended",
                 now, out);
  calls_.emplace_hint(calls_.end(), m.id, open_call{})->second.credit = m.chunks;
  const auto deadline = later(now, m.timeout);
  out.orders.push_back(order::handle{std::move(m), deadline});
}

void worker_session::on(credit m, time_point, worker_output& out) {
  const auto at = calls_.find(m.id);
  if (at == calls_.end() || at->second.credit.value_or(0) >= m.chunks) return;
  at->second.credit = m.chunks;
  out.orders.push_back(order::emit_more{m.id});
}

void worker_session::on(answer m, time_point, worker_output& out) {
  if (asks_.erase(m.id) == 0) return out.orders.push_back(order::oddity{"a late answer"});
  out.orders.push_back(order::answered{std::move(m)});
}

void worker_session::on(cancel m, time_point, worker_output& out) {
  const auto at = calls_.find(m.id);
  if (at == calls_.end() || std::exchange(at->second.stopped, true)) return;
  out.orders.push_back(order::stop{m.id, std::move(m.text)});
}

void worker_session::on(saved m, time_point, worker_output& out) { out.orders.push_back(order::state_saved{m.number}); }

void worker_session::on(heartbeat, time_point, worker_output&) {}

void worker_session::on(drain m, time_point, worker_output& out) {
  phase_ = phase::draining;
  out.orders.push_back(order::drain_now{of_wire(m.timeout)});
}

void worker_session::on(goodbye m, time_point, worker_output& out) { close(m.code, std::move(m.text), out); }

void worker_session::on(unknown m, time_point, worker_output& out) {
  out.orders.push_back(order::oddity{"a message of the unknown kind \"" + m.kind + "\""});
}

template <class Message>
void worker_session::on(Message m, time_point now, worker_output& out) {
  leave(errc::corrupt, "a node does not send \"" + std::string{kind_of(m)} + "\"", now, out);
}

// --- What the owner wants ---

void worker_session::finish(result r, time_point now, worker_output& out) {
  const auto at = calls_.find(r.id);
  if (at == calls_.end()) return;
  if (r.output.size() > max_payload_)
    at->second.unsent = {errc::bad_output, too_large("an output", r.output.size(), max_payload_)};
  if (at->second.unsent) {
    auto why = std::move(*at->second.unsent);
    return finish(failure{r.id, why.code, std::move(why.message), true, r.micro_money, r.tokens}, now, out);
  }
  r.chunks = at->second.emitted;
  calls_.erase(at);
  std::erase_if(asks_, [&](const auto& a) { return a.second == r.id; });
  send(std::move(r), now, out);
}

void worker_session::finish(failure f, time_point now, worker_output& out) {
  if (calls_.erase(f.id) == 0) return;
  std::erase_if(asks_, [&](const auto& a) { return a.second == f.id; });
  send(std::move(f), now, out);
}

bool worker_session::emit(std::int64_t call, packed& part, time_point now, worker_output& out) {
  const auto at = calls_.find(call);
  if (at == calls_.end() || !at->second.credit) return true;
  auto& open = at->second;
  if (part.size() > max_payload_)
    open.unsent = {errc::bad_output, too_large("a part of the output", part.size(), max_payload_)};
  else if (open.stopped && !open.unsent)
    open.unsent = {errc::cancelled, "stopped while it streamed"};
  if (open.unsent) return true;
  if (open.emitted >= *open.credit) return false;
  send(chunk{call, open.emitted++, std::move(part)}, now, out);
  return true;
}

void worker_session::tell_progress(std::int64_t call, std::string text, time_point now, worker_output& out) {
  if (calls_.contains(call)) send(progress{call, std::move(text)}, now, out);
}

expected<std::int64_t> worker_session::begin_ask(std::int64_t call, std::string capability, packed input,
                                                 duration timeout, time_point now, worker_output& out) {
  if (!calls_.contains(call)) return unexpected{errc::cancelled, call_text(call) + " is not open any more"};
  if (capability.size() > max_name_bytes)
    return unexpected{errc::bad_input,
                      "the name of a capability has at most " + std::to_string(max_name_bytes) + " bytes"};
  if (input.size() > max_payload_)
    return unexpected{errc::bad_input, too_large("the input of " + capability, input.size(), max_payload_)};
  asks_.emplace_hint(asks_.end(), ++last_ask_, call);
  send(ask{last_ask_, call, std::move(capability), to_wire(timeout), std::move(input)}, now, out);
  return last_ask_;
}

void worker_session::drop_ask(std::int64_t id, time_point now, worker_output& out) {
  if (asks_.erase(id) > 0) send(cancel{id, ""}, now, out);
}

expected<std::int64_t> worker_session::save_state(std::int64_t version, packed bytes, time_point now,
                                                  worker_output& out) {
  if (!is_open()) return unexpected{errc::node_down, "there is no session with a node that could keep the state"};
  if (bytes.size() > max_payload_) return unexpected{errc::bad_input, too_large("a state", bytes.size(), max_payload_)};
  send(save{++last_save_, version, std::move(bytes)}, now, out);
  return last_save_;
}

void worker_session::begin_drain(time_point now, worker_output& out) {
  if (phase_ != phase::open) return;
  phase_ = phase::draining;
  send(drain{}, now, out);
}

void worker_session::leave(errc code, const std::string& text, time_point now, worker_output& out) {
  if (phase_ == phase::closed) return;
  if (session_ != 0) send(goodbye{code, text}, now, out);
  close(code, text, out);
}

void worker_session::close(errc code, std::string text, worker_output& out) {
  phase_ = phase::closed;
  calls_.clear();
  asks_.clear();
  out.orders.push_back(order::quit{code, std::move(text)});
}

// --- Time ---

void worker_session::on_tick(time_point now, worker_output& out) {
  if (phase_ == phase::closed) return;
  if (liveness_.is_silent(now))
    return leave(errc::node_down,
                 "the node was silent for " + std::to_string(seconds(liveness_.silence())) + " s; is it running?", now,
                 out);
  if (!liveness_.must_speak(now)) return;
  if (phase_ == phase::greeting)
    say_hello(now, out);
  else
    send(heartbeat{static_cast<std::int64_t>(calls_.size())}, now, out);
}

time_point worker_session::next_tick() const { return phase_ == phase::closed ? never : liveness_.next(); }

}  // namespace agents::wire
