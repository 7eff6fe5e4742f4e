// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/hub_link_impl.hpp"

namespace agents {
namespace {

constexpr auto connection_gone = "the connection to the worker is gone";

}  // namespace

expected<std::int64_t> hub_link::start(wire::call c, time_point deadline) {
  wire::node_output out;
  std::unique_lock lock{mutex_};
  auto id = session_.start(std::move(c), deadline, clock_.now(), out);
  if (!id) return id;
  auto frames = wire::encode(std::move(out.send.front()));
  if (!frames) {
    session_.withdraw(*id);
    return frames.propagate();
  }
  if (router_ && router_->send(peer_, std::move(*frames))) return id;
  session_.withdraw(*id);
  session_.end(errc::node_down, connection_gone, clock_.now(), out);
  lock.unlock();
  deliver(std::move(out.reports));
  return unexpected{errc::node_down, connection_gone};
}

void hub_link::send_all(wire::node_output& out) {
  bool gone = false;
  for (auto& e : out.send) gone = gone || !post(std::move(e));
  if (gone) session_.end(errc::node_down, connection_gone, clock_.now(), out);
}

bool hub_link::post(wire::envelope e) {
  if (!router_) return true;  // the node stops: nobody is told anything any more
  const auto session = e.session;
  const auto* given = std::get_if<wire::answer>(&e.body);
  const auto ask = given ? given->id : 0;
  auto frames = wire::encode(std::move(e));
  if (!frames && ask != 0)  // too large an answer: the asker must not wait for it
    frames = wire::encode({session, wire::answer{ask, errc::bad_output, frames.error().message, 0, 0, ""}});
  return !frames || router_->send(peer_, std::move(*frames));
}

void hub_link::deliver(std::vector<wire::node_report> reports) {
  if (reports.empty()) return;
  const auto to = listener_.lock();
  if (!to) return;
  for (auto& r : reports) to->on_report(std::move(r));
}

void hub_link::connect(router& to, peer_id peer) {
  const std::lock_guard lock{mutex_};
  router_ = &to;
  peer_ = std::move(peer);
}

void hub_link::disconnect() {
  const std::lock_guard lock{mutex_};
  router_ = nullptr;
}

}  // namespace agents
