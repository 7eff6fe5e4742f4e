// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/gate_alerts_impl.hpp"

#include <vector>

#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;

namespace {

struct fixture {
  manual_clock time;
  std::vector<std::string> told;
  gate_alerts alerts{time, [this](event e) { told.push_back(e.text); }};

  std::vector<std::string> tick() {
    told.clear();
    alerts.on_tick("tcp://node");
    return told;
  }
};

}  // namespace

TEST_CASE("strangers without end do not use up what is there for allowed keys, and their number is told") {
  fixture f;
  for (int i = 0; i < 5000; ++i) f.alerts.tell_of_stranger("key " + std::to_string(i), "refused");
  CHECK(f.told.size() == 100);
  f.told.clear();
  f.alerts.tell("gpu-1", "may not offer this");
  CHECK(f.told == std::vector<std::string>{"may not offer this"});
  f.time.advance(10s);
  CHECK(f.tick() == std::vector<std::string>{"4900 connections more to tcp://node refused, of many keys that are not "
                                             "allowed"});
  CHECK(f.tick().empty());
}

TEST_CASE("the same alert is told once a minute") {
  fixture f;
  f.alerts.tell("a", "text");
  f.alerts.tell("a", "text");
  CHECK(f.told.size() == 1);
  f.time.advance(60s);
  f.alerts.tell("a", "text");
  CHECK(f.told.size() == 2);
  CHECK(f.tick().empty());
}

TEST_CASE("connections that were turned away, and handshakes that failed, are told by their number") {
  fixture f;
  f.time.advance(1min);
  f.alerts.count_turned_away(7, 1024);
  f.alerts.count_failed_handshake();
  const auto told = f.tick();
  REQUIRE(told.size() == 2);
  CHECK(told[0].find("1 connection to tcp://node ended in the handshake") == 0);
  CHECK(told[1].find("7 connections to tcp://node closed: more than 1024 at once") == 0);
  f.alerts.count_turned_away(1, 1024);
  CHECK(f.tick().empty());
  f.time.advance(10s);
  CHECK(f.tick().size() == 1);
}
