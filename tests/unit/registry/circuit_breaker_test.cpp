// SPDX-License-Identifier: Apache-2.0
#include "libagents/registry/circuit_breaker.hpp"

#include <vector>

#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;
using outcome = circuit_breaker::outcome;
using state = circuit_breaker::state;

namespace {

constexpr time_point start{1'000'000'000'000};

bool request(circuit_breaker& c, outcome how, time_point now) { return c.ended(c.begun(now), how, now); }

/// An open circuit, opened at `start`.
circuit_breaker& opened(circuit_breaker& c) {
  for (int i = 0; i < 10; ++i) (void)request(c, outcome::failed, start);
  REQUIRE(c.now_is(start) == state::open);
  return c;
}

}  // namespace

TEST_CASE("a circuit opens when half of the last requests failed, not before there were enough of them") {
  circuit_breaker c;
  for (int i = 0; i < 9; ++i) CHECK_FALSE(request(c, outcome::failed, start));
  CHECK(c.allows(start));
  CHECK(request(c, outcome::failed, start));
  CHECK_FALSE(c.allows(start));
  CHECK_FALSE(c.allows(start + 999ms));
  CHECK(c.allows(start + 1s));
}

TEST_CASE("fewer failures than the share leave it closed; old ones are forgotten; unknown ones do not count") {
  circuit_breaker c;
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(request(c, i % 3 == 0 ? outcome::failed : outcome::good, start));
    CHECK_FALSE(request(c, outcome::unknown, start));
  }
  for (int i = 0; i < 32; ++i) CHECK_FALSE(request(c, outcome::good, start));
  for (int i = 0; i < 15; ++i) CHECK_FALSE(request(c, outcome::failed, start));
  CHECK(request(c, outcome::failed, start));  // 16 of 32
}

TEST_CASE("half open: a few probes; when all are good it closes") {
  circuit_breaker c;
  opened(c);
  const auto now = start + 1s;
  CHECK(c.now_is(now) == state::half_open);
  std::vector<circuit_breaker::phase> probes;
  for (int i = 0; i < 3; ++i) {
    CHECK(c.allows(now));
    probes.push_back(c.begun(now));
  }
  CHECK_FALSE(c.allows(now));
  for (const auto probe : probes) CHECK_FALSE(c.ended(probe, outcome::good, now));
  CHECK(c.now_is(now) == state::closed);
  CHECK(c.allows(now));
}

TEST_CASE("half open: one bad probe opens it again, for twice as long, up to the limit") {
  circuit_breaker c{{.open_at_most = 3s}};
  opened(c);
  auto now = start + 1s;
  CHECK(request(c, outcome::failed, now));
  CHECK_FALSE(c.allows(now + 1999ms));
  now = now + 2s;
  CHECK(c.allows(now));
  CHECK(request(c, outcome::failed, now));
  CHECK_FALSE(c.allows(now + 2999ms));
  CHECK(c.allows(now + 3s));
}

TEST_CASE("probes that never end do not block it for ever") {
  circuit_breaker c;
  opened(c);
  const auto now = start + 1s;
  for (int i = 0; i < 3; ++i) (void)c.begun(now);
  CHECK_FALSE(c.allows(now));
  CHECK(c.allows(now + 1s));
}

TEST_CASE("a probe whose outcome says nothing makes room for another") {
  circuit_breaker c;
  opened(c);
  const auto now = start + 1s;
  for (int i = 0; i < 10; ++i) {
    CHECK(c.allows(now));
    CHECK_FALSE(request(c, outcome::unknown, now));
  }
  for (int i = 0; i < 3; ++i) CHECK_FALSE(request(c, outcome::good, now));
  CHECK(c.now_is(now) == state::closed);
}

TEST_CASE("answers to requests sent before it opened are no probes: they change nothing, also while it is half open") {
  circuit_breaker c;
  std::vector<circuit_breaker::phase> before;
  for (int i = 0; i < 10; ++i) before.push_back(c.begun(start));
  opened(c);
  for (const auto sent : before) CHECK_FALSE(c.ended(sent, outcome::good, start));
  CHECK(c.now_is(start) == state::open);

  const auto now = start + 1s;
  const auto probe = c.begun(now);
  for (const auto sent : before) CHECK_FALSE(c.ended(sent, outcome::good, now));
  for (const auto sent : before) CHECK_FALSE(c.ended(sent, outcome::failed, now));
  CHECK(c.now_is(now) == state::half_open);
  CHECK_FALSE(c.ended(probe, outcome::good, now));
  CHECK(c.now_is(now) == state::half_open);
  for (int i = 0; i < 2; ++i) CHECK_FALSE(request(c, outcome::good, now));
  CHECK(c.now_is(now) == state::closed);
}

TEST_CASE("a probe that ends after others have decided changes nothing") {
  circuit_breaker c;
  opened(c);
  auto now = start + 1s;
  const auto late = c.begun(now);
  CHECK(request(c, outcome::failed, now));
  now = now + 2s;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(request(c, outcome::good, now));
  CHECK(c.now_is(now) == state::closed);
  CHECK_FALSE(c.ended(late, outcome::failed, now));
  for (int i = 0; i < 9; ++i) CHECK_FALSE(request(c, outcome::failed, now));
  CHECK(request(c, outcome::failed, now));  // the tenth of this phase, not the eleventh
}

TEST_CASE("a disabled circuit never opens") {
  circuit_breaker c{{.enabled = false}};
  for (int i = 0; i < 100; ++i) CHECK_FALSE(request(c, outcome::failed, start));
  CHECK(c.allows(start));
}
