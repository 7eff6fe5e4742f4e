// SPDX-License-Identifier: Apache-2.0
#include "libagents/wire/node_session.hpp"

#include "tests/catch.hpp"
#include "tests/unit/wire/outputs.hpp"
#include "tests/unit/wire/samples.hpp"

using namespace agents;
using namespace agents::wire;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t session_number = 77;

/// A node's session and a clock; the test plays the worker.
struct fixture {
  time_point now{1'000'000'000};
  node_session node{{.number = session_number}, now};
  node_output out;

  void hear(message m, std::int64_t session = session_number) { node.on_envelope({session, std::move(m)}, now, out); }
  void hear_hello(std::int64_t window = 4, std::int64_t start = 5) {
    hear(hello{{1}, start, "token", "", window, {}, {}, "\x80"}, 0);
  }
  void open(std::int64_t window = 4) {
    hear_hello(window);
    node.accept({}, now, out);
    hear(heartbeat{});
    forget();
  }
  void advance(duration d) {
    now = now + d;
    node.on_tick(now, out);
  }
  expected<std::int64_t> start(duration limit = 10s, std::optional<std::int64_t> chunks = {}) {
    call c;
    c.capability = "text.shout@1";
    c.input = "\x80";
    c.chunks = chunks;
    return node.start(std::move(c), now + limit, now, out);
  }
  void forget() { out = {}; }

  template <class T>
  std::vector<T> reported() const {
    return of_kind<T>(out.reports);
  }
  template <class T>
  std::vector<T> sent() const {
    return messages_of<T>(out.send);
  }
};

}  // namespace

TEST_CASE("a worker that says hello is introduced, and welcomed when the owner accepts it") {
  fixture f;
  f.hear_hello(9);
  REQUIRE(f.reported<report::introduced>().size() == 1);
  CHECK(f.reported<report::introduced>()[0].from.window == 9);
  CHECK_FALSE(f.start());
  f.node.accept(saved_state{3, "\x01"}, f.now, f.out);
  REQUIRE(f.sent<welcome>().size() == 1);
  const auto w = f.sent<welcome>()[0];
  CHECK(w.start == 5);
  CHECK(w.state == 3);
  CHECK(w.saved == "\x01");
  CHECK(f.out.send[0].session == session_number);
  CHECK(f.node.room() == 9);
}

TEST_CASE("a worker without a common version is refused with the versions that would do") {
  fixture f;
  f.hear(hello{{2, 3}, 5, "token", "", 1, {}, {}, "\x80"}, 0);
  REQUIRE(f.sent<refuse>().size() == 1);
  CHECK(f.sent<refuse>()[0].code == errc::unsupported);
  CHECK(f.sent<refuse>()[0].versions == std::vector<std::int64_t>{1});
  CHECK(f.out.send[0].session == 0);
  CHECK(f.node.is_closed());
}

TEST_CASE("hellos without end cost one welcome a second, and are no sign of life") {
  fixture f;
  f.hear_hello();
  f.node.accept(saved_state{1, std::string(1 << 20, 'x')}, f.now, f.out);
  const auto silent_at = f.now + 4s;
  while (!f.node.is_closed() && f.now < silent_at + 1s) {
    f.advance(10ms);
    f.hear_hello();
  }
  CHECK(f.now == silent_at);
  CHECK(f.sent<welcome>().size() == 4);
  REQUIRE(f.reported<report::closed>().size() == 1);
  CHECK(f.reported<report::closed>()[0].code == errc::node_down);
}

TEST_CASE("a repeated hello is answered with the same welcome until the worker shows that it has it") {
  fixture f;
  f.hear_hello();
  f.node.accept({}, f.now, f.out);
  f.hear_hello();
  CHECK(f.sent<welcome>().size() == 1);  // too early
  f.advance(1s);
  f.hear_hello();
  CHECK(f.sent<welcome>().size() == 2);
  f.hear(heartbeat{});
  f.advance(1s);
  f.hear_hello();
  CHECK(f.sent<welcome>().size() == 2);
  CHECK(f.node.is_open());
}

TEST_CASE("a hello with another start ends the session: the worker began anew") {
  fixture f;
  f.open();
  const auto id = f.start();
  f.hear_hello(4, 6);
  REQUIRE(f.reported<report::finished>().size() == 1);
  CHECK(f.reported<report::finished>()[0].id == *id);
  CHECK(f.reported<report::finished>()[0].code == errc::crashed);
  CHECK(f.node.is_closed());
}

