// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cluster/transport/gate_alerts_impl.hpp"

namespace agents {
namespace {

constexpr duration same_again = std::chrono::minutes{1};
constexpr duration numbers_again = std::chrono::seconds{10};

std::string connections(int n) { return std::to_string(n) + " connection" + (n == 1 ? "" : "s"); }

}  // namespace

void gate_alerts::tell(const std::string& about, std::string text, const std::string& module) {
  if (may_tell(keys_, about)) publish(std::move(text), module);
}

void gate_alerts::tell_of_stranger(const std::string& about, std::string text) {
  if (may_tell(strangers_, about)) publish(std::move(text), {});
}

bool gate_alerts::may_tell(quota& q, const std::string& about) {
  const std::lock_guard lock{mutex_};
  const auto now = time_.now();
  std::erase_if(q.told, [&](const auto& t) { return now - t.second >= same_again; });
  if (q.told.count(about) != 0) return false;
  if (q.told.size() >= q.most) return ++q.untold.count, false;
  q.told.emplace(about, now);
  return true;
}

void gate_alerts::count_failed_handshake() {
  const std::lock_guard lock{mutex_};
  ++failed_.count;
}

void gate_alerts::count_turned_away(int count, std::size_t most) {
  const std::lock_guard lock{mutex_};
  turned_away_.count += count;
  most_connections_ = most;
}

int gate_alerts::take(tally& t) {
  const std::lock_guard lock{mutex_};
  if (t.count == 0 || time_.now() - t.told < numbers_again) return 0;
  t.told = time_.now();
  return std::exchange(t.count, 0);
}

void gate_alerts::on_tick(const std::string& endpoint) {
  if (const int n = take(failed_); n > 0)
    publish(connections(n) + " to " + endpoint +
                " ended in the handshake: not ZeroMQ, no CURVE, or another key of this node",
            {});
  if (const int n = take(turned_away_); n > 0)
    publish(connections(n) + " to " + endpoint + " closed: more than " + std::to_string(most_connections_) +
                " at once. If they are none of yours, let a firewall limit who may connect",
            {});
  if (const int n = take(strangers_.untold); n > 0)
    publish(connections(n) + " more to " + endpoint + " refused, of many keys that are not allowed", {});
  if (const int n = take(keys_.untold); n > 0)
    publish(std::to_string(n) + " more alerts about allowed keys at " + endpoint + ", too many to tell", {});
}

void gate_alerts::publish(std::string text, const std::string& module) {
  event e;
  e.kind = event_kind::alert;
  e.module = module;
  e.outcome = errc::rejected;
  e.text = std::move(text);
  publish_(std::move(e));
}

}  // namespace agents
