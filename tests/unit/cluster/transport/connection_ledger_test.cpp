// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/connection_ledger_impl.hpp"

#include "tests/catch.hpp"

using namespace agents;

TEST_CASE("of too many connections the oldest that has said nothing is closed") {
  connection_ledger l{3};
  CHECK_FALSE(l.accepted(7));
  l.spoke(7);
  CHECK_FALSE(l.accepted(8));
  CHECK_FALSE(l.accepted(9));
  CHECK(l.accepted(10) == 8);
  l.spoke(9);
  CHECK(l.accepted(11) == 10);
  CHECK(l.size() == 3);
}

TEST_CASE("when all have said something, the newest one is closed") {
  connection_ledger l{2};
  for (const int fd : {7, 8}) {
    CHECK_FALSE(l.accepted(fd));
    l.spoke(fd);
  }
  CHECK(l.accepted(9) == 9);
  l.gone(7);
  CHECK_FALSE(l.accepted(9));
}

TEST_CASE("a descriptor comes back, and what was closed may go once more") {
  connection_ledger l{1};
  CHECK_FALSE(l.accepted(7));
  CHECK(l.accepted(8) == 7);
  l.gone(7);
  l.spoke(7);
  CHECK(l.size() == 1);
  l.gone(8);
  CHECK_FALSE(l.accepted(7));
  CHECK_FALSE(l.accepted(7));  // its end was not told
  CHECK(l.size() == 1);
}
