// SPDX-License-Identifier: Apache-2.0
// The control server of a node in this process, with good clients, bad ones, and clients that go away.
#include <stdlib.h>
#include <zmq.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <thread>

#include "cluster/control/commands.hpp"
#include "cluster/control/control_client.hpp"
#include "cluster/transport/zmq_socket_impl.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/module.hpp"
#include "tests/catch.hpp"

using namespace agents;
using control::client;
using control::control_context;
using control::encode;
using control::event_feed;
using control::server;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

constexpr auto patience = 20s;

struct line {
  std::string text;
  AGENTS_FIELDS(text)
};

/// Handlers that wait, and who is told what.
struct waiting_room {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  int cancelled = 0;
  bool open = false;

  template <class F>
  bool wait(F f) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, patience, f);
  }
};

/// Somebody in the room. A coroutine that is cancelled is destroyed where it waits.
class visitor {
 public:
  explicit visitor(waiting_room& room) : room_(room) { count(+1, 0); }
  visitor(const visitor&) = delete;
  visitor& operator=(const visitor&) = delete;
  ~visitor() { count(-1, served ? 0 : 1); }
  bool served = false;

 private:
  void count(int inside, int cancelled) {
    const std::lock_guard lock{room_.mutex};
    room_.inside += inside;
    room_.cancelled += cancelled;
    room_.changed.notify_all();
  }
  waiting_room& room_;
};

task<line> wait_here(waiting_room& room, line in, call& c) {
  visitor v{room};
  while (!v.served) {
    co_await c.sleep(5ms);
    const std::lock_guard lock{room.mutex};
    v.served = room.open;
  }
  co_return in;
}

module slow(waiting_room& room) {
  return module("slow", "1.0.0")
      .offers("slow.echo@1", [](const line& in) { return in; })
      .offers("slow.wait@1", [&room](line in, call& c) { return wait_here(room, std::move(in), c); }, {.timeout = 60s});
}

