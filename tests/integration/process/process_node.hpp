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
#include "tests/event_watch.hpp"

namespace agents::testing {

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
