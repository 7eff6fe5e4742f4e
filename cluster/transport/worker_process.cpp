// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/worker_process.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "cluster/transport/reconnection.hpp"
#include "cluster/transport/served_call_impl.hpp"
#include "cluster/transport/termination_impl.hpp"
#include "cluster/transport/worker_identity_impl.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/core/exception_text.hpp"

namespace agents {
namespace {

/// For an answer to hello over TCP; then another socket is tried, because ZeroMQ may have given this one up for good.
constexpr duration remote_patience = std::chrono::seconds{5};

/// How often it is looked whether the process is to end: a signal may come to any thread.
constexpr duration look_every = std::chrono::milliseconds{200};

bool has_coroutines(const module& m) {
  return std::any_of(m.handlers().begin(), m.handlers().end(),
                     [](const handler& h) { return std::holds_alternative<coroutine_handler>(h); });
}

wire::worker_session_settings session_settings(const module& m, const worker_settings& s) {
  wire::worker_session_settings out;
  out.token = is_remote(s) ? "key" : s.token;
  out.sdk = s.sdk;
  if (is_remote(s)) out.patience = remote_patience;
  out.window = has_coroutines(m) ? m.manifest().concurrency : s.window;
  out.manifest = pack(to_value(m.manifest()));
  if (m.state()) out.state = m.state()->version;
  return out;
}

/// Carries out the node's orders with the handlers of a module.
class serving {
 public:
  /// `m` outlives it.
  serving(module& m, const worker_settings& s, const std::optional<curve_identity>& keys)
      : random_(system_random()),
        module_(m),
        connection_(clock_, *random_, s.endpoint, keys, session_settings(module_, s)),
        state_(module_, connection_) {}

  expected<void> run() {
    while (!ended_) {
      auto o =
          connection_.next(std::min(sleepers_.empty() ? never : sleepers_.begin()->first, clock_.now() + look_every));
      if (o) std::visit([this](auto& order) { follow(std::move(order)); }, *o);
      wake_sleepers();
      if (termination::is_wanted() && !draining_) ask_for_drain();
      if (draining_ && !ended_ && !has_work()) leave({});
    }
    return end_;
  }
  [[nodiscard]] bool was_welcomed() const { return welcomed_; }
  [[nodiscard]] bool was_refused_by_key() { return connection_.was_refused_by_key(); }

 private:
  void follow(wire::order::begin o) {
    welcomed_ = true;
    if (auto ok = state_.restore(o.from); !ok) leave(std::move(ok));
  }
  void follow(wire::order::emit_more) {}  // whoever waits for credit listens itself
  void follow(wire::order::state_saved) {}
  void follow(wire::order::oddity) {}
  void follow(wire::order::begin_anew) { open_.clear(); }
  void follow(wire::order::drain_now) { draining_ = true; }
  void follow(wire::order::quit o) {
    ended_ = true;
    if (o.code != errc::none && !left_) end_ = unexpected{o.code, std::move(o.text)};
    open_.clear();
  }
  void follow(wire::order::stop o) {
    if (open_.erase(o.id) > 0) fail(o.id, errc::cancelled, "cancelled by the caller", true, {});
  }
  void follow(wire::order::answered o);
  void follow(wire::order::handle o);

  /// The node is to send no more calls.
  void ask_for_drain() {
    draining_ = true;
    connection_.input([](auto& s, auto now, auto& out) { s.begin_drain(now, out); });
  }
  bool has_work() {
    return connection_.input([](auto& s, auto, auto&) { return s.open_calls() > 0; });
  }
  const handler* handler_of(std::string_view capability) const {
    const auto& offered = module_.manifest().capabilities;
    for (std::size_t i = 0; i < offered.size(); ++i)
      if (offered[i].id == capability) return &module_.handlers()[i];
    return nullptr;
  }
  void run_plain(const plain_handler& h, served_call& c);
  void run_coroutine(const coroutine_handler& h, std::unique_ptr<served_call> c);
  void finish_if_done(std::int64_t id);
  void finish(const served_call& c, expected<value> r);
  bool keep_state(std::int64_t id);
  void fail(std::int64_t id, errc code, std::string text, bool begun, const std::optional<wire::amount>& charged);
  void crash(std::int64_t id, const std::string& reason);
  void leave(expected<void> why);
  void wake_sleepers();

