// SPDX-License-Identifier: Apache-2.0
#include "libagents/wire/worker_session.hpp"

#include "libagents/wire/limits.hpp"
#include "tests/catch.hpp"
#include "tests/unit/wire/outputs.hpp"

using namespace agents;
using namespace agents::wire;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t session_number = 77;

/// A worker's session and a clock; the test plays the node.
struct fixture {
  time_point now{1'000'000'000};
  seeded_random starts{1};
  worker_output out;
  worker_session worker{
      {.token = "token", .sdk = "test", .window = 2, .state = {}, .manifest = "\x80"}, starts, now, out};

  void hear(message m, std::int64_t session = session_number) { worker.on_envelope({session, std::move(m)}, now, out); }
  void hear_welcome(std::int64_t session = session_number) {
    hear(welcome{1, sent<hello>().back().start, 1s, 4s, 1 << 20, 64, {}, {}, ""}, session);
  }
  void open() {
    hear_welcome();
    out = {};
  }
  void hear_call(std::int64_t id, std::optional<std::int64_t> chunks = {}) {
    hear(call{id, "text.shout@1", 5s, {}, "", 0, "", "", {}, "", chunks, "\x80", ""});
  }
  void advance(duration d) {
    now = now + d;
    worker.on_tick(now, out);
  }
  template <class T>
  std::vector<T> ordered() const {
    return of_kind<T>(out.orders);
  }
  template <class T>
  std::vector<T> sent() const {
    return messages_of<T>(out.send);
  }
};

}  // namespace

TEST_CASE("hello is repeated, with the same start, until it is answered") {
  fixture f;
  f.advance(1s);
  f.advance(1s);
  const auto hellos = f.sent<hello>();
  REQUIRE(hellos.size() == 3);
  CHECK(hellos[0].start == hellos[2].start);
  CHECK(f.out.send[0].session == 0);
  f.hear_welcome();
  CHECK(f.ordered<order::begin>().size() == 1);
  CHECK(f.sent<heartbeat>().size() == 1);
  f.hear_welcome();
  CHECK(f.ordered<order::begin>().size() == 1);
  CHECK(f.ordered<order::oddity>().size() == 1);
}

TEST_CASE("a welcome of another beginning is dropped") {
  fixture f;
  f.hear(welcome{1, 1 + f.sent<hello>()[0].start % 1000, 1s, 4s, 1 << 20, 64, {}, {}, ""});
  CHECK_FALSE(f.worker.is_open());
  CHECK(f.ordered<order::begin>().empty());
}

TEST_CASE("a worker that nobody answers gives up") {
  fixture f;
  f.advance(30s);
  REQUIRE(f.ordered<order::quit>().size() == 1);
  CHECK(f.ordered<order::quit>()[0].code == errc::node_down);
}

TEST_CASE("a refused worker quits with the node's reason") {
  fixture f;
  f.hear(refuse{errc::rejected, "the token is not expected", {1}}, 0);
  REQUIRE(f.ordered<order::quit>().size() == 1);
  CHECK(f.ordered<order::quit>()[0].text == "refused: the token is not expected");
}

TEST_CASE("a node that has forgotten the worker is told hello again, with another start, and calls are forgotten") {
  fixture f;
  const auto first = f.sent<hello>()[0].start;
  f.open();
  f.hear_call(1);
  f.out = {};
  f.hear(refuse{errc::not_found, "say hello", {1}}, 0);
  f.hear(refuse{errc::not_found, "say hello", {1}}, 0);
  CHECK(f.ordered<order::begin_anew>().size() == 1);
  REQUIRE(f.sent<hello>().size() == 1);
  CHECK(f.sent<hello>()[0].start != first);
  CHECK(f.worker.open_calls() == 0);
  f.hear_welcome(78);
  f.hear(call{1, "text.shout@1", 5s, {}, "", 0, "", "", {}, "", {}, "\x80", ""}, 78);
  CHECK(f.ordered<order::handle>().size() == 1);
}

