// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "cluster/transport/router.hpp"
#include "libagents/wire/codec.hpp"
#include "libagents/wire/worker_link.hpp"

namespace agents {

/// A session of a worker, its connection, and whom it reports to.
///
/// Inputs come from the router's thread and from the owner's threads; a mutex puts them in order. Messages are encoded
/// and queued under the mutex, so that they leave in the order of the session; reports are delivered after it is
/// released.
class hub_link final : public wire::worker_link {
 public:
  hub_link(const clock& c, wire::node_session_settings settings, std::weak_ptr<wire::worker_listener> listener)
      : clock_(c), session_(settings, c.now()), listener_(std::move(listener)) {}

  void accept(std::optional<wire::saved_state> state) override {
    input([&](auto& s, auto now, auto& out) { s.accept(std::move(state), now, out); });
  }
  void refuse(const error& why) override {
    input([&](auto& s, auto now, auto& out) { s.refuse(why, now, out); });
  }
  [[nodiscard]] expected<std::int64_t> start(wire::call c, time_point deadline) override;
  void cancel(std::int64_t id, std::string why) override {
    input([&](auto& s, auto now, auto& out) { s.cancel_call(id, std::move(why), now, out); });
  }
  void grant(std::int64_t id, std::int64_t chunks) override {
    input([&](auto& s, auto now, auto& out) { s.grant(id, chunks, now, out); });
  }
  void reply(wire::answer a) override {
    input([&](auto& s, auto now, auto& out) { s.reply(std::move(a), now, out); });
  }
  void confirm_saved(std::int64_t number) override {
    input([&](auto& s, auto now, auto& out) { s.confirm_saved(number, now, out); });
  }
  void drain(duration timeout) override {
    input([&](auto& s, auto now, auto& out) { s.begin_drain(timeout, now, out); });
  }
  void close(errc code, const std::string& text) override {
    input([&](auto& s, auto now, auto& out) { s.end(code, text, now, out); });
  }
  [[nodiscard]] std::int64_t room() const override {
    const std::lock_guard lock{mutex_};
    return session_.room();
  }

  /// The router's thread.
  void on_envelope(wire::envelope e) {
    input([&](auto& s, auto now, auto& out) { s.on_envelope(std::move(e), now, out); });
  }
  void on_damage(const error& why) {
    input([&](auto& s, auto now, auto& out) { s.on_damage(why, now, out); });
  }
  void on_tick() {
    input([&](auto& s, auto now, auto& out) { s.on_tick(now, out); });
  }
  /// Some connection has broken: if it is this one, the session ends now.
  void on_connection_lost() {
    input([&](auto& s, auto now, auto& out) { s.speak(now, out); });
  }
  /// From now on messages go to this peer.
  void connect(router& to, peer_id peer);
  /// The router is going: nothing is sent any more.
  void disconnect();
  [[nodiscard]] bool is_closed() const {
    const std::lock_guard lock{mutex_};
    return session_.is_closed();
  }

 private:
  template <class F>
  void input(F f) {
    wire::node_output out;
    {
      const std::lock_guard lock{mutex_};
      f(session_, clock_.now(), out);
      send_all(out);
    }
    deliver(std::move(out.reports));
  }
  /// What the session sends; when the connection is gone, the session ends and says so in `out`.
  void send_all(wire::node_output& out);
  /// False: the connection is gone.
  [[nodiscard]] bool post(wire::envelope e);
  void deliver(std::vector<wire::node_report> reports);

  const clock& clock_;
  mutable std::mutex mutex_;
  wire::node_session session_;
  router* router_ = nullptr;
  peer_id peer_;
  std::weak_ptr<wire::worker_listener> listener_;
};

}  // namespace agents
