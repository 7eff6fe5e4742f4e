// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/ids.hpp"

#include "tests/catch.hpp"

using namespace agents;

TEST_CASE("a UUIDv7 survives its text form and sorts by time") {
  seeded_random source{1};
  const auto early = uuid::make({1'000'000'000}, source);
  const auto late = uuid::make({2'000'000'000}, source);
  CHECK(early < late);
  const auto text = early.to_string();
  CHECK(text.size() == 36);
  CHECK(text[14] == '7');
  CHECK(uuid::parse(text) == early);
}

TEST_CASE("text that is not a UUID is refused") {
  CHECK(!uuid::parse(""));
  CHECK(!uuid::parse("0193b3c4-0000-7000-8000-00000000000"));
  CHECK(!uuid::parse("0193b3c4x0000-7000-8000-000000000000"));
  CHECK(!uuid::parse("0193b3c4-0000-7000-8000-00000000000g"));
}

TEST_CASE("the same seed gives the same ids") {
  seeded_random a{42};
  seeded_random b{42};
  CHECK(uuid::make({7'000'000}, a) == uuid::make({7'000'000}, b));
}
