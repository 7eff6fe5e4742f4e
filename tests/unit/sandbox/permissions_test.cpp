// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/permissions.hpp"

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::sandbox;

TEST_CASE("within is by name and whole parts") {
  CHECK(is_within("/srv/a", "/srv/a"));
  CHECK(is_within("/srv/a/b", "/srv/a"));
  CHECK(is_within("/srv/a/b", "/srv/a/"));
  CHECK(is_within("/srv/a", "/"));
  CHECK_FALSE(is_within("/srv/ab", "/srv/a"));
  CHECK_FALSE(is_within("/srv", "/srv/a"));
  CHECK_FALSE(is_within("/srv/a/../b", "/srv/a"));
}

TEST_CASE("paths of grants are absolute and not what a sandbox has itself") {
  permissions p;
  p.read = {"relative"};
  CHECK(check(p).error().message.find("begin it with /") != std::string::npos);
  for (const auto* own : {"/", "/proc", "/dev", "/sys", "/tmp", "/usr/.."}) {
    p.read = {own};
    CHECK(check(p).error().code == errc::bad_input);
  }
  p.read = {"/usr/share"};
  CHECK(check(p));
}

TEST_CASE("with less memory than a program needs to begin nothing is tried") {
  permissions p;
  p.at_most.memory_bytes = least_memory_bytes;
  CHECK(check(p));
  p.at_most.memory_bytes = unlimited;
  CHECK(check(p));
  p.at_most.memory_bytes = least_memory_bytes - 1;
  CHECK(check(p).error().message == "`memory` is at least \"4MB\": with less no program begins");
}