TEST_CASE("a call is handled once, by its deadline, and ends once") {
  fixture f;
  f.open();
  f.hear_call(1);
  f.hear_call(1);
  REQUIRE(f.ordered<order::handle>().size() == 1);
  CHECK(f.ordered<order::handle>()[0].deadline == f.now + 5s);
  f.worker.finish(result{1, 0, {}, {}, "\x01"}, f.now, f.out);
  f.worker.finish(failure{1, errc::internal, "", true, {}, {}}, f.now, f.out);
  CHECK(f.sent<result>().size() == 1);
  CHECK(f.sent<failure>().empty());
  f.hear_call(1);
  CHECK(f.ordered<order::handle>().size() == 1);
}

TEST_CASE("a node that exceeds the window breaks the rules") {
  fixture f;
  f.open();
  for (int i = 1; i <= 3; ++i) f.hear_call(i);
  CHECK(f.ordered<order::handle>().size() == 2);
  REQUIRE(f.sent<goodbye>().size() == 1);
  CHECK(f.sent<goodbye>()[0].code == errc::corrupt);
  CHECK(f.worker.is_closed());
}

TEST_CASE("chunks are sent while there is credit; the result counts them") {
  fixture f;
  f.open();
  f.hear_call(1, 1);
  packed part = "\x01";
  CHECK(f.worker.emit(1, part, f.now, f.out));
  part = "\x02";
  CHECK_FALSE(f.worker.emit(1, part, f.now, f.out));
  CHECK(part == "\x02");
  f.hear(credit{1, 2});
  f.hear(credit{1, 1});
  CHECK(f.ordered<order::emit_more>().size() == 1);
  CHECK(f.worker.emit(1, part, f.now, f.out));
  CHECK(f.sent<chunk>().size() == 2);
  CHECK(f.sent<chunk>()[1].n == 1);
  f.worker.finish(result{1, 0, {}, {}, "\x01"}, f.now, f.out);
  CHECK(f.sent<result>().at(0).chunks == 2);
}

TEST_CASE("without a listener, and after a cancellation, emitting does nothing") {
  fixture f;
  f.open();
  f.hear_call(1);
  f.hear_call(2, 5);
  f.hear(wire::cancel{2, "gone"});
  f.hear(wire::cancel{2, "gone"});
  CHECK(f.ordered<order::stop>().size() == 1);
  packed part = "\x01";
  CHECK(f.worker.emit(1, part, f.now, f.out));
  CHECK(f.worker.emit(2, part, f.now, f.out));
  CHECK(f.sent<chunk>().empty());
  f.worker.finish(result{1, 0, {}, {}, "\x01"}, f.now, f.out);
  CHECK(f.sent<result>().size() == 1);
  f.worker.finish(result{2, 0, {}, {}, "\x01"}, f.now, f.out);
  REQUIRE(f.sent<failure>().size() == 1);
  CHECK(f.sent<failure>()[0].code == errc::cancelled);
}

TEST_CASE("asks are numbered, answered once, and dropped with their call") {
  fixture f;
  f.open();
  f.hear_call(1);
  const auto one = f.worker.begin_ask(1, "text.retrieve@1", "\x80", 2s, f.now, f.out);
  const auto two = f.worker.begin_ask(1, "text.retrieve@1", "\x80", 2s, f.now, f.out);
  REQUIRE(one);
  REQUIRE(two);
  CHECK(*two > *one);
  CHECK(f.sent<ask>().at(0).timeout == 2s);
  f.hear(answer{*one, errc::none, "", 0, 0, "\x01"});
  f.hear(answer{*one, errc::none, "", 0, 0, "\x01"});
  CHECK(f.ordered<order::answered>().size() == 1);
  f.worker.finish(result{1, 0, {}, {}, "\x01"}, f.now, f.out);
  f.hear(answer{*two, errc::none, "", 0, 0, "\x01"});
  CHECK(f.ordered<order::answered>().size() == 1);
  CHECK_FALSE(f.worker.begin_ask(1, "text.retrieve@1", "\x80", 2s, f.now, f.out));
}

