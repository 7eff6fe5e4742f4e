// SPDX-License-Identifier: Apache-2.0
// A worker on another host: a network namespace of its own behind a cable that can be pulled. Needs root and iproute2;
// without them the same is tried on loopback, where the cable is a stopped process.
#include <sys/stat.h>

#include "tests/integration/remote/remote_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

bool run(const std::vector<std::string>& command) { return program{command}.wait() == 0; }

/// Another host, and the cable to it.
class other_host {
 public:
  other_host() : id_(std::to_string(::getpid())) {
    there_ = ::geteuid() == 0 && fs::exists("/usr/sbin/ip") && ip({"netns", "add", space()}) &&
             ip({"link", "add", near(), "type", "veth", "peer", "name", "far0", "netns", space()}) &&
             ip({"addr", "add", "10.213.77.1/24", "dev", near()}) && ip({"link", "set", near(), "up"}) &&
             inside({"ip", "addr", "add", "10.213.77.2/24", "dev", "far0"}) &&
             inside({"ip", "link", "set", "far0", "up"}) && inside({"ip", "link", "set", "lo", "up"});
    if (!there_) remove();
  }
  other_host(const other_host&) = delete;
  other_host& operator=(const other_host&) = delete;
  ~other_host() {
    if (there_) remove();
  }

  [[nodiscard]] bool is_there() const { return there_; }
  [[nodiscard]] std::string address() const { return there_ ? "tcp://10.213.77.1:0" : "tcp://127.0.0.1:0"; }
  [[nodiscard]] program start(std::vector<std::string> command) const {
    if (!there_) return program{std::move(command)};
    std::vector<std::string> all{"ip", "netns", "exec", space()};
    all.insert(all.end(), command.begin(), command.end());
    return program{std::move(all)};
  }
  void pull_cable() const { REQUIRE(ip({"link", "set", near(), "down"})); }
  void plug_cable() const { REQUIRE(ip({"link", "set", near(), "up"})); }

 private:
  [[nodiscard]] std::string space() const { return "agents-" + id_; }
  [[nodiscard]] std::string near() const { return "agt" + id_; }
  static bool ip(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ip");
    return run(arguments);
  }
  [[nodiscard]] bool inside(std::vector<std::string> command) const {
    std::vector<std::string> all{"ip", "netns", "exec", space()};
    all.insert(all.end(), command.begin(), command.end());
    return run(all);
  }
  void remove() const {
    if (::geteuid() != 0) return;
    (void)ip({"link", "del", near()});
    (void)ip({"netns", "del", space()});
  }

  std::string id_;
  bool there_ = false;
};

}  // namespace

TEST_CASE("a worker on another host is called, killed, and replaced") {
  const other_host host;
  if (!host.is_there()) WARN("no network namespace (needs root and iproute2): tried on loopback");
  remote_node n{1, host.address()};
  n.make_key("gpu-1", {"far"});
  {
    auto w = host.start(n.command("gpu-1"));
    n.events->wait_for(event_kind::replica_started);
    CHECK(n.echo("from afar"));
    if (host.is_there())
      CHECK(n.gate->describe().find("workers")->as_array()[0].get_string("worker") == "gpu-1 (10.213.77.2)");
    (void)w.end(SIGKILL);
  }
  n.events->wait_for(event_kind::replica_exited);
  const auto other = host.start(n.command("gpu-1"));
  n.events->wait_for_number(event_kind::replica_started, 2);
  CHECK(n.answers());
}

TEST_CASE("a cut between the hosts is noticed by silence, and heals by itself") {
  const other_host host;
  remote_node n{1, host.address()};
  n.make_key("gpu-1", {"far"});
  const auto w = host.start(n.command("gpu-1"));
  n.events->wait_for(event_kind::replica_started);
  REQUIRE(n.answers());
  const auto cut = n.time.now();
  if (host.is_there())
    host.pull_cable();
  else
    w.signal(SIGSTOP);
  CHECK(n.echo("lost", 10s).error().code != errc::none);
  n.events->wait_for(event_kind::replica_exited);
  CHECK(n.time.now() - cut < 3s);
  if (host.is_there())
    host.plug_cable();
  else
    w.signal(SIGCONT);
  n.events->wait_for_number(event_kind::replica_started, 2);
  CHECK(n.answers());
}
