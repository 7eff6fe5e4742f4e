// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cluster/transport/worker_gate.hpp"
#include "libagents/runtime/node.hpp"
#include "tests/catch.hpp"
#include "tests/event_watch.hpp"

namespace agents::testing {

namespace fs = std::filesystem;

/// A process with a command line of its own. Killed at the end.
class program {
 public:
  explicit program(std::vector<std::string> arguments) {
    std::vector<char*> raw;
    for (auto& a : arguments) raw.push_back(a.data());
    raw.push_back(nullptr);
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char* environment[] = {path, nullptr};
    REQUIRE(::posix_spawnp(&pid_, raw[0], nullptr, nullptr, raw.data(), environment) == 0);
  }
  program(program&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  program(const program&) = delete;
  program& operator=(const program&) = delete;
  ~program() {
    if (pid_ != 0) (void)end(SIGKILL);
  }
  void signal(int number) const { ::kill(pid_, number); }
  int end(int number) {
    signal(number);
    return wait();
  }
  /// The exit code, or 128 + the signal.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

/// A node that expects the module "far" from elsewhere, and listens.
struct remote_node {
  explicit remote_node(std::uint32_t places = 1, const std::string& address = "tcp://127.0.0.1:0", bool plain = false) {
    auto pattern = (fs::temp_directory_path() / "agents-remote-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    const auto node_pair = keys().make("node");
    REQUIRE(node_pair);
    node_key = node_pair->open.text();
    make_node(places);
    listen(address, plain);
  }
  ~remote_node() {
    own.reset();
    gate.reset();
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }

  void make_node(std::uint32_t places) {
    node_config c;
    c.observers.push_back(events);
    own = std::make_unique<node>(std::move(c));
    process_options how;
    how.name = "far";
    how.heartbeat = std::chrono::milliseconds{200};
    how.silence = std::chrono::milliseconds{1000};
    how.hang_grace = std::chrono::milliseconds{500};
    module_options often;
    often.replicas = places;
    often.supervision.intensity = 1000;
    often.supervision.first_backoff = {};
    REQUIRE(own->add_remote(how, often));
  }
  void listen(const std::string& address, bool plain = false) {
    gate_settings g{address, std::nullopt, "node", connections};
    if (!plain) g.keys.emplace(keys());
    auto opened = worker_gate::open(g, {time, *source, own->admission(), [this](event e) {
                                          e.at = time.now();
                                          events->on_event(e);
                                        }});
    INFO((opened ? std::string{} : to_string(opened.error())));
    REQUIRE(opened);
    gate = std::move(*opened);
  }

  [[nodiscard]] key_folder keys() const { return key_folder{folder / "keys"}; }
  /// A pair of a worker; allowed for these modules, if there are any.
  void make_key(const std::string& name, std::vector<std::string> modules) const {
    const auto pair = keys().make(name);
    REQUIRE(pair);
    if (!modules.empty()) allow(name, std::move(modules));
  }
  void allow(const std::string& name, std::vector<std::string> modules) const {
    const auto pair = keys().own(name);
    REQUIRE(pair);
    REQUIRE(keys().allow({name, pair->open, std::move(modules)}));
  }
  [[nodiscard]] std::string fingerprint(const std::string& name) const { return keys().own(name)->open.fingerprint(); }

  [[nodiscard]] std::vector<std::string> command(const std::string& key, std::vector<std::string> more = {},
                                                 const std::string& endpoint = {}) const {
    const auto beside = fs::read_symlink("/proc/self/exe").parent_path();
    std::vector<std::string> c{(beside / "test_remote_worker").string(), "--endpoint",
                               endpoint.empty() ? gate->endpoint() : endpoint};
    if (!key.empty()) c.insert(c.end(), {"--node-key", node_key, "--key-file", keys().secret_file(key).string()});
    c.insert(c.end(), more.begin(), more.end());
    return c;
  }
  [[nodiscard]] program worker(const std::string& key, std::vector<std::string> more = {}) const {
    return program{command(key, std::move(more))};
  }

  expected<shared_value> echo(const std::string& text, duration limit = patience) {
    return own->ask("far.echo@1", object{{"text", text}}, limit);
  }
  /// Asks until an answer comes.
  bool answers() {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      if (echo("hi", std::chrono::seconds{2})) return true;
      std::this_thread::yield();
    }
    return false;
  }
  std::int64_t pid() {
    const auto r = own->ask("far.pid@1", object{{"n", 0}}, patience);
    return r ? (*r)->get_integer("n") : 0;
  }

  fs::path folder;
  std::string node_key;
  std::size_t connections = 1024;  ///< of the next `listen`
  system_clock time;
  std::unique_ptr<random> source = system_random();
  std::shared_ptr<event_watch> events = std::make_shared<event_watch>();
  std::unique_ptr<worker_gate> gate;
  std::unique_ptr<node> own;
};

}  // namespace agents::testing
