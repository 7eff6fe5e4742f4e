// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/node_log.hpp"

#include <ostream>
#include <utility>

#include "libagents/contract/printable.hpp"

namespace agents::cli {
namespace {

constexpr std::size_t most_waiting = 1000;

const std::string& who(const event& e) { return e.step.empty() ? e.module : e.step; }

}  // namespace

node_log::node_log(std::ostream& out) : out_(out), thread_([this] { write(); }) {}

node_log::~node_log() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void node_log::on_event(const event& e) {
  const std::lock_guard lock{mutex_};
  const auto line = line_about(e);
  if (line.empty()) return;
  if (lines_.size() >= most_waiting) return void(++dropped_);
  lines_.push_back(to_iso8601(e.at) + " " + printable(line));
  changed_.notify_one();
}

void node_log::say(std::string line) {
  const std::lock_guard lock{mutex_};
  lines_.push_back(std::move(line));
  changed_.notify_one();
}

/// "" for what is not worth a line.
std::string node_log::line_about(const event& e) {
  switch (e.kind) {
    case event_kind::replica_started: return started_.insert(e.step).second ? "" : "started again: " + who(e);
    case event_kind::replica_restarted: return "restart " + who(e) + ": " + e.text;
    case event_kind::replica_escalated: return "ESCALATION " + who(e) + ": " + e.text;
    case event_kind::alert: return "ALERT " + (who(e).empty() ? "" : who(e) + ": ") + e.text;
    case event_kind::progress: return e.step.empty() ? "[" + e.module + "] " + e.text : "";
    default: return {};
  }
}

void node_log::write() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !lines_.empty(); });
    if (lines_.empty()) return;
    auto lines = std::exchange(lines_, {});
    const auto dropped = std::exchange(dropped_, 0);
    lock.unlock();
    for (const auto& l : lines) out_ << l << '\n';
    if (dropped > 0) out_ << "(" << dropped << " lines more, too many to show)\n";
    out_.flush();
    lock.lock();
  }
}

}  // namespace agents::cli