  system_clock clock_;
  std::unique_ptr<random> random_;
  module& module_;
  worker_connection connection_;
  served_state state_;
  wake_ups sleepers_;
  std::unordered_map<std::int64_t, std::unique_ptr<served_call>> open_;
  expected<void> end_;
  bool draining_ = false;
  bool welcomed_ = false;
  bool left_ = false;
  bool ended_ = false;
};

expected<request> to_request(wire::call& m, time_point deadline) {
  auto input = wire::decode_payload(m.input, "the input of " + m.capability);
  if (!input) return input.propagate();
  request r;
  r.id = call_id{static_cast<std::uint64_t>(m.id)};
  if (m.run) r.run = *m.run;
  r.step = std::move(m.step);
  r.attempt = static_cast<std::uint32_t>(m.attempt);
  r.capability = std::move(m.capability);
  r.input = share(std::move(*input));
  r.deadline = deadline;
  r.critique = std::move(m.critique);
  r.metered = m.budget.has_value();
  r.micro_money = m.budget.value_or(wire::amount{}).micro_money;
  r.tokens = m.budget.value_or(wire::amount{}).tokens;
  if (m.previous.empty()) return r;
  auto previous = wire::decode_payload(m.previous, "the previous output of " + r.capability);
  if (!previous) return previous.propagate();
  r.previous = share(std::move(*previous));
  return r;
}

void serving::follow(wire::order::handle o) {
  const auto id = o.what.id;
  if (!connection_.input([id](auto& s, auto, auto&) { return s.has_call(id); })) return;  // over before it began
  const auto* h = handler_of(o.what.capability);
  if (!h) return fail(id, errc::no_route, "this module does not offer " + o.what.capability, false, {});
  if (connection_.input([id](auto& s, auto, auto&) { return s.is_stopped(id); }))
    return fail(id, errc::cancelled, "cancelled while it waited in the worker", false, {});
  if (clock_.now() >= o.deadline)
    return fail(id, errc::deadline, "the deadline passed while the call waited in the worker", false, {});
  auto r = to_request(o.what, o.deadline);
  if (!r) return fail(id, errc::bad_input, r.error().message, false, {});
  auto c = std::make_unique<served_call>(connection_, state_, clock_, *random_, sleepers_, id, std::move(*r));
  if (const auto* plain = std::get_if<plain_handler>(h)) return run_plain(*plain, *c);
  run_coroutine(std::get<coroutine_handler>(*h), std::move(c));
}

void serving::run_plain(const plain_handler& h, served_call& c) {
  connection_.begin_work(c.id());
  std::optional<expected<value>> r;
  try {
    r = h(*c.current().input, c.view());
  } catch (...) {
    connection_.end_work();
    return crash(c.id(), text_of(std::current_exception()));
  }
  connection_.end_work();
  finish(c, std::move(*r));
}

void serving::run_coroutine(const coroutine_handler& h, std::unique_ptr<served_call> c) {
  const auto id = c->id();
  auto& context = *open_.emplace(id, std::move(c)).first->second;
  connection_.begin_work(id);
  context.coroutine.emplace(h(context.current().input, context.view()));
  context.coroutine->resume();
  connection_.end_work();
  finish_if_done(id);
}

void serving::finish_if_done(std::int64_t id) {
  const auto found = open_.find(id);
  if (found == open_.end() || !found->second->coroutine->done()) return;
  const auto context = std::move(found->second);
  open_.erase(found);
  std::optional<expected<value>> r;
  try {
    r = context->coroutine->take();
  } catch (...) {
    return crash(id, text_of(std::current_exception()));
  }
  finish(*context, std::move(*r));
}

/// Before the answer: what was answered is never forgotten. False: the module threw.
bool serving::keep_state(std::int64_t id) {
  try {
    state_.handler_ended();
    return true;
  } catch (...) {
    crash(id, "while its state was saved: " + text_of(std::current_exception()));
    return false;
  }
}

void serving::finish(const served_call& c, expected<value> r) {
  if (!keep_state(c.id())) return;
  if (!r) {
    const auto code = r.error().code == errc::none ? errc::internal : r.error().code;
    return fail(c.id(), code, r.error().message, true, c.charged());
  }
  if (c.is_incomplete())
    return fail(c.id(), errc::deadline, "the reader took the stream too slowly", true, c.charged());
  wire::result m;
  m.id = c.id();
  m.output = pack(*r);
  if (c.charged()) {
    m.micro_money = c.charged()->micro_money;
    m.tokens = c.charged()->tokens;
  }
  connection_.input([&](auto& s, auto now, auto& out) { s.finish(std::move(m), now, out); });
}

void serving::fail(std::int64_t id, errc code, std::string text, bool begun,
                   const std::optional<wire::amount>& charged) {
  wire::failure m{id, code, std::move(text), begun, {}, {}};
  if (charged) {
    m.micro_money = charged->micro_money;
    m.tokens = charged->tokens;
  }
  connection_.input([&](auto& s, auto now, auto& out) { s.finish(std::move(m), now, out); });
}

/// As in a replica: one exception ends the incarnation, because nobody knows what state it left behind.
void serving::crash(std::int64_t id, const std::string& reason) {
  fail(id, errc::crashed, "the module threw: " + reason, true, {});
  leave(unexpected{errc::crashed, "the module crashed in another request: " + reason});
}

void serving::leave(expected<void> why) {
  left_ = ended_ = true;
  const auto code = why ? errc::none : why.error().code;
  const auto text = why ? std::string{} : why.error().message;
  connection_.input([&](auto& s, auto now, auto& out) { s.leave(code, text, now, out); });
  end_ = std::move(why);
  open_.clear();
}

void serving::follow(wire::order::answered o) {
  for (auto& [id, c] : open_) {
    if (!c->waits_for_ask(o.what.id)) continue;
    const auto waiting = id;
    expected<shared_value> r = unexpected{o.what.code, o.what.text};
    if (o.what.code == errc::none) {
      auto output = wire::decode_payload(o.what.output, "the answer");
      r = output ? expected<shared_value>{share(std::move(*output))} : expected<shared_value>{output.propagate()};
    }
    connection_.begin_work(waiting);
    c->resume_ask(o.what.id, std::move(r));
    connection_.end_work();
    return finish_if_done(waiting);
  }
}

void serving::wake_sleepers() {
  while (!sleepers_.empty() && sleepers_.begin()->first <= clock_.now()) {
    const auto [id, ticket] = sleepers_.begin()->second;
    sleepers_.erase(sleepers_.begin());
    const auto found = open_.find(id);
    if (found == open_.end()) continue;
    connection_.begin_work(id);
    found->second->resume_sleep(ticket);
    connection_.end_work();
    finish_if_done(id);
  }
}

/// Says on standard error what keeps a worker from its node; the same thing once.
class trouble_notes {
 public:
  explicit trouble_notes(std::string endpoint) : endpoint_(std::move(endpoint)) {}