TEST_CASE("a call goes out with what is left of its deadline, and ends with its result") {
  fixture f;
  f.open();
  const auto id = f.start(2500ms);
  REQUIRE(id);
  REQUIRE(f.sent<call>().size() == 1);
  CHECK(f.sent<call>()[0].timeout == 2500ms);
  CHECK(f.node.room() == 3);
  f.hear(result{*id, 0, 7, {}, "\x01"});
  REQUIRE(f.reported<report::finished>().size() == 1);
  const auto end = f.reported<report::finished>()[0];
  CHECK(end.code == errc::none);
  CHECK(end.output == "\x01");
  CHECK(end.micro_money == 7);
  CHECK(f.node.room() == 4);
}

TEST_CASE("an error says whether the handler had begun") {
  fixture f;
  f.open();
  const auto id = f.start();
  f.hear(failure{*id, errc::overloaded, "draining", false, {}, {}});
  REQUIRE(f.reported<report::finished>().size() == 1);
  CHECK_FALSE(f.reported<report::finished>()[0].begun);
}

TEST_CASE("a second end of a call is an oddity") {
  fixture f;
  f.open();
  const auto id = f.start();
  f.hear(result{*id, 0, {}, {}, "\x01"});
  f.hear(result{*id, 0, {}, {}, "\x02"});
  f.hear(failure{99, errc::internal, "", true, {}, {}});
  CHECK(f.reported<report::finished>().size() == 1);
  CHECK(f.reported<report::oddity>().size() == 2);
  CHECK(f.node.is_open());
}

TEST_CASE("the window is not exceeded") {
  fixture f;
  f.open(2);
  CHECK(f.start());
  CHECK(f.start());
  const auto third = f.start();
  REQUIRE_FALSE(third);
  CHECK(third.error().code == errc::overloaded);
  CHECK(f.sent<call>().size() == 2);
}

TEST_CASE("a call whose deadline has passed is not sent") {
  fixture f;
  f.open();
  const auto late = f.start(0s);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::deadline);
  CHECK(f.out.send.empty());
}

TEST_CASE("at the deadline the caller is answered and the worker told; its slot is free when it has ended too") {
  fixture f;
  f.open(1);
  const auto id = f.start(1s);
  CHECK(f.node.next_tick() == f.now + 1s);
  f.advance(1s);
  REQUIRE(f.reported<report::finished>().size() == 1);
  CHECK(f.reported<report::finished>()[0].code == errc::deadline);
  CHECK(f.sent<wire::cancel>().size() == 1);
  CHECK(f.node.room() == 0);
  f.hear(failure{*id, errc::cancelled, "", true, {}, {}});
  CHECK(f.reported<report::finished>().size() == 1);
  CHECK(f.node.room() == 1);
}

TEST_CASE("a result at the deadline is too late, also when no tick came before") {
  fixture f;
  f.open();
  const auto id = f.start(1s);
  f.now = f.now + 1s;
  f.hear(result{*id, 0, {}, {}, "\x01"});
  REQUIRE(f.reported<report::finished>().size() == 1);
  CHECK(f.reported<report::finished>()[0].code == errc::deadline);
  CHECK(f.node.room() == 4);
}

TEST_CASE("a worker that holds a call beyond deadline and grace hangs: the session ends, other calls with crashed") {
  fixture f;
  f.open();
  CHECK(f.start(500ms));
  const auto other = f.start(60s);
  f.advance(500ms);
  f.hear(heartbeat{2});  // the process lives, the handler does not
  f.advance(1900ms);
  CHECK(f.node.is_open());
  f.hear(heartbeat{2});
  f.advance(100ms);
  REQUIRE(f.reported<report::closed>().size() == 1);
  CHECK(f.reported<report::closed>()[0].hung);
  REQUIRE(f.reported<report::finished>().size() == 2);
  CHECK(f.reported<report::finished>()[1].id == *other);
  CHECK(f.reported<report::finished>()[1].code == errc::crashed);
}

