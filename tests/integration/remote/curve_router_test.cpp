// SPDX-License-Identifier: Apache-2.0
// The router behind a port with keys.
#include <zmq.h>

#include <atomic>
#include <future>

#include "cluster/keys/key_file.hpp"
#include "cluster/transport/router.hpp"
#include "cluster/transport/zmq_socket_impl.hpp"
#include "tests/catch.hpp"
#include "tests/event_watch.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

constexpr int messages = 100;

/// Takes two milliseconds for each message, as one that decodes something large, and more for the first: meanwhile the
/// others arrive.
struct slow final : router_listener {
  void on_frames(const sender&, wire::frames) override {
    const auto until = std::chrono::steady_clock::now() + (heard == 0 ? 100ms : 2ms);
    while (std::chrono::steady_clock::now() < until) continue;
    if (++heard == messages) done.set_value(ticks);
  }
  void on_tick() override { ++ticks; }
  bool admits(const std::string&, const std::string&) override { return true; }

  int heard = 0;
  int ticks = 0;
  std::promise<int> done;
};

}  // namespace

TEST_CASE("the router ticks by time, however much there is to hear") {
  slow listener;
  char open[41];
  char secret[41];
  REQUIRE(zmq_curve_keypair(open, secret) == 0);
  router_options o;
  o.tick = 10ms;
  auto opened = router::open(tcp_options{"tcp://127.0.0.1:0", secret}, listener, o);
  REQUIRE(opened);
  agents::zmq_context context;
  agents::zmq_socket s{context, ZMQ_DEALER};
  s.set_text(ZMQ_CURVE_SERVERKEY, open);
  char own[41];
  char own_secret[41];
  REQUIRE(zmq_curve_keypair(own, own_secret) == 0);
  s.set_text(ZMQ_CURVE_PUBLICKEY, own);
  s.set_text(ZMQ_CURVE_SECRETKEY, own_secret);
  REQUIRE(zmq_connect(s.get(), (*opened)->endpoint().c_str()) == 0);
  for (int i = 0; i < messages; ++i) REQUIRE(s.send({"x"}) == 0);
  (*opened)->start();
  auto ticks = listener.done.get_future();
  REQUIRE(ticks.wait_for(patience) == std::future_status::ready);
  CHECK(ticks.get() >= 10);  // there was time for thirty
  (*opened)->stop();
}
