// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cluster/transport/gate_alerts_impl.hpp"

namespace agents {
namespace {

constexpr duration same_again = std::chrono::minutes{1};
constexpr duration failures_again = std::chrono::seconds{10};
constexpr std::size_t most_remembered = 1000;

}  // namespace

void gate_alerts::tell(const std::string& about, std::string text, const std::string& module) {
  {
    const std::lock_guard lock{mutex_};
    const auto now = time_.now();
    std::erase_if(told_, [&](const auto& t) { return now - t.second >= same_again; });
    if (told_.size() >= most_remembered || !told_.emplace(about, now).second) return;
  }
  publish(std::move(text), module);
}

void gate_alerts::count_failed_handshake() {
  const std::lock_guard lock{mutex_};
  ++failed_;
}

void gate_alerts::on_tick(const std::string& endpoint) {
  int failed = 0;
  {
    const std::lock_guard lock{mutex_};
    if (failed_ == 0 || time_.now() - failures_told_ < failures_again) return;
    failed = std::exchange(failed_, 0);
    failures_told_ = time_.now();
  }
  publish(std::to_string(failed) + " connection" + (failed == 1 ? "" : "s") + " to " + endpoint +
              " ended in the handshake: not ZeroMQ, no CURVE, or another key of this node",
          {});
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