TEST_CASE("a cancelled call ends with what the worker says, and the worker hangs if it says nothing") {
  fixture f;
  f.open();
  const auto one = f.start(60s);
  const auto two = f.start(60s);
  f.node.cancel_call(*one, "gone", f.now, f.out);
  f.node.cancel_call(*one, "gone", f.now, f.out);
  CHECK(f.sent<wire::cancel>().size() == 1);
  f.hear(failure{*one, errc::cancelled, "", true, {}, {}});
  CHECK(f.reported<report::finished>().size() == 1);
  f.node.cancel_call(*two, "gone", f.now, f.out);
  f.advance(2s);
  REQUIRE(f.reported<report::closed>().size() == 1);
  CHECK(f.reported<report::closed>()[0].hung);
}

TEST_CASE("chunks arrive in order within the credit") {
  fixture f;
  f.open();
  const auto id = f.start(10s, 2);
  f.hear(chunk{*id, 0, "\x01"});
  f.hear(chunk{*id, 1, "\x02"});
  f.hear(chunk{*id, 1, "\x02"});
  CHECK(f.reported<report::streamed>().size() == 2);
  CHECK(f.reported<report::oddity>().size() == 1);
  f.node.grant(*id, 3, f.now, f.out);
  f.node.grant(*id, 2, f.now, f.out);
  CHECK(f.sent<credit>().size() == 1);
  f.hear(chunk{*id, 2, "\x03"});
  f.hear(result{*id, 3, {}, {}, "\x01"});
  CHECK(f.reported<report::streamed>().size() == 3);
  CHECK(f.reported<report::finished>()[0].code == errc::none);
}

TEST_CASE("a lost chunk ends the call with node_down") {
  fixture f;
  f.open();
  const auto one = f.start(10s, 8);
  f.hear(chunk{*one, 1, "\x02"});
  CHECK(f.reported<report::finished>().at(0).code == errc::node_down);
  const auto two = f.start(10s, 8);
  f.hear(result{*two, 1, {}, {}, "\x01"});
  CHECK(f.reported<report::finished>().at(1).code == errc::node_down);
}

TEST_CASE("a chunk beyond the credit ends the session") {
  fixture f;
  f.open();
  const auto id = f.start(10s, 1);
  f.hear(chunk{*id, 1, "\x02"});
  REQUIRE(f.sent<goodbye>().size() == 1);
  CHECK(f.sent<goodbye>()[0].code == errc::corrupt);
  CHECK(f.reported<report::finished>().at(0).code == errc::crashed);
}

TEST_CASE("an ask is passed on with the earlier of both deadlines, and answered once") {
  fixture f;
  f.open();
  const auto id = f.start(3s);
  f.hear(ask{1, *id, "text.retrieve@1", 10s, "\x80"});
  f.hear(ask{1, *id, "text.retrieve@1", 10s, "\x80"});
  REQUIRE(f.reported<report::asked>().size() == 1);
  CHECK(f.reported<report::asked>()[0].deadline == f.now + 3s);
  f.node.reply({1, errc::none, "", 0, 0, "\x01"}, f.now, f.out);
  f.node.reply({1, errc::none, "", 0, 0, "\x01"}, f.now, f.out);
  CHECK(f.sent<answer>().size() == 1);
}

TEST_CASE("an ask too many, or of a call that is not open, is answered at once") {
  fixture f;
  f.open();
  const auto id = f.start();
  for (int i = 1; i <= 65; ++i) f.hear(ask{i, *id, "text.retrieve@1", 1s, "\x80"});
  CHECK(f.reported<report::asked>().size() == 64);
  REQUIRE(f.sent<answer>().size() == 1);
  CHECK(f.sent<answer>()[0].code == errc::overloaded);
  f.hear(ask{66, 99, "text.retrieve@1", 1s, "\x80"});
  CHECK(f.sent<answer>().at(1).code == errc::cancelled);
}

TEST_CASE("the asks of a call end with it") {
  fixture f;
  f.open();
  const auto id = f.start();
  f.hear(ask{1, *id, "text.retrieve@1", 1s, "\x80"});
  f.hear(result{*id, 0, {}, {}, "\x01"});
  CHECK(f.reported<report::ask_dropped>().size() == 1);
  f.node.reply({1, errc::none, "", 0, 0, "\x01"}, f.now, f.out);
  CHECK(f.sent<answer>().empty());
}

