// SPDX-License-Identifier: Apache-2.0
// A node's hub and worker processes, over real ipc sockets.
#include <signal.h>
#include <sys/stat.h>
#include <zmq.h>

#include <filesystem>

#include "libagents/wire/codec.hpp"
#include "libagents/wire/limits.hpp"
#include "tests/catch.hpp"
#include "tests/integration/transport/worker_fixture.hpp"

using namespace agents;
using namespace std::chrono_literals;
using namespace agents::testing;

namespace {

worker_command program() { return {{AGENTS_BINARY_DIR "/test_transport_worker"}, {}}; }

/// A worker whose module keeps state.
struct adder_fixture : worker_fixture {
  explicit adder_fixture(const std::string& which = "adder", std::optional<wire::saved_state> saved = {},
                         wire::node_session_settings settings = {})
      : worker_fixture({{AGENTS_BINARY_DIR "/test_transport_worker", which}, {}}, settings, std::move(saved)) {}
  wire::report::finished add(std::int64_t n) { return ask("number.add@1", number(n)); }
  wire::save saved() { return reports->take<wire::report::save_wanted>().what; }
};

value sums(std::int64_t sum, std::int64_t additions) {
  return object{{"sum", sum}, {"additions", additions}, {"padding", ""}};
}

struct fixture : worker_fixture {
  explicit fixture(wire::node_session_settings settings = {}) : worker_fixture(program(), settings) {}
};

}  // namespace

TEST_CASE("a worker process introduces its module and answers calls") {
  fixture f;
  const auto manifest = wire::decode_payload(f.hello.manifest, "the manifest");
  REQUIRE(manifest);
  CHECK(manifest->get_string("name") == "everything");
  CHECK(f.hello.window == 64);
  const auto end = f.ask("text.echo@1", text("hi"));
  CHECK(end.code == errc::none);
  CHECK(*unpack(end.output) == text("hi"));
  CHECK(f.link().room() == 64);
}

TEST_CASE("errors of handlers, and capabilities that are not offered, are typed errors") {
  fixture f;
  const auto refused = f.ask("text.refuse@1", text("hi"));
  CHECK(refused.code == errc::rejected);
  CHECK(refused.text == "no");
  const auto strange = f.ask("text.dance@1", text("hi"));
  CHECK(strange.code == errc::no_route);
  CHECK_FALSE(strange.begun);
  CHECK(f.ask("text.echo@1", number(1)).code == errc::bad_input);
}

TEST_CASE("charges and progress arrive") {
  fixture f;
  const auto end = f.ask("text.charge@1", text("hi"));
  CHECK(end.micro_money == 7);
  CHECK(end.tokens == 70);
  CHECK(f.reports->take<wire::report::progressed>().text == "half");
}

TEST_CASE("a handler sees what the call carries") {
  fixture f;
  wire::call c;
  c.capability = "text.context@1";
  c.input = pack(text(""));
  c.run = run_id{*uuid::parse("0193b3c4-0000-7000-8000-000000000001")};
  c.step = "review";
  c.attempt = 2;
  c.critique = "too short";
  const auto id = f.link().start(std::move(c), f.time.now() + 20s);
  REQUIRE(id);
  CHECK(*unpack(f.end_of(*id).output) == text("review 2 too short 0193b3c4-0000-7000-8000-000000000001/review"));
}

TEST_CASE("a stream waits for the reader's credit and arrives whole") {
  fixture f;
  const auto id = f.start("number.count@1", number(500), 20s, 4);
  for (int i = 0; i < 500; ++i) {
    const auto part = f.reports->take<wire::report::streamed>();
    REQUIRE(part.n == i);
    CHECK(*unpack(part.part) == number(i));
    f.link().grant(id, i + 5);
  }
  CHECK(f.end_of(id).code == errc::none);
}

TEST_CASE("a stream that nobody reads ends at its deadline, and the worker goes on") {
  fixture f;
  CHECK(f.ask("number.count@1", number(3)).code == errc::none);
  const auto id = f.start("number.count@1", number(500), 300ms, 4);
  CHECK(f.end_of(id).code == errc::deadline);
  CHECK(f.ask("text.echo@1", text("hi")).code == errc::none);
}

TEST_CASE("a coroutine asks through the node") {
  fixture f;
  const auto id = f.start("text.ask@1", text("a"));
  for (const auto* reply : {"b", "c"}) {
    const auto asked = f.reports->take<wire::report::asked>();
    CHECK(asked.what.capability == "text.other@1");
    CHECK(asked.what.call == id);
    f.link().reply({asked.what.id, errc::none, "", 0, 0, pack(text(reply))});
  }
  CHECK(*unpack(f.end_of(id).output) == text("c"));
  const auto failing = f.start("text.ask@1", text("a"));
  const auto asked = f.reports->take<wire::report::asked>();
  f.link().reply({asked.what.id, errc::no_route, "nobody", 0, 0, ""});
  CHECK(f.end_of(failing).code == errc::no_route);
}

