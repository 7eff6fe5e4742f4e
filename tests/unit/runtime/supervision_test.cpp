// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/supervision.hpp"

#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;
using numbers = std::vector<std::size_t>;

namespace {

constexpr time_point start{1'000'000'000'000};

std::vector<child_spec> children(std::initializer_list<restart_type> types) {
  std::vector<child_spec> out;
  for (const auto t : types) out.push_back({"c" + std::to_string(out.size()), t});
  return out;
}

std::vector<child_spec> permanent(std::size_t n) { return std::vector<child_spec>(n, {"c", restart_type::permanent}); }

}  // namespace

TEST_CASE("one_for_one restarts the child that ended and no other") {
  supervision s{{.strategy = supervision_strategy::one_for_one}, permanent(3)};
  seeded_random dice{1};
  const auto d = s.on_exit(1, false, start, dice);
  CHECK_FALSE(d.escalate);
  CHECK(d.stop.empty());
  CHECK(d.start == numbers{1});
}

TEST_CASE("one_for_all stops the others in reverse order and starts all in order") {
  supervision s{{.strategy = supervision_strategy::one_for_all}, permanent(4)};
  seeded_random dice{1};
  const auto d = s.on_exit(1, false, start, dice);
  CHECK(d.stop == numbers{3, 2, 0});
  CHECK(d.start == numbers{0, 1, 2, 3});
}

TEST_CASE("rest_for_one leaves those alone that were started before") {
  supervision s{{.strategy = supervision_strategy::rest_for_one}, permanent(4)};
  seeded_random dice{1};
  const auto d = s.on_exit(1, false, start, dice);
  CHECK(d.stop == numbers{3, 2});
  CHECK(d.start == numbers{1, 2, 3});
}

TEST_CASE("permanent children are restarted always, transient ones after an abnormal end, temporary ones never") {
  seeded_random dice{1};
  const auto restarted = [&](restart_type type, bool normal) {
    supervision s{{}, children({type})};
    return s.on_exit(0, normal, start, dice).start == numbers{0};
  };
  CHECK(restarted(restart_type::permanent, true));
  CHECK(restarted(restart_type::permanent, false));
  CHECK_FALSE(restarted(restart_type::transient, true));
  CHECK(restarted(restart_type::transient, false));
  CHECK_FALSE(restarted(restart_type::temporary, true));
  CHECK_FALSE(restarted(restart_type::temporary, false));
}

TEST_CASE("temporary siblings that are stopped are not started again") {
  supervision s{{.strategy = supervision_strategy::one_for_all},
                children({restart_type::permanent, restart_type::temporary, restart_type::transient})};
  seeded_random dice{1};
  const auto d = s.on_exit(0, false, start, dice);
  CHECK(d.stop == numbers{2, 1});
  CHECK(d.start == numbers{0, 2});
}

TEST_CASE("an end that needs no restart does not count") {
  supervision s{{.intensity = 1}, children({restart_type::transient, restart_type::permanent})};
  seeded_random dice{1};
  for (int i = 0; i < 5; ++i) CHECK_FALSE(s.on_exit(0, true, start, dice).escalate);
  CHECK(s.restarts_in_period(start) == 0);
  CHECK_FALSE(s.on_exit(1, false, start, dice).escalate);
}

TEST_CASE("one restart more than the intensity within the period escalates, whoever ended") {
  supervision s{{.intensity = 3, .period = 5s}, permanent(2)};
  seeded_random dice{1};
  CHECK_FALSE(s.on_exit(0, false, start, dice).escalate);
  CHECK_FALSE(s.on_exit(1, false, start + 1s, dice).escalate);
  CHECK_FALSE(s.on_exit(0, false, start + 2s, dice).escalate);
  const auto d = s.on_exit(1, false, start + 5s, dice);
  CHECK(d.escalate);
  CHECK(d.start.empty());
}

TEST_CASE("restarts older than the period are forgotten: the window slides") {
  supervision s{{.intensity = 2, .period = 5s}, permanent(1)};
  seeded_random dice{1};
  for (int i = 0; i < 50; ++i) CHECK_FALSE(s.on_exit(0, false, start + i * 3s, dice).escalate);
  CHECK(s.restarts_in_period(start + 49 * 3s) == 2);
  CHECK(s.on_exit(0, false, start + 49 * 3s + 1ms, dice).escalate);
}

TEST_CASE("the default is OTP's: one restart in five seconds, at once") {
  supervision s{{}, permanent(1)};
  seeded_random dice{1};
  const auto first = s.on_exit(0, false, start, dice);
  CHECK_FALSE(first.escalate);
  CHECK(first.delay == 0s);
  CHECK(s.on_exit(0, false, start + 5s, dice).escalate);
}

TEST_CASE("after an escalation the count begins anew") {
  supervision s{{.intensity = 1, .period = 5s}, permanent(1)};
  seeded_random dice{1};
  CHECK_FALSE(s.on_exit(0, false, start, dice).escalate);
  CHECK(s.on_exit(0, false, start, dice).escalate);
  CHECK_FALSE(s.on_exit(0, false, start, dice).escalate);
}

TEST_CASE(
    "the first restart is at once; further ones wait at random, up to a bound that doubles and ends at the maximum") {
  seeded_random dice{7};
  for (int round = 0; round < 200; ++round) {
    supervision s{{.intensity = 100, .period = 1h, .first_backoff = 100ms, .max_backoff = 1s}, permanent(1)};
    CHECK(s.on_exit(0, false, start, dice).delay == 0s);
    for (const duration bound : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
      const auto delay = s.on_exit(0, false, start, dice).delay;
      CHECK(delay >= 0s);
      CHECK(delay < bound);
    }
  }
}

TEST_CASE("back-off has full jitter: the whole range is used") {
  seeded_random dice{7};
  duration least = 1h;
  duration most{};
  for (int round = 0; round < 500; ++round) {
    supervision s{{.intensity = 100, .period = 1h, .first_backoff = 100ms}, permanent(1)};
    (void)s.on_exit(0, false, start, dice);
    const auto delay = s.on_exit(0, false, start, dice).delay;
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  CHECK(least < 5ms);
  CHECK(most > 95ms);
}

TEST_CASE("without back-off every restart is at once, as in OTP") {
  supervision s{{.intensity = 10, .period = 1h}, permanent(1)};
  seeded_random dice{1};
  for (int i = 0; i < 10; ++i) CHECK(s.on_exit(0, false, start, dice).delay == 0s);
}
