// SPDX-License-Identifier: Apache-2.0
// The Python SDK against the node's own side of the wire: what a C++ worker does, a Python worker does.
#include <signal.h>

#include <cstdlib>

#include "tests/integration/transport/worker_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

/// Fails with the line that installs what is missing.
void require_packages() {
  static const bool there = std::system("/usr/bin/python3 -c 'import zmq, msgpack'") == 0;  // NOLINT(cert-env33-c)
  if (!there) FAIL("python3-zmq or python3-msgpack is missing: apt-get install python3-zmq python3-msgpack");
}

worker_command python(const std::string& file) {
  require_packages();
  return {{"/usr/bin/python3", AGENTS_SOURCE_DIR "/" + file},
          {"PYTHONPATH=" AGENTS_SOURCE_DIR "/actors/sdk/python", "PYTHONDONTWRITEBYTECODE=1"}};
}

struct fixture : worker_fixture {
  explicit fixture(wire::node_session_settings settings = {})
      : worker_fixture(python("tests/integration/sdk_python/everything.py"), settings) {}
};

}  // namespace

TEST_CASE("the example of the SDK is a module") {
  worker_fixture f{python("actors/sdk/python/examples/shouter.py")};
  const auto manifest = wire::decode_payload(f.hello.manifest, "the manifest");
  REQUIRE(manifest);
  const auto& offered = manifest->find("capabilities")->as_array().at(0);
  CHECK(offered.get_string("id") == "text.shout@1");
  CHECK(offered.find("input")->find("properties")->find("text") != nullptr);
  CHECK(*unpack(f.ask("text.shout@1", text("hi")).output) == text("HI"));
}

TEST_CASE("Python: results and typed errors") {
  fixture f;
  CHECK(*unpack(f.ask("text.echo@1", text("hi")).output) == text("hi"));
  const auto refused = f.ask("text.refuse@1", text("hi"));
  CHECK(refused.code == errc::rejected);
  CHECK(refused.text == "no");
  CHECK(f.ask("text.throw@1", text("oops")).text == "the module raised RuntimeError: oops");
  CHECK(f.ask("text.dance@1", text("hi")).code == errc::no_route);
  CHECK(f.ask("text.echo@1", number(1)).code == errc::bad_input);
  CHECK(f.ask("text.echo@1", text("hi")).code == errc::none);
}

TEST_CASE("Python: a stream waits for credit") {
  fixture f;
  const auto id = f.start("number.count@1", number(50), 20s, 4);
  for (int i = 0; i < 50; ++i) {
    REQUIRE(f.reports->take<wire::report::streamed>().n == i);
    f.link().grant(id, i + 5);
  }
  CHECK(f.end_of(id).code == errc::none);
  const auto unread = f.start("number.count@1", number(50), 300ms, 4);
  CHECK(f.end_of(unread).code == errc::deadline);
}

TEST_CASE("Python: a coroutine asks through the node") {
  fixture f;
  const auto id = f.start("text.ask@1", text("a"));
  for (const auto* reply : {"b", "c"}) {
    const auto asked = f.reports->take<wire::report::asked>();
    f.link().reply({asked.what.id, errc::none, "", 0, 0, pack(text(reply))});
  }
  CHECK(*unpack(f.end_of(id).output) == text("c"));
}

TEST_CASE("Python: cancelled handlers end early, computing ones are not taken for dead") {
  fixture f{{.number = 1, .heartbeat = 100ms, .silence = 1s, .grace = 1s}};
  const auto spinning = f.start("number.spin@1", number(0), 60s);
  f.link().cancel(spinning, "test");
  CHECK(f.end_of(spinning).id == spinning);
  const auto asleep = f.start("number.pause@1", number(60'000), 60s);
  f.link().cancel(asleep, "test");
  CHECK(f.end_of(asleep).code == errc::cancelled);
  CHECK(f.ask("number.spin@1", number(0), 1500ms).id > 0);
  CHECK(f.ask("text.echo@1", text("hi")).code == errc::none);
}

TEST_CASE("Python: draining, a stopping node and a wrong token") {
  fixture f;
  SECTION("draining") {
    const auto id = f.start("number.pause@1", number(200));
    f.link().drain(20s);
    CHECK(f.end_of(id).code == errc::none);
    CHECK(f.reports->take<wire::report::closed>().code == errc::none);
    CHECK(f.worker->wait() == 0);
  }
  SECTION("SIGTERM with a call open") {
    const auto id = f.start("text.ask@1", text("a"));
    const auto first = f.reports->take<wire::report::asked>();
    f.worker->signal(SIGTERM);
    (void)f.reports->take<wire::report::draining>();
    f.link().reply({first.what.id, errc::none, "", 0, 0, pack(text("b"))});
    f.link().reply({f.reports->take<wire::report::asked>().what.id, errc::none, "", 0, 0, pack(text("c"))});
    CHECK(f.end_of(id).code == errc::none);
    CHECK(f.reports->take<wire::report::closed>().code == errc::none);
    CHECK(f.worker->wait() == 0);
  }
  SECTION("SIGTERM without calls") {
    CHECK(f.ask("text.echo@1", text("hi")).code == errc::none);
    f.worker->signal(SIGTERM);
    CHECK(f.reports->take<wire::report::closed>().code == errc::none);
    CHECK(f.worker->wait() == 0);
  }
  SECTION("a stopping node") {
    f.hub.reset();
    CHECK(f.worker->wait() == 0);
  }
  SECTION("a wrong token") {
    worker_program stranger{python("actors/sdk/python/examples/shouter.py"), f.invitation.endpoint, "guessed"};
    CHECK(stranger.wait() == 1);
  }
}