TEST_CASE("sleeping coroutines do not hold each other up") {
  fixture f;
  const auto slow = f.start("number.pause@1", number(400));
  const auto quick = f.start("number.pause@1", number(1));
  CHECK(f.end_of(quick).code == errc::none);
  CHECK(f.end_of(slow).code == errc::none);
}

TEST_CASE("a cancelled handler, and a cancelled coroutine, end early") {
  fixture f{impatient()};
  const auto spinning = f.start("number.spin@1", number(60'000), 60s);
  f.link().cancel(spinning, "test");
  CHECK(f.end_of(spinning).id == spinning);
  const auto asleep = f.start("number.pause@1", number(60'000), 60s);
  f.link().cancel(asleep, "test");
  CHECK(f.end_of(asleep).code == errc::cancelled);
  CHECK(f.ask("text.echo@1", text("hi")).code == errc::none);
}

TEST_CASE("a handler that computes longer than the silence is not taken for dead") {
  fixture f{impatient()};
  CHECK(f.ask("number.spin@1", number(1500)).code == errc::none);
}

TEST_CASE("a handler that hangs is answered at its deadline and reported after the grace") {
  auto settings = impatient();
  settings.silence = 20s;  // a busy machine must not make a silent worker of it
  fixture f{settings};
  const auto id = f.start("number.hang@1", number(60'000), 100ms);
  CHECK(f.end_of(id).code == errc::deadline);
  CHECK(f.reports->take<wire::report::closed>().hung);
}

TEST_CASE("a handler that throws ends its process; the others of its calls crash with it") {
  fixture f;
  const auto asleep = f.start("number.pause@1", number(60'000), 60s);
  const auto thrown = f.start("text.throw@1", text("oops"));
  const auto first = f.end_of(thrown);
  CHECK(first.code == errc::crashed);
  CHECK(first.text == "the module threw: oops");
  CHECK(f.end_of(asleep).code == errc::crashed);
  CHECK(f.reports->take<wire::report::closed>().code == errc::crashed);
  CHECK(f.worker->wait() == 1);
}

TEST_CASE("a killed worker is noticed by its silence, and at once by whoever saw it die") {
  fixture f{impatient()};
  const auto id = f.start("number.hang@1", number(60'000), 60s);
  f.worker->signal(SIGKILL);
  SECTION("by its silence") { CHECK(f.end_of(id).code == errc::node_down); }
  SECTION("at once") {
    CHECK(f.worker->wait() == 128 + SIGKILL);
    f.link().close(errc::crashed, "killed by signal 9");
    CHECK(f.end_of(id).code == errc::crashed);
  }
  CHECK_FALSE(f.link().start({}, f.time.now() + 1s));
}

TEST_CASE("a stopped worker is noticed, and the others do not feel it") {
  fixture f{impatient()};
  auto other_reports = std::make_shared<inbox>();
  const auto other = f.hub->invite(other_reports).value();
  worker_program other_worker{program(), other.endpoint, other.token};
  (void)other_reports->take<wire::report::introduced>();
  other.link->accept({});
  f.worker->signal(SIGSTOP);
  CHECK(f.reports->take<wire::report::closed>().code == errc::node_down);
  wire::call c;
  c.capability = "text.echo@1";
  c.input = pack(text("hi"));
  CHECK(other.link->start(std::move(c), f.time.now() + 20s));
  CHECK(other_reports->take<wire::report::finished>().code == errc::none);
}

TEST_CASE("a drained worker finishes what is open and ends in order") {
  fixture f;
  const auto id = f.start("number.pause@1", number(200));
  f.link().drain(20s);
  CHECK(f.end_of(id).code == errc::none);
  CHECK(f.reports->take<wire::report::closed>().code == errc::none);
  CHECK(f.worker->wait() == 0);
}

TEST_CASE("a worker that gets SIGTERM takes no more calls, ends the open ones, and says goodbye") {
  fixture f;
  SECTION("with a call open") {
    const auto id = f.start("text.ask@1", text("a"));
    const auto first = f.reports->take<wire::report::asked>();
    f.worker->signal(SIGTERM);
    (void)f.reports->take<wire::report::draining>();
    f.link().reply({first.what.id, errc::none, "", 0, 0, pack(text("b"))});
    f.link().reply({f.reports->take<wire::report::asked>().what.id, errc::none, "", 0, 0, pack(text("c"))});
    CHECK(f.end_of(id).code == errc::none);
  }
  SECTION("idle") {
    CHECK(f.ask("text.echo@1", text("hi")).code == errc::none);
    f.worker->signal(SIGTERM);
  }
  CHECK(f.reports->take<wire::report::closed>().code == errc::none);
  CHECK(f.worker->wait() == 0);
}

TEST_CASE("a worker ends when its node stops") {
  fixture f;
  f.hub.reset();
  CHECK(f.worker->wait() == 0);
}

TEST_CASE("a worker with a wrong token, or a used one, is turned away") {
  fixture f;
  worker_program stranger{program(), f.invitation.endpoint, "guessed"};
  CHECK(stranger.wait() == 1);
  worker_program second{program(), f.invitation.endpoint, f.invitation.token};
  CHECK(second.wait() == 1);
  CHECK(f.ask("text.echo@1", text("hi")).code == errc::none);
}

TEST_CASE("only this user may reach the socket") {
  fixture f;
  const std::filesystem::path socket{f.invitation.endpoint.substr(std::string_view{"ipc://"}.size())};
  struct stat about {};
  REQUIRE(::stat(socket.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  REQUIRE(::stat(socket.parent_path().c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0700);
  f.hub.reset();
  CHECK_FALSE(std::filesystem::exists(socket.parent_path()));
}

TEST_CASE("garbage at the socket is refused, and the workers do not feel it") {
  fixture f;
  void* context = zmq_ctx_new();
  void* socket = zmq_socket(context, ZMQ_DEALER);
  const int linger = 0;
  zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
  REQUIRE(zmq_connect(socket, f.invitation.endpoint.c_str()) == 0);
  seeded_random noise{7};
  for (int i = 0; i < 200; ++i) {
    std::string junk(noise.below(200), '\0');
    for (auto& c : junk) c = static_cast<char>(noise.next());
    const int more = noise.below(3) == 0 ? ZMQ_SNDMORE : 0;
    REQUIRE(zmq_send(socket, junk.data(), junk.size(), i < 199 ? more : 0) >= 0);
  }
  char answer[4096];
  const auto size = zmq_recv(socket, answer, sizeof answer, 0);
  REQUIRE(size > 0);
  const auto refusal = wire::decode({std::string(answer, static_cast<std::size_t>(size))});
  REQUIRE(refusal);
  CHECK(std::holds_alternative<wire::refuse>(refusal->body));
  zmq_close(socket);
  zmq_ctx_term(context);
  CHECK(f.ask("text.echo@1", text("hi")).code == errc::none);
}

TEST_CASE("large payloads and many calls at once arrive whole") {
  fixture f;
  const auto large = text(std::string(5'000'000, 'x'));
  CHECK(*unpack(f.ask("text.echo@1", large).output) == large);
  std::vector<std::int64_t> ids;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 64; ++i) ids.push_back(f.start("text.echo@1", text(std::to_string(i))));
    for (int i = 0; i < 64; ++i)
      CHECK(*unpack(f.end_of(ids[ids.size() - 64 + static_cast<std::size_t>(i)]).output) == text(std::to_string(i)));
  }
}

TEST_CASE("a call that the format cannot carry is refused before it is sent, and takes no room") {
  fixture f;
  wire::call c;
  c.capability = "text.echo@1";
  c.step = std::string(wire::max_name_bytes + 1, 's');
  c.input = pack(text("hi"));
  const auto id = f.link().start(std::move(c), f.time.now() + 1s);
  REQUIRE_FALSE(id);
  CHECK(id.error().code == errc::bad_input);
  CHECK(f.link().room() == 64);
}

TEST_CASE("a worker saves its module's state before it answers, also when the handler refused; only what has changed") {
  adder_fixture f;
  CHECK(f.hello.state == 2);
  CHECK(*unpack(f.add(5).output) == number(5));
  CHECK(*unpack(f.add(8).output) == number(13));
  CHECK(f.add(-1).code == errc::rejected);
  CHECK(*unpack(f.add(1).output) == number(14));
  std::int64_t last = 0;
  for (const auto& wanted : {sums(5, 1), sums(13, 2), sums(14, 3)}) {
    const auto s = f.saved();
    CHECK(s.state == 2);
    CHECK(s.number > last);
    last = s.number;
    CHECK(*unpack(s.saved) == wanted);
  }
}

TEST_CASE("state is there before the first call; what an older version saved is migrated") {
  const bool old = GENERATE(false, true);
  adder_fixture f{"adder", wire::saved_state{old ? 1 : 2, pack(old ? value{object{{"sum", 40}}} : sums(40, 7))}};
  CHECK(*unpack(f.add(2).output) == number(42));
  CHECK(*unpack(f.saved().saved) == sums(42, old ? 2 : 8));
}

TEST_CASE("a worker that cannot restore its state says why and ends") {
  const std::vector<wire::saved_state> unusable{{9, pack(sums(40, 7))}, {2, pack(value{"nonsense"})}, {2, "\xC1"}};
  for (const auto& saved : unusable) {
    adder_fixture f{"adder", saved};
    const auto end = f.reports->take<wire::report::closed>();
    CHECK(end.code == errc::crashed);
    CHECK(end.text.find("its saved state cannot be restored") != std::string::npos);
    CHECK(f.worker->wait() == 1);
  }
}

TEST_CASE("with on_request only what the handler says is saved") {
  adder_fixture f{"adder_on_request"};
  CHECK(*unpack(f.add(5).output) == number(5));
  CHECK(*unpack(f.add(7).output) == number(12));
  CHECK(*unpack(f.saved().saved) == sums(12, 2));
}

TEST_CASE("a state that is larger than the node takes is a crash of the module that says so") {
  wire::node_session_settings small;
  small.max_payload_bytes = 2000;
  adder_fixture f{"adder", {}, small};
  const auto end = f.add(5000);
  CHECK(end.code == errc::crashed);
  CHECK(end.text.find("a state of ") != std::string::npos);
  CHECK(end.text.find("max_payload_bytes") != std::string::npos);
}