  void tell(const expected<void>& end, bool refused, const std::string& key_file) {
    auto text = refused ? "the node refuses the key in " + key_file + ", or has another key than AGENTS_NODE_KEY"
                        : (end ? "the node has ended the session" : end.error().message);
    if (text == last_) return;
    last_ = std::move(text);
    std::cerr << "agents worker: " << endpoint_ << ": " << last_ << "; trying again" << std::endl;
  }
  void forget() { last_.clear(); }

 private:
  std::string endpoint_;
  std::string last_;
};

/// False: the process is to end.
bool rests(duration pause) {
  for (; pause > duration::zero() && !termination::is_wanted(); pause -= look_every)
    std::this_thread::sleep_for(std::min(pause, look_every));
  return !termination::is_wanted();
}

/// One session after the other.
expected<void> serve_remotely(module& m, const worker_settings& settings, const std::optional<curve_identity>& keys) {
  const auto source = system_random();
  reconnection again{*source};
  trouble_notes notes{settings.endpoint};
  for (;;) {
    serving session{m, settings, keys};
    auto end = session.run();
    const bool welcomed = session.was_welcomed();
    if (termination::is_wanted()) return {};
    const auto pause = again.pause_after(end, welcomed);
    if (!pause) return end;
    if (welcomed) notes.forget();
    notes.tell(end, session.was_refused_by_key(), settings.key_file);
    if (!rests(*pause)) return {};
  }
}

std::string variable(const char* name) {
  const auto* set = std::getenv(name);
  return set ? set : "";
}

expected<worker_settings> checked(worker_settings s) {
  if (s.endpoint.empty() || (s.token.empty() && !is_remote(s)))
    return unexpected{
        errc::bad_input,
        "AGENTS_ENDPOINT and AGENTS_TOKEN are not set; a worker is started by a node, or on another host with "
        "AGENTS_ENDPOINT=tcp://NODE:PORT, AGENTS_NODE_KEY and AGENTS_KEY_FILE"};
  return s;
}

worker_settings settings_of_environment() {
  worker_settings s;
  s.endpoint = variable("AGENTS_ENDPOINT");
  s.token = variable("AGENTS_TOKEN");
  s.node_key = variable("AGENTS_NODE_KEY");
  s.key_file = variable("AGENTS_KEY_FILE");
  return s;
}

}  // namespace

expected<worker_settings> worker_settings_from_environment() { return checked(settings_of_environment()); }

expected<worker_settings> worker_settings_from(int argc, const char* const* argv) {
  auto s = settings_of_environment();
  const std::pair<std::string_view, std::string*> known[] = {
      {"--endpoint", &s.endpoint}, {"--node-key", &s.node_key}, {"--key-file", &s.key_file}};
  for (int i = 1; i < argc; ++i)
    for (const auto& [name, place] : known) {
      if (argv[i] != name) continue;
      if (i + 1 == argc) return unexpected{errc::bad_input, std::string{name} + " needs a value after it"};
      *place = argv[++i];
      break;
    }
  return checked(std::move(s));
}

expected<void> serve(module m, const worker_settings& settings) {
  if (auto ok = check(m.manifest()); !ok) return ok;
  const auto keys = identity_of(settings);
  if (!keys) return keys.propagate();
  const termination sigterm;
  if (is_remote(settings)) return serve_remotely(m, settings, *keys);
  return serving{m, settings, *keys}.run();
}

expected<void> serve(module m) {
  const auto settings = worker_settings_from_environment();
  if (!settings) return settings.propagate();
  return serve(std::move(m), *settings);
}

int worker_exit_code(const expected<void>& served) {
  if (served) return 0;
  std::cerr << to_string(served.error()) << '\n';
  return 1;
}

}  // namespace agents
