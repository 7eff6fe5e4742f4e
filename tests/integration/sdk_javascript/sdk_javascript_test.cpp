// SPDX-License-Identifier: Apache-2.0
// The JavaScript SDK against the node's own hub; all rules of the wire: the test conforms_javascript.
#include <signal.h>

#include <cstdlib>

#include "tests/integration/transport/worker_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

/// Fails with the line that installs what is missing.
worker_command node(const std::string& file) {
  static const bool there = std::system("node --version >/dev/null") == 0;  // NOLINT(cert-env33-c)
  if (!there) FAIL("Node.js is missing: apt-get install nodejs");
  return {{"/usr/bin/env", "node", AGENTS_SOURCE_DIR "/actors/sdk/javascript/" + file},
          {std::string{"PATH="} + std::getenv("PATH")}};
}

}  // namespace

TEST_CASE("JavaScript: the example of the SDK is a module") {
  worker_fixture f{node("examples/shouter.js")};
  CHECK(f.hello.sdk == "javascript 0.1.0");
  CHECK(*unpack(f.ask("text.shout@1", text("hi")).output) == text("HI"));
  CHECK(f.ask("text.shout@1", number(1)).code == errc::bad_input);
  CHECK(f.ask("text.dance@1", text("hi")).code == errc::no_route);
}

TEST_CASE("JavaScript: a generator's stream waits for credit") {
  worker_fixture f{node("test/checked.js")};
  const auto id = f.start("check.count@1", number(50), 20s, 4);
  for (int i = 0; i < 50; ++i) {
    REQUIRE(f.reports->take<wire::report::streamed>().n == i);
    f.link().grant(id, i + 5);
  }
  CHECK(f.end_of(id).code == errc::none);
}

TEST_CASE("JavaScript: SIGTERM ends the open calls first, and then the process in order") {
  worker_fixture f{node("test/checked.js")};
  SECTION("with a call open") {
    const auto id = f.start("check.count@1", number(3), 20s, 1);
    (void)f.reports->take<wire::report::streamed>();
    f.worker->signal(SIGTERM);
    (void)f.reports->take<wire::report::draining>();
    f.link().grant(id, 3);
    CHECK(f.end_of(id).code == errc::none);
  }
  SECTION("idle") {
    CHECK(f.ask("check.count@1", number(0)).code == errc::none);
    f.worker->signal(SIGTERM);
  }
  CHECK(f.reports->take<wire::report::closed>().code == errc::none);
  CHECK(f.worker->wait() == 0);
}

TEST_CASE("JavaScript: a stopping node ends the process") {
  worker_fixture f{node("examples/shouter.js")};
  f.hub.reset();
  CHECK(f.worker->wait() == 0);
}