TEST_CASE("a silent worker is given up; heartbeats go out while nothing else does") {
  fixture f;
  f.open();
  const auto id = f.start(60s);
  f.forget();
  f.advance(1s);
  CHECK(f.sent<heartbeat>().size() == 1);
  f.advance(500ms);
  CHECK(f.sent<heartbeat>().size() == 1);
  f.advance(2499ms);
  CHECK(f.node.is_open());
  f.advance(1ms);
  REQUIRE(f.reported<report::closed>().size() == 1);
  CHECK(f.reported<report::closed>()[0].code == errc::node_down);
  CHECK_FALSE(f.reported<report::closed>()[0].hung);
  CHECK(f.reported<report::finished>().at(0).id == *id);
  CHECK(f.reported<report::finished>()[0].code == errc::node_down);
}

TEST_CASE("any message keeps the worker alive") {
  fixture f;
  f.open();
  for (int i = 0; i < 10; ++i) {
    f.advance(3s);
    f.hear(heartbeat{});
  }
  CHECK(f.node.is_open());
}

TEST_CASE("a draining worker gets no calls and may end the open ones") {
  fixture f;
  f.open();
  const auto id = f.start();
  f.hear(drain{});
  CHECK(f.reported<report::draining>().size() == 1);
  CHECK_FALSE(f.start());
  f.hear(result{*id, 0, {}, {}, "\x01"});
  CHECK(f.reported<report::finished>().at(0).code == errc::none);
  f.hear(goodbye{});
  REQUIRE(f.reported<report::closed>().size() == 1);
  CHECK(f.reported<report::closed>()[0].code == errc::none);
}

TEST_CASE("a drain that takes too long is ended") {
  fixture f;
  f.open();
  CHECK(f.start(60s));
  f.node.begin_drain(3s, f.now, f.out);
  CHECK(f.sent<drain>().size() == 1);
  f.advance(2999ms);
  CHECK_FALSE(f.node.is_closed());
  f.hear(heartbeat{});
  f.advance(1ms);
  REQUIRE(f.reported<report::closed>().size() == 1);
  CHECK(f.reported<report::closed>()[0].code == errc::deadline);
  CHECK(f.reported<report::finished>().at(0).code == errc::crashed);
}

TEST_CASE("messages of another session, and before hello, are dropped") {
  fixture f;
  f.hear(heartbeat{});
  CHECK(f.reported<report::oddity>().size() == 1);
  f.open();
  const auto id = f.start();
  f.hear(result{*id, 0, {}, {}, "\x01"}, session_number + 1);
  CHECK(f.reported<report::oddity>().size() == 1);
  CHECK(f.node.in_flight() == 1);
}

TEST_CASE("damage and messages that only a node sends end the session") {
  fixture f;
  f.open();
  f.node.on_damage({errc::corrupt, "frame 1 is damaged"}, f.now, f.out);
  CHECK(f.sent<goodbye>().at(0).text == "frame 1 is damaged");
  fixture g;
  g.open();
  g.hear(credit{1, 1});
  CHECK(g.sent<goodbye>().at(0).code == errc::corrupt);
  fixture h;
  h.node.on_damage({errc::corrupt, "frame 1 is damaged"}, h.now, h.out);
  CHECK(h.sent<refuse>().size() == 1);
}

TEST_CASE("an unknown kind is an oddity and nothing more") {
  fixture f;
  f.open();
  f.hear(unknown{"dance"}, 0);
  CHECK(f.reported<report::oddity>().size() == 1);
  CHECK(f.node.is_open());
}

TEST_CASE("a closed session neither sends nor reports") {
  fixture f;
  f.open();
  f.node.end(errc::none, "", f.now, f.out);
  CHECK(f.sent<goodbye>().size() == 1);
  f.forget();
  f.hear_hello();
  f.hear(heartbeat{});
  f.advance(1h);
  f.node.begin_drain(1s, f.now, f.out);
  f.node.confirm_saved(1, f.now, f.out);
  CHECK_FALSE(f.start());
  CHECK(f.out.send.empty());
  CHECK(f.out.reports.empty());
}

TEST_CASE("a state to save is passed on and confirmed") {
  fixture f;
  f.open();
  f.hear(save{3, 2, "\x01"});
  REQUIRE(f.reported<report::save_wanted>().size() == 1);
  CHECK(f.reported<report::save_wanted>()[0].what.state == 2);
  f.node.confirm_saved(3, f.now, f.out);
  CHECK(f.sent<saved>().at(0).number == 3);
}
