// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/reconnection.hpp"

#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;

TEST_CASE("pauses grow from 0.1 s to 5 s, and begin anew after a welcome") {
  seeded_random jitter{3};
  reconnection r{jitter};
  const expected<void> lost = unexpected{errc::node_down, "gone"};
  duration longest = 100ms;
  for (int i = 0; i < 12; ++i) {
    const auto pause = r.pause_after(lost, false);
    REQUIRE(pause);
    CHECK(*pause <= longest);
    CHECK(*pause >= longest / 2);
    longest = std::min<duration>(5s, longest * 2);
  }
  CHECK(*r.pause_after({}, true) <= 100ms);
}

TEST_CASE("what would be the same next time ends the worker; everything else is tried again") {
  seeded_random jitter{3};
  reconnection r{jitter};
  for (const auto code :
       {errc::bad_input, errc::rejected, errc::conflict, errc::unsupported, errc::corrupt, errc::crashed})
    CHECK_FALSE(r.pause_after(unexpected{code, ""}, false));
  for (const auto code : {errc::node_down, errc::overloaded, errc::deadline, errc::cancelled})
    CHECK(r.pause_after(unexpected{code, ""}, false));
  CHECK(r.pause_after({}, true));
}
