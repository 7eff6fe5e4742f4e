// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cluster/process/process_launcher.hpp"
#include "libagents/module.hpp"
#include "libagents/runtime/node.hpp"
#include "tests/catch.hpp"

namespace agents::testing {

/// Whoever waits longer than this has found a defect.
constexpr std::chrono::seconds patience{20};

/// Keeps events, and wakes who waits for one.
class event_watch final : public event_sink {
 public:
  void on_event(const event& e) override {
    const std::lock_guard lock{mutex_};
    events_.push_back(e);
    changed_.notify_all();
  }
  /// The text of the first event of this kind that satisfies `wanted`.
  template <class F>
  std::string wait_for(event_kind kind, F wanted) {
    std::unique_lock lock{mutex_};
    const event* found = nullptr;
    const bool came = changed_.wait_for(lock, patience, [&] {
      for (const auto& e : events_)
        if (e.kind == kind && wanted(e)) found = &e;
      return found != nullptr;
    });
    REQUIRE(came);
    return found->text;
  }
  std::string wait_for(event_kind kind) {
    return wait_for(kind, [](const event&) { return true; });
  }
  /// The last event of this kind; an empty one if there is none.
  event last(event_kind kind) {
    const std::lock_guard lock{mutex_};
    event found;
    for (const auto& e : events_)
      if (e.kind == kind) found = e;
    return found;
  }
  std::size_t count(event_kind kind) {
    const std::lock_guard lock{mutex_};
    std::size_t n = 0;
    for (const auto& e : events_) n += e.kind == kind ? 1 : 0;
    return n;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<event> events_;
};

inline value text(std::string t) { return object{{"text", std::move(t)}}; }
inline value number(std::int64_t n) { return object{{"n", n}}; }

/// The worker program under this name, impatient, and without a sandbox: these tests name and signal its processes.
inline process_options odd(const std::string& name = "odd") {
  process_options o;
  o.name = name;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  o.command.arguments = {(beside / "test_process_worker").string(), name};
  o.heartbeat = std::chrono::milliseconds{100};
  o.silence = std::chrono::milliseconds{600};
  o.hang_grace = std::chrono::milliseconds{300};
  o.command.may.trusted = true;
  return o;
}

/// A node with real processes. Its modules may crash often.
struct process_node {
  explicit process_node(std::vector<group_options> supervisors = {}) : own(make(std::move(supervisors))) {}

  std::shared_ptr<event_watch> events = std::make_shared<event_watch>();
  std::unique_ptr<node> own;

  node& get() { return *own; }
  void add(const process_options& o, module_options m = often()) {
    const auto ok = own->add_process(o, m);
    INFO((ok ? std::string{} : to_string(ok.error())));
    REQUIRE(ok);
  }
  expected<shared_value> ask(std::string_view capability, const value& in, duration limit = patience) {
    return own->ask(capability, in, limit);
  }
  std::int64_t ask_number(std::string_view capability, std::int64_t n = 0) {
    const auto r = ask(capability, number(n));
    INFO((r ? std::string{} : to_string(r.error())));
    REQUIRE(r);
    return (*r)->get_integer("n");
  }
  errc error_of(std::string_view capability, const value& in, duration limit = patience) {
    const auto r = ask(capability, in, limit);
    return r ? errc::none : r.error().code;
  }

  static module_options often() {
    module_options m;
    m.supervision.intensity = 1000;
    m.supervision.first_backoff = {};
    return m;
  }

 private:
  std::unique_ptr<node> make(std::vector<group_options> supervisors) const {
    node_config c;
    c.supervisors = std::move(supervisors);
    c.processes = open_worker_launcher;
    c.observers.push_back(events);
    return std::make_unique<node>(std::move(c));
  }
};

/// False once the process has ended, also while it is not reaped by its new parent.
inline bool runs(std::int64_t pid) {
  std::ifstream in{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  std::getline(in, line);
  const auto state = line.rfind(") ");
  return state != std::string::npos && line[state + 2] != 'Z' && line[state + 2] != 'X';
}

/// Its end is on the way (it was killed): waits for it.
inline bool ends(std::int64_t pid) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (runs(pid) && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  return !runs(pid);
}

}  // namespace agents::testing
