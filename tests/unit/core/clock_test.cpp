// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/clock.hpp"

#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;

TEST_CASE("a manual clock moves only when it is advanced") {
  manual_clock clock{{5}};
  CHECK(clock.now() == time_point{5});
  clock.advance(3ns);
  CHECK(clock.now() == time_point{8});
  CHECK(clock.now() - time_point{5} == 3ns);
}

TEST_CASE("the system clock never goes back and is near the wall clock") {
  const system_clock clock;
  const auto a = clock.now();
  const auto b = clock.now();
  CHECK(a <= b);
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  CHECK(std::chrono::abs(wall - duration{b.ns}) < 10s);
}

TEST_CASE("points in time are written as ISO 8601 in UTC") {
  CHECK(to_iso8601({1'700'000'000'123'000'000}) == "2023-11-14T22:13:20.123Z");
}
