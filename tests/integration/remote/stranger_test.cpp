// SPDX-License-Identifier: Apache-2.0
// Whoever has no key, and what he can do at the node's port.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <zmq.h>

#include <fstream>

#include "cluster/transport/zmq_monitor_impl.hpp"
#include "cluster/transport/zmq_socket_impl.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/wire/codec.hpp"
#include "tests/integration/remote/remote_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

constexpr int many = 300;

/// A TCP connection of a stranger.
class connection {
 public:
  explicit connection(const std::string& endpoint) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    timeval limit{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  connection(connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() {
    if (fd_ >= 0) ::close(fd_);
  }
  void say(const std::string& bytes) const { (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /// The node closes it, sooner or later.
  bool is_closed_by_peer() const {
    char byte[256];
    for (;;) {
      const auto n = ::recv(fd_, byte, sizeof byte, 0);
      if (n == 0) return true;
      if (n < 0) return errno == ECONNRESET;
    }
  }

 private:
  int fd_;
};

std::int64_t resident_kb() {
  std::ifstream in{"/proc/self/status"};
  for (std::string word; in >> word;)
    if (word == "VmRSS:") {
      std::int64_t kb = 0;
      in >> kb;
      return kb;
    }
  return 0;
}

/// Of this process, which is the node and the strangers.
std::size_t open_files() {
  const fs::directory_iterator all{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::string garbage(agents::random& r, std::size_t size) {
  std::string out(size, '\0');
  for (auto& c : out) c = static_cast<char>(r.next());
  return out;
}

/// The greeting of ZMTP 3.0 with this mechanism.
std::string greeting(const std::string& mechanism) {
  std::string g(64, '\0');
  g[0] = static_cast<char>(0xff);
  g[9] = 0x7f;
  g[10] = 3;
  g.replace(12, mechanism.size(), mechanism);
  return g;
}

/// A frame that announces three gigabytes.
std::string huge_frame() { return std::string{"\x06\x00\x00\x00\x00\xc0\x00\x00\x00", 9} + "x"; }

}  // namespace

TEST_CASE("hundreds of strangers cost little memory, and the node goes on serving") {
  remote_node n;
  n.make_key("gpu-1", {"far"});
  const auto w = n.worker("gpu-1");
  n.events->wait_for(event_kind::replica_started);
  REQUIRE(n.answers());
  const auto before = resident_kb();
  seeded_random r{7};
  std::vector<connection> strangers;
  for (int i = 0; i < many; ++i) {
    auto& c = strangers.emplace_back(n.gate->endpoint());
    switch (i % 5) {
      case 0: break;  // says nothing
      case 1: c.say(garbage(r, 1 + r.below(4000))); break;
      case 2: c.say("GET / HTTP/1.1\r\nHost: node\r\n\r\n"); break;
      case 3: c.say(greeting("NULL") + huge_frame()); break;
      default: c.say(greeting("CURVE") + huge_frame() + garbage(r, 500)); break;
    }
    if (i % 50 == 0) CHECK(n.echo("meanwhile"));
  }
  for (int i = 0; i < 100; ++i) REQUIRE(n.echo("meanwhile"));
  for (const auto& c : strangers) CHECK(c.is_closed_by_peer());  // the silent ones after the handshake's time
  CHECK(resident_kb() - before < 64 * 1024);
  CHECK(n.answers());
  CHECK(n.events->count(event_kind::replica_exited) == 0);
  n.events->wait_for(event_kind::alert, "ended in the handshake");
  CHECK(n.events->count(event_kind::alert) <= 4);  // told together, not one by one
}

TEST_CASE("more connections than the door has places cost no more files, and a worker still comes in") {
  remote_node n;
  n.gate.reset();
  n.connections = 40;
  n.listen("tcp://127.0.0.1:0");
  n.make_key("gpu-1", {"far"});
  const auto before = open_files();
  std::vector<connection> strangers;
  for (int i = 0; i < many; ++i) strangers.emplace_back(n.gate->endpoint());
  const auto alert = n.events->wait_for(event_kind::alert, "more than 40 at once");
  const auto w = n.worker("gpu-1");
  for (int i = 0; i < many; ++i) strangers.emplace_back(n.gate->endpoint());
  CHECK(n.answers());
  n.events->wait_for(event_kind::replica_started);
  for (std::size_t i = 0; i + n.connections < strangers.size(); ++i) CHECK(strangers[i].is_closed_by_peer());
  CHECK(open_files() - before <= strangers.size() + n.connections);
  strangers.clear();
  CHECK(n.echo("after"));
}

TEST_CASE("whoever was refused is told once; what it goes on to say ends its connection") {
  remote_node n;
  n.make_key("gpu-1", {"another"});
  const auto pair = n.keys().own("gpu-1");
  REQUIRE(pair);
  agents::zmq_context context;
  agents::zmq_socket s{context, ZMQ_DEALER};
  s.set_text(ZMQ_CURVE_SERVERKEY, n.node_key);
  s.set_text(ZMQ_CURVE_PUBLICKEY, pair->open.text());
  s.set_text(ZMQ_CURVE_SECRETKEY, pair->secret);
  s.set(ZMQ_RECONNECT_IVL, -1);
  zmq_monitor watch{context, s};
  REQUIRE(zmq_connect(s.get(), n.gate->endpoint().c_str()) == 0);
  manifest m;
  m.name = "far";
  m.version = "1.0.0";
  for (int i = 0; i < 20; ++i) {
    auto frames = wire::encode({0, wire::hello{{1}, 1, "key", "", 1, {}, {}, pack(to_value(m))}});
    REQUIRE(frames);
    REQUIRE(s.send(std::move(*frames)) == 0);
  }
  const auto until = std::chrono::steady_clock::now() + patience;
  int refusals = 0;
  bool closed = false;
  while (!closed && std::chrono::steady_clock::now() < until) {
    zmq_pollitem_t items[] = {{s.get(), 0, ZMQ_POLLIN, 0}, {nullptr, watch.wake_fd(), ZMQ_POLLIN, 0}};
    zmq_poll(items, 2, 100);
    while (s.receive(3)) ++refusals;
    closed = watch.take().disconnected > 0;
  }
  CHECK(closed);
  CHECK(refusals <= 1);  // it may be lost with the connection
  CHECK(n.events->count(event_kind::alert) == 1);
}

TEST_CASE("a worker without keys gets nowhere at a port with keys") {
  remote_node n;
  const auto w = n.worker("");
  n.events->wait_for(event_kind::alert, "ended in the handshake");
  CHECK(n.gate->describe().find("workers")->as_array().empty());
}

TEST_CASE("an allowed key with nonsense, and one with a routing id of its own, are refused") {
  remote_node n;
  n.make_key("gpu-1", {"far"});
  const auto pair = n.keys().own("gpu-1");
  REQUIRE(pair);
  agents::zmq_context context;
  for (const bool named : {false, true}) {
    agents::zmq_socket s{context, ZMQ_DEALER};
    s.set_text(ZMQ_CURVE_SERVERKEY, n.node_key);
    s.set_text(ZMQ_CURVE_PUBLICKEY, pair->open.text());
    s.set_text(ZMQ_CURVE_SECRETKEY, pair->secret);
    if (named) s.set_text(ZMQ_ROUTING_ID, "me");
    REQUIRE(zmq_connect(s.get(), n.gate->endpoint().c_str()) == 0);
    wire::hello h;
    h.versions = {1};
    h.start = 1;
    h.token = "key";
    h.manifest = "\xc1";
    auto frames = wire::encode({0, h});
    REQUIRE(frames);
    REQUIRE(s.send(named ? std::move(*frames) : std::vector<std::string>{"nonsense"}) == 0);
    zmq_pollitem_t item{s.get(), 0, ZMQ_POLLIN, 0};
    REQUIRE(zmq_poll(&item, 1, 20'000) == 1);
    auto answer = s.receive(3);
    REQUIRE(answer);
    const auto e = wire::decode(std::move(*answer));
    REQUIRE(e);
    REQUIRE(std::holds_alternative<wire::refuse>(e->body));
    const auto& said = std::get<wire::refuse>(e->body);
    CHECK(said.code == (named ? errc::rejected : errc::corrupt));
  }
  const auto w = n.worker("gpu-1");
  CHECK(n.answers());
}
