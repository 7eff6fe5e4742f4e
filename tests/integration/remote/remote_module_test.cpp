// SPDX-License-Identifier: Apache-2.0
// A module whose processes others start: registered, called, lost, replaced, refused.
#include <cstdlib>
#include <fstream>
#include <set>

#include "tests/integration/remote/remote_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

/// A call that lasts until its worker is lost; its error.
struct long_call {
  explicit long_call(node& n) {
    call = n.begin_ask("far.wait@1", object{{"n", 1}}, 60s, [this](expected<shared_value> r) {
      const std::lock_guard lock{mutex};
      end = r ? errc::none : r.error().code;
      changed.notify_all();
    });
  }
  errc wait() {
    std::unique_lock lock{mutex};
    REQUIRE(changed.wait_for(lock, patience, [this] { return end.has_value(); }));
    return *end;
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<errc> end;
  std::shared_ptr<outside_call> call;
};

/// Until the call is with the worker.
void wait_for_work(node& n) {
  const auto until = std::chrono::steady_clock::now() + patience;
  const auto busy = [&n] {
    for (const auto& o : n.registry().all())
      for (const auto& r : o->replicas)
        if (r->in_flight.load() > 0) return true;
    return false;
  };
  while (!busy() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  REQUIRE(busy());
}

}  // namespace

TEST_CASE("a worker on another host ends in order on SIGTERM, and does not connect again") {
  remote_node n;
  n.make_key("gpu-1", {"far"});
  auto w = n.worker("gpu-1");
  REQUIRE(n.answers());
  CHECK(w.end(SIGTERM) == 0);
  n.events->wait_for(event_kind::replica_exited);
  CHECK(n.gate->describe().find("workers")->as_array().empty());
}

TEST_CASE("a module from elsewhere is expected, registers, and is called") {
  remote_node n;
  CHECK(n.echo("hi").error().code == errc::no_route);
  CHECK(n.own->tree().find("children")->as_array().at(0).get_string("id") == "far");
  n.make_key("gpu-1", {"far"});
  const auto w = n.worker("gpu-1");
  n.events->wait_for(event_kind::replica_started);
  const auto r = n.echo("hi");
  REQUIRE(r);
  CHECK((*r)->get_string("text") == "hi");
  const auto seen = n.gate->describe();
  REQUIRE(seen.find("workers")->as_array().size() == 1);
  CHECK(seen.find("workers")->as_array()[0].get_string("worker") == "gpu-1 (127.0.0.1)");
}

TEST_CASE("a killed worker costs its calls, at once; the next one is the next life") {
  remote_node n;
  n.make_key("gpu-1", {"far"});
  auto w = n.worker("gpu-1");
  n.events->wait_for(event_kind::replica_started);
  long_call open{*n.own};
  wait_for_work(*n.own);
  const auto before = n.time.now();
  w.signal(SIGKILL);
  CHECK(open.wait() == errc::node_down);
  CHECK(n.time.now() - before < 900ms);  // seen by the connection: silence would take 1 s
  n.events->wait_for(event_kind::replica_exited, "connection");
  const auto other = n.worker("gpu-1");
  n.events->wait_for_number(event_kind::replica_started, 2);
  CHECK(n.answers());
  CHECK(n.pid() == other.pid());
}

TEST_CASE("a worker that is silent is given up; when it wakes it registers again") {
  remote_node n;
  n.make_key("gpu-1", {"far"});
  const auto w = n.worker("gpu-1");
  n.events->wait_for(event_kind::replica_started);
  w.signal(SIGSTOP);
  n.events->wait_for(event_kind::replica_exited, "silent");
  CHECK_FALSE(n.echo("hi", 1s));
  w.signal(SIGCONT);
  CHECK(n.answers());
}

TEST_CASE("several workers are several replicas; one more waits until a place falls free") {
  remote_node n{2};
  n.make_key("gpu-1", {"far"});
  n.make_key("gpu-2", {"far"});
  auto first = n.worker("gpu-1");
  const auto second = n.worker("gpu-2");
  n.events->wait_for_number(event_kind::replica_started, 2);
  std::set<std::int64_t> pids;
  for (int i = 0; i < 200 && pids.size() < 2; ++i) pids.insert(n.pid());
  CHECK(pids == std::set<std::int64_t>{first.pid(), second.pid()});
  const auto spare = n.worker("gpu-2");
  (void)first.end(SIGKILL);
  n.events->wait_for_number(event_kind::replica_started, 3);
  pids.clear();
  for (int i = 0; i < 200 && !pids.contains(spare.pid()); ++i) pids.insert(n.pid());
  CHECK(pids.contains(spare.pid()));
}

TEST_CASE("another version of the module is refused with both versions, and its process ends") {
  remote_node n{2};
  n.make_key("gpu-1", {"far"});
  const auto w = n.worker("gpu-1");
  n.events->wait_for(event_kind::replica_started);
  CHECK(n.worker("gpu-1", {"--version", "2.0.0"}).wait() == 1);
  CHECK(n.answers());
  CHECK(n.events->count(event_kind::replica_exited) == 0);  // nobody else was disturbed
}

TEST_CASE("a key may not offer another module, nor one that nobody expects") {
  remote_node n;
  n.make_key("thief", {"other"});
  CHECK(n.worker("thief").wait() == 1);
  const auto text = n.events->wait_for(event_kind::alert, "may not offer").text;
  CHECK(text.find(n.fingerprint("thief")) != std::string::npos);
  CHECK(n.worker("thief", {"--name", "other"}).wait() == 1);
  CHECK(n.gate->describe().find("workers")->as_array().empty());
}

TEST_CASE("an unknown key is refused with an alert that names it, and allowed without a restart") {
  remote_node n;
  n.make_key("gpu-1", {});
  const auto w = n.worker("gpu-1");
  const auto text = n.events->wait_for(event_kind::alert, n.fingerprint("gpu-1")).text;
  CHECK(text.find("127.0.0.1") != std::string::npos);
  CHECK(text.find("agents keys allow") != std::string::npos);
  CHECK_FALSE(n.echo("hi", 100ms));
  n.allow("gpu-1", {"far"});
  CHECK(n.answers());
}

TEST_CASE("a revoked key ends its session and its calls; two keys may be allowed at once") {
  remote_node n{2};
  n.make_key("old", {"far"});
  n.make_key("new", {"far"});
  const auto first = n.worker("old");
  n.events->wait_for(event_kind::replica_started);
  long_call open{*n.own};
  wait_for_work(*n.own);
  const auto second = n.worker("new");
  n.events->wait_for_number(event_kind::replica_started, 2);
  REQUIRE(n.keys().revoke("old"));
  CHECK(open.wait() == errc::node_down);
  n.events->wait_for(event_kind::replica_exited, "revoked");
  for (int i = 0; i < 20; ++i) CHECK(n.pid() == second.pid());
}

TEST_CASE("a worker with a wrong key of the node talks to nobody") {
  remote_node n;
  n.make_key("gpu-1", {"far"});
  const auto other = make_key_pair("other");
  REQUIRE(other);
  n.node_key = other->open.text();
  const auto w = n.worker("gpu-1");
  n.events->wait_for(event_kind::alert, "ended in the handshake");
  CHECK(n.events->count(event_kind::replica_started) == 0);
}

TEST_CASE("a worker comes back when the node has been away") {
  remote_node n;
  n.make_key("gpu-1", {"far"});
  const auto w = n.worker("gpu-1");
  n.events->wait_for(event_kind::replica_started);
  const auto address = n.gate->endpoint();
  n.own.reset();
  n.gate.reset();
  n.make_node(1);
  n.listen(address);
  CHECK(n.answers());
  CHECK(n.pid() == w.pid());
}

TEST_CASE("without keys a node listens on loopback only, and there anybody may register") {
  remote_node n{1, "tcp://127.0.0.1:0", true};
  const auto w = n.worker("");
  n.events->wait_for(event_kind::replica_started);
  CHECK(n.answers());
  gate_settings open{"tcp://0.0.0.0:0", std::nullopt, "node"};
  const auto refused = worker_gate::open(open, {n.time, *n.source, n.own->admission(), [](event) {}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("agents keys new node") != std::string::npos);
}

TEST_CASE("what keeps a node from listening says the remedy") {
  remote_node n;
  const auto problem = [&](const std::string& address, const std::string& key = "node") {
    const auto r = worker_gate::open({address, n.keys(), key}, {n.time, *n.source, n.own->admission(), [](event) {}});
    REQUIRE_FALSE(r);
    return r.error().message;
  };
  CHECK(problem(n.gate->endpoint()).find("another program listens there") != std::string::npos);
  CHECK(problem("tcp://192.0.2.7:5701").find("no such address") != std::string::npos);
  CHECK(problem("http://x").find("tcp://") != std::string::npos);
  CHECK(problem("tcp://127.0.0.1:0", "nobody").find("agents keys new nobody") != std::string::npos);
}

TEST_CASE("a worker in Python comes with its key, is called, and comes back to a node that was away") {
  if (std::system("/usr/bin/python3 -c 'import zmq, msgpack'") != 0)  // NOLINT(cert-env33-c)
    FAIL("python3-zmq or python3-msgpack is missing: apt-get install python3-zmq python3-msgpack");
  remote_node n;
  n.make_key("py", {"far"});
  const auto script = n.folder / "far.py";
  std::ofstream{script} << R"(from dataclasses import dataclass
import os
from agents_sdk import Module
module = Module("far", "1.0.0")
@dataclass
class Line:
    text: str
@dataclass
class Number:
    n: int
@module.capability("far.echo@1", effect="pure")
def echo(line: Line) -> Line:
    return line
@module.capability("far.pid@1", effect="pure")
def pid(number: Number) -> Number:
    return Number(os.getpid())
module.serve()
)";
  const auto start = [&](const std::string& node_key, const std::string& key_file) {
    return program{{"env", "PYTHONPATH=" AGENTS_SOURCE_DIR "/actors/sdk/python", "PYTHONDONTWRITEBYTECODE=1",
                    "AGENTS_ENDPOINT=" + n.gate->endpoint(), "AGENTS_NODE_KEY=" + node_key,
                    "AGENTS_KEY_FILE=" + key_file, "/usr/bin/python3", script.string()}};
  };
  const auto key_file = n.keys().secret_file("py").string();
  CHECK(start("", key_file).wait() == 1);  // half a configuration
  CHECK(start(n.node_key, "/no/such").wait() == 1);
  const auto w = start(n.node_key, key_file);
  n.events->wait_for(event_kind::replica_started);
  CHECK(n.echo("hi"));
  const auto address = n.gate->endpoint();
  n.own.reset();
  n.gate.reset();
  n.make_node(1);
  n.listen(address);
  CHECK(n.answers());
  CHECK(n.pid() == w.pid());
}