TEST_CASE("a draining worker turns away calls that cross on the way, as not begun") {
  fixture f;
  f.open();
  f.hear_call(1);
  f.worker.begin_drain(f.now, f.out);
  CHECK(f.sent<drain>().size() == 1);
  f.hear_call(2);
  REQUIRE(f.sent<failure>().size() == 1);
  CHECK(f.sent<failure>()[0].id == 2);
  CHECK_FALSE(f.sent<failure>()[0].begun);
  CHECK(f.worker.open_calls() == 1);
}

TEST_CASE("heartbeats tell how many calls are open; a silent node ends the session") {
  fixture f;
  f.open();
  f.hear_call(1);
  f.advance(1s);
  REQUIRE(f.sent<heartbeat>().size() == 1);
  CHECK(f.sent<heartbeat>()[0].open == 1);
  f.advance(3s);
  REQUIRE(f.ordered<order::quit>().size() == 1);
  CHECK(f.ordered<order::quit>()[0].code == errc::node_down);
  CHECK(f.sent<goodbye>().size() == 1);
}

TEST_CASE("messages of another session are dropped") {
  fixture f;
  f.open();
  f.hear(drain{}, session_number + 1);
  CHECK_FALSE(f.worker.is_draining());
  CHECK(f.ordered<order::oddity>().size() == 1);
}

TEST_CASE("the largest times that the wire can say do not overflow") {
  fixture f;
  f.hear(welcome{1, f.sent<hello>()[0].start, microseconds{max_number}, microseconds{max_number}, 1, 0, {}, {}, ""});
  f.hear(call{1, "text.shout@1", microseconds{max_number}, {}, "", 0, "", "", {}, "", {}, "\x80", ""});
  REQUIRE(f.ordered<order::handle>().size() == 1);
  CHECK(f.ordered<order::handle>()[0].deadline > f.now + std::chrono::hours{24 * 365 * 200});
  f.advance(std::chrono::hours{24 * 365});
  CHECK_FALSE(f.worker.is_closed());
}

TEST_CASE("what is larger than the node takes is not sent: its call ends with bad_output, asks and saves are refused") {
  fixture f;
  f.hear(welcome{1, f.sent<hello>()[0].start, 1s, 4s, 3, 64, {}, {}, ""});
  f.hear_call(1, 5);
  f.hear_call(2);
  packed part = "\xA3_ab";
  CHECK(f.worker.emit(1, part, f.now, f.out));
  part = "\x01";
  CHECK(f.worker.emit(1, part, f.now, f.out));
  CHECK(f.sent<chunk>().empty());
  f.worker.finish(result{1, 0, {}, {}, "\x01"}, f.now, f.out);
  f.worker.finish(result{2, 0, 7, {}, "\xA3_ab"}, f.now, f.out);
  CHECK(f.sent<result>().empty());
  REQUIRE(f.sent<failure>().size() == 2);
  for (const auto& end : f.sent<failure>()) CHECK(end.code == errc::bad_output);
  CHECK(f.sent<failure>()[1].micro_money == 7);

  f.hear_call(3);
  const auto asked = f.worker.begin_ask(3, "text.retrieve@1", "\xA3_ab", 2s, f.now, f.out);
  REQUIRE_FALSE(asked);
  CHECK(asked.error().code == errc::bad_input);
  const auto kept = f.worker.save_state(1, "\xA3_ab", f.now, f.out);
  REQUIRE_FALSE(kept);
  CHECK(kept.error().code == errc::bad_input);
  CHECK(f.worker.save_state(1, "\xA2_a", f.now, f.out).has_value());
  CHECK(f.sent<save>().size() == 1);
}