struct fixture {
  fixture() {
    auto pattern = (fs::temp_directory_path() / "agents-control-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    node_config c;
    c.observers.push_back(feed);
    own = std::make_unique<node>(std::move(c));
    REQUIRE(own->add([this] { return slow(room); }));
    context = std::make_unique<control_context>(control_context{
        *own, *feed, object{{"pid", 1}}, {}, [this] { stops.fetch_add(1), stops.notify_all(); }, own->time().now()});
    auto opened = server::open(folder / "control", control::commands_of(*context), [this] { feed->flush(); });
    REQUIRE(opened);
    served = std::move(*opened);
  }
  ~fixture() {
    served.reset();
    own.reset();
    fs::remove_all(folder);
  }
  std::unique_ptr<client> connect() { return std::make_unique<client>(served->endpoint()); }
  static value echo(const std::string& text) {
    return object{{"capability", "slow.echo@1"}, {"input", object{{"text", text}}}};
  }
  static value waiting() { return object{{"capability", "slow.wait@1"}, {"input", object{{"text", "w"}}}}; }

  fs::path folder;
  waiting_room room;
  std::shared_ptr<event_feed> feed = std::make_shared<event_feed>();
  std::unique_ptr<node> own;
  std::unique_ptr<control_context> context;
  std::unique_ptr<server> served;
  std::atomic<int> stops{0};
};

/// A client that speaks bytes.
struct raw_client {
  explicit raw_client(const std::string& endpoint) { REQUIRE(zmq_connect(socket.get(), endpoint.c_str()) == 0); }
  void send(std::vector<std::string> frames) { REQUIRE(socket.send(std::move(frames)) == 0); }
  control::reply receive() {
    zmq_pollitem_t item{socket.get(), 0, ZMQ_POLLIN, 0};
    REQUIRE(zmq_poll(&item, 1, 20'000) == 1);
    const auto f = socket.receive(1);
    REQUIRE(f);
    const auto r = control::decode_reply(f->front());
    REQUIRE(r);
    return *r;
  }
  control::reply end_of(std::int64_t id) {
    for (;;)
      if (const auto r = receive(); r.id == id && r.what != control::reply::kind::working) return r;
  }
  agents::zmq_context context;
  agents::zmq_socket socket{context, ZMQ_DEALER};
};

}  // namespace

TEST_CASE("a node tells its status, tree and modules") {
  fixture f;
  const auto c = f.connect();
  const auto status = c->ask("status");
  REQUIRE(status);
  CHECK(status->get_integer("pid") == 1);
  CHECK(status->get_integer("modules") == 1);
  CHECK(status->get_integer("replicas_up") == 1);
  const auto tree = c->ask("tree");
  REQUIRE(tree);
  CHECK(tree->find("children")->as_array().at(0).get_string("id") == "slow");
  const auto modules = c->ask("modules", object{{"schemas", true}});
  REQUIRE(modules);
  REQUIRE(modules->find("modules")->as_array().size() == 2);
  CHECK(modules->find("modules")->as_array()[0].find("input") != nullptr);
  REQUIRE(c->ask("stop"));
  f.stops.wait(0);  // it is told after the answer has left
  CHECK(f.stops == 1);
}

TEST_CASE("calls end with their output or their error") {
  fixture f;
  const auto c = f.connect();
  const auto good = c->ask("call", fixture::echo("hi"));
  REQUIRE(good);
  CHECK(good->find("output")->get_string("text") == "hi");
  CHECK(c->ask("call", object{{"capability", "no.such@1"}, {"input", 1}}).error().code == errc::no_route);
  CHECK(c->ask("call", object{{"capability", "slow.echo@1"}, {"input", 1}}).error().code == errc::bad_input);
  CHECK(c->ask("call", object{{"capability", "slow.echo@1"}}).error().code == errc::bad_input);
  auto late = fixture::waiting();
  late.as_object()["timeout_seconds"] = 0.05;
  CHECK(c->ask("call", late).error().code == errc::deadline);
  late.as_object()["timeout_seconds"] = -1;
  CHECK(c->ask("call", late).error().code == errc::bad_input);
  CHECK(c->ask("dance").error().code == errc::not_found);
  CHECK(c->ask("dance").error().message.find("status") != std::string::npos);
}

TEST_CASE("many calls are under way at once, and none keeps the control thread") {
  fixture f;
  raw_client c{f.served->endpoint()};
  for (int i = 1; i <= 50; ++i) c.send({encode(control::request{i, "call", fixture::waiting()})});
  REQUIRE(f.room.wait([&] { return f.room.inside == 50; }));
  CHECK(f.connect()->ask("call", fixture::echo("meanwhile")));
  {
    const std::lock_guard lock{f.room.mutex};
    f.room.open = true;
  }
  int good = 0;
  while (good < 50) {
    const auto r = c.receive();
    if (r.what == control::reply::kind::working) continue;
    REQUIRE(r.what == control::reply::kind::ok);
    ++good;
  }
}

TEST_CASE("a caller that goes away cancels its call, and one that cancels is told") {
  fixture f;
  {
    raw_client gone{f.served->endpoint()};
    gone.send({encode(control::request{1, "call", fixture::waiting()})});
    REQUIRE(f.room.wait([&] { return f.room.inside == 1; }));
  }
  CHECK(f.room.wait([&] { return f.room.cancelled == 1; }));
  raw_client patient{f.served->endpoint()};
  patient.send({encode(control::request{1, "call", fixture::waiting()})});
  REQUIRE(f.room.wait([&] { return f.room.inside == 1; }));
  patient.send({encode(control::request{2, "cancel", object{{"id", 1}}})});
  CHECK(patient.end_of(1).problem.code == errc::cancelled);
  CHECK(patient.end_of(2).what == control::reply::kind::ok);
  CHECK(f.room.wait([&] { return f.room.cancelled == 2; }));
}

TEST_CASE("a client that waits hears that the node works") {
  fixture f;
  raw_client c{f.served->endpoint()};
  c.send({encode(control::request{1, "call", fixture::waiting()})});
  CHECK(c.receive().what == control::reply::kind::working);
}

TEST_CASE("nonsense is answered, and disturbs nobody") {
  fixture f;
  raw_client bad{f.served->endpoint()};
  bad.send({"\xc1\xc1\xc1"});
  CHECK(bad.end_of(0).problem.code == errc::bad_input);
  bad.send({"a", "b", "c"});
  CHECK(bad.end_of(0).problem.code == errc::bad_input);
  bad.send({pack(object{{"v", 7}, {"id", 3}, {"command", "status"}})});
  CHECK(bad.end_of(3).problem.code == errc::unsupported);
  bad.send({encode(control::request{4, "call", fixture::waiting()})});
  bad.send({encode(control::request{4, "status"})});
  CHECK(bad.end_of(4).problem.message.find("open already") != std::string::npos);
  bad.send({std::string(control::max_request_bytes + 1, 'x')});  // costs the connection
  CHECK(f.connect()->ask("status"));
}

TEST_CASE("a client may have 64 requests open") {
  fixture f;
  raw_client c{f.served->endpoint()};
  for (int i = 1; i <= 65; ++i) c.send({encode(control::request{i, "events"})});
  CHECK(c.end_of(65).problem.code == errc::overloaded);
  CHECK(f.connect()->ask("status"));
}

TEST_CASE("events come as they happen; a reader that stands still delays nobody") {
  fixture f;
  raw_client still{f.served->endpoint()};
  still.send({encode(control::request{1, "events"})});
  const auto c = f.connect();
  c->begin("events", object{{"kinds", array{"request_finished"}}});
  const auto other = f.connect();
  REQUIRE(other->ask("status"));  // by now both have subscribed
  for (int i = 0; i < 3000; ++i) REQUIRE(other->ask("call", fixture::echo("x")));
  const auto first = c->next(patience);
  REQUIRE(first);
  REQUIRE(*first);
  CHECK((*first)->get_string("kind") == "request_finished");
  CHECK((*first)->get_string("module") == "slow");
}

TEST_CASE("a node that ends tells its clients") {
  fixture f;
  raw_client c{f.served->endpoint()};
  c.send({encode(control::request{1, "call", fixture::waiting()})});
  REQUIRE(f.room.wait([&] { return f.room.inside == 1; }));
  f.served.reset();
  CHECK(c.end_of(1).problem.code == errc::cancelled);
}

TEST_CASE("nobody answers: the wait ends, or is ended") {
  CHECK(client{"ipc:///nowhere/at/all"}.ask("status").error().code == errc::node_down);
  int looks = 0;
  client c{"ipc:///nowhere/at/all", [&looks] { return ++looks > 1; }};
  CHECK(c.ask("status").error().code == errc::cancelled);
}
