// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/open_files.hpp"

#include <sys/resource.h>

#include "tests/catch.hpp"

using namespace agents;

TEST_CASE("a program may open as many files as the hard limit says, and remembers what its children are to have") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(before.rlim_max >= 200);
  rlimit lowered{100, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &lowered) == 0);
  CHECK(open_file_limit() == 100);
  CHECK_FALSE(open_file_limits_of_children());
  raise_open_file_limit();
  CHECK(open_file_limit() == before.rlim_max);
  raise_open_file_limit();  // changes nothing
  REQUIRE(open_file_limits_of_children());
  CHECK(open_file_limits_of_children()->soft == 100);
  CHECK(open_file_limits_of_children()->hard == before.rlim_max);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}
