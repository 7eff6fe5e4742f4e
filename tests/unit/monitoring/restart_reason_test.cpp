// SPDX-License-Identifier: Apache-2.0
#include "monitoring/restart_reason.hpp"

#include "tests/catch.hpp"

using namespace agents::monitoring;

TEST_CASE("a supervisor's free text becomes one of five reasons") {
  CHECK(classify_restart("crashed: std::bad_alloc") == restart_reason::crash);
  CHECK(classify_restart("Killed by signal 11") == restart_reason::crash);
  CHECK(classify_restart("the handler threw an exception") == restart_reason::crash);
  CHECK(classify_restart("hung for 2 s") == restart_reason::hang);
  CHECK(classify_restart("no heartbeat since 5 s") == restart_reason::hang);
  CHECK(classify_restart("node n2 lost: connection crashed") == restart_reason::node_lost);
  CHECK(classify_restart("upgrade to 1.2.0") == restart_reason::upgrade);
  CHECK(classify_restart("operator asked for it") == restart_reason::other);
  CHECK(classify_restart("") == restart_reason::other);
}

TEST_CASE("a reason before a colon wins over what follows") {
  CHECK(classify_restart("crash: deadline of the node exceeded") == restart_reason::crash);
  CHECK(classify_restart("Hang: exception in node 3") == restart_reason::hang);
}

TEST_CASE("the name of a reason is understood as that reason") {
  for (const auto reason : restart_reasons) CHECK(classify_restart(to_string(reason)) == reason);
}
