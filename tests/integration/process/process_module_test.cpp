// SPDX-License-Identifier: Apache-2.0
// Process modules through a node: they are called like any other, and their ends are survived like any other's.
#include <algorithm>
#include <cstdlib>
#include <future>

#include "tests/integration/process/process_node.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

std::string problem_of(const process_options& o) {
  process_node n;
  const auto ok = n.get().add_process(o);
  REQUIRE_FALSE(ok);
  return ok.error().message;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

process_options shell(const std::string& script) {
  auto o = odd();
  o.command.arguments = {"sh", "-c", script};
  return o;
}

std::size_t open_files() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator{"/proc/self/fd"}, fs::directory_iterator{}));
}

/// How the last life of the only replica of the only module ended.
value last_end_of(process_node& n) {
  const auto tree = n.get().tree();
  const auto& module = tree.find("children")->as_array().at(0);
  const auto* end = module.find("children")->as_array().at(0).find("last_end");
  REQUIRE(end);
  return *end;
}

/// Processes whose parent we are, also those that were not reaped.
std::size_t own_children() {
  std::ifstream in{"/proc/self/task/" + std::to_string(::getpid()) + "/children"};
  std::size_t n = 0;
  for (const auto& task : fs::directory_iterator{"/proc/self/task"}) {
    std::ifstream children{task.path() / "children"};
    n += static_cast<std::size_t>(std::distance(std::istream_iterator<std::string>{children}, {}));
  }
  return n;
}

}  // namespace

TEST_CASE("a process module is called, checked and charged like any other") {
  process_node n;
  n.add(odd());
  const auto said = n.ask("odd.echo@1", text("hi"));
  REQUIRE(said);
  CHECK(**said == text("hi"));
  CHECK(n.error_of("odd.echo@1", number(1)) == errc::bad_input);
  CHECK(n.error_of("odd.wait@1", number(1), 100ms) == errc::deadline);
  CHECK(n.ask_number("odd.pid@1") != ::getpid());
  CHECK(n.events->count(event_kind::replica_exited) == 0);
}

TEST_CASE("a process module asks others through the node") {
  process_node n;
  n.add(odd());
  CHECK(n.error_of("odd.ask@1", text("a")) == errc::no_route);
  n.add(odd("other"));
  const auto answer = n.ask("odd.ask@1", text("a"));
  REQUIRE(answer);
  CHECK(**answer == text("a"));
}

TEST_CASE("a crash loses the call that crashed, and the next one is answered by a new process") {
  process_node n;
  n.add(odd());
  const auto first = n.ask_number("odd.pid@1");
  std::string reason;
  SECTION("a segmentation fault") {
    CHECK(n.error_of("odd.segfault@1", number(0)) == errc::crashed);
    reason = "signal 11";
  }
  SECTION("an exception") {
    CHECK(n.error_of("odd.throw@1", text("oops")) == errc::crashed);
    reason = "oops";
  }
  SECTION("an exit") {
    CHECK(n.error_of("odd.exit@1", number(3)) == errc::crashed);
    reason = "exit code 3";
  }
  SECTION("kill -9 from outside, without a call") {
    ::kill(static_cast<pid_t>(first), SIGKILL);
    reason = "signal 9";
  }
  CHECK(contains(n.events->wait_for(event_kind::replica_exited).text, reason));
  CHECK(n.ask_number("odd.pid@1") != first);
  CHECK_FALSE(runs(first));
}

TEST_CASE("a process that hangs is killed and replaced") {
  process_node n;
  n.add(odd());
  const auto first = n.ask_number("odd.pid@1");
  std::string reason;
  SECTION("a handler beyond its deadline") {
    CHECK(n.error_of("odd.spin@1", number(0), 200ms) == errc::deadline);
    reason = "the handler hangs";
  }
  SECTION("a stopped process") {
    ::kill(static_cast<pid_t>(first), SIGSTOP);
    reason = "was silent for 0.6";
  }
  const auto why = n.events->wait_for(event_kind::replica_exited).text;
  CHECK(contains(why, reason));
  CHECK(why.starts_with("killed: "));
  CHECK(n.ask_number("odd.pid@1") != first);
  CHECK(ends(first));
  CHECK(last_end_of(n).get_string("reason") == "killed");
}

TEST_CASE("a process that throws has crashed; one that does not end in its shutdown time is killed: the tree says so") {
  process_node n{{{"team", "", {.strategy = supervision::strategy::one_for_all, .intensity = 1000}}}};
  module_options o;
  o.supervisor = "team";
  n.add(odd(), o);
  o.shutdown = 50ms;
  n.add(odd("slow"), o);
  auto slow = std::async(std::launch::async, [&n] { return n.error_of("slow.spin@1", number(0)); });
  while (n.get().registry().all().back()->replicas.front()->in_flight == 0) std::this_thread::yield();
  CHECK(n.error_of("odd.throw@1", text("oops")) == errc::crashed);
  CHECK(slow.get() == errc::crashed);
  n.events->wait_for(event_kind::replica_started, [](const event& e) { return e.module == "slow" && e.attempt == 2; });
  CHECK(n.ask_number("slow.pid@1") > 0);
  const auto tree = n.get().tree();
  const auto& team = tree.find("children")->as_array().at(0).find("children")->as_array();
  CHECK(team.at(0).find("last_end")->get_string("reason") == "crashed");
  CHECK(team.at(1).find("last_end")->get_string("reason") == "killed");
  CHECK(n.events->last(event_kind::group_restarted).module == "team");
}

TEST_CASE("a significant process that ends by itself ends its group, which is restarted whole by the node") {
  process_node n{{{"team", "", {.auto_shutdown = supervision::auto_shutdown::any_significant}}}};
  module_options o;
  o.supervisor = "team";
  n.add(odd(), o);
  o.restart = supervision::restart_type::temporary;
  o.significant = true;
  n.add(odd("leader"), o);
  const auto follower = n.ask_number("odd.pid@1");
  const auto leader = n.ask_number("leader.pid@1");
  CHECK(n.error_of("leader.exit@1", number(0)) == errc::crashed);
  n.events->wait_for(event_kind::replica_escalated, [](const event& e) {
    return e.module == "team" && contains(e.text, "its significant child `leader` has ended");
  });
  for (const auto* name : {"odd", "leader"})
    while (n.error_of(std::string{name} + ".pid@1", number(0)) != errc::none) std::this_thread::yield();
  CHECK(n.ask_number("odd.pid@1") != follower);
  CHECK(n.ask_number("leader.pid@1") != leader);
  CHECK(n.events->last(event_kind::group_restarted).module == "team");
}

TEST_CASE("requests that wait survive the crash") {
  auto plain = odd();
  plain.command.arguments.emplace_back("plain");
  plain.silence = 60s;  // this test kills it, nobody else
  process_node n;
  n.add(plain);
  const auto first = n.ask_number("odd.pid@1");
  ::kill(static_cast<pid_t>(first), SIGSTOP);  // answers nothing any more: beyond the window of 4, requests wait
  std::vector<std::future<errc>> waiting;
  for (int i = 0; i < 20; ++i)
    waiting.push_back(std::async(std::launch::async, [&n] { return n.error_of("odd.pid@1", number(0)); }));
  const auto& replica = *n.get().registry().all().front()->replicas.front();
  while (replica.in_flight.load() < 4 || replica.waiting.load() < 16) std::this_thread::yield();
  ::kill(static_cast<pid_t>(first), SIGKILL);
  std::vector<errc> ends;
  for (auto& w : waiting) ends.push_back(w.get());
  CHECK(std::count(ends.begin(), ends.end(), errc::crashed) == 4);
  CHECK(std::count(ends.begin(), ends.end(), errc::none) == 16);
}

TEST_CASE("a process gets the environment it was promised, and secrets by file") {
  ::setenv("AGENTS_TEST_PASSED", "passed", 1);
  ::setenv("AGENTS_TEST_KEPT", "kept", 1);
  const auto file = fs::temp_directory_path() / ("agents-secret-" + std::to_string(::getpid()));
  std::ofstream{file} << "s3cret";
  auto o = odd();
  o.command.environment = {"AGENTS_TEST_PASSED", "AGENTS_TEST_SET=set"};
  o.command.secrets["API_KEY"] = file;
  process_node n;
  n.add(o);
  const auto variable = [&](std::string name) {
    return std::string{(*n.ask("odd.variable@1", text(std::move(name))))->get_string("text")};
  };
  CHECK(variable("AGENTS_TEST_PASSED") == "passed");
  CHECK(variable("AGENTS_TEST_SET") == "set");
  CHECK(variable("AGENTS_TEST_KEPT") == "(unset)");
  CHECK(variable("API_KEY").starts_with("/proc/self/fd/"));
  CHECK((**n.ask("odd.secret@1", text("API_KEY"))) == text("s3cret"));
  fs::remove(file);
}

TEST_CASE("what cannot be a module is an error that says what to do") {
  auto o = odd();
  SECTION("no such program") {
    o.command.arguments = {"no-such-program-here"};
    const auto why = problem_of(o);
    CHECK(contains(why, "no-such-program-here"));
    CHECK(contains(why, "install it, or correct"));
  }
  SECTION("no such file") {
    o.command.arguments = {"./no/such/file"};
    CHECK(contains(problem_of(o), "no/such/file; correct the first word"));
  }
  SECTION("a program that ends at once: what it printed is in the error") {
    const auto why = problem_of(shell("echo the disk is on fire >&2; exit 7"));
    CHECK(contains(why, "exit code 7"));
    CHECK(contains(why, "the disk is on fire"));
  }
  SECTION("a program that is no module") {
    o = shell("echo just waiting; exec sleep 1000");
    o.start_limit = 300ms;
    const auto why = problem_of(o);
    CHECK(contains(why, "no hello within 0.3 s"));
    CHECK(contains(why, "just waiting"));
  }
  SECTION("a name that is not the manifest's") {
    o.name = "even";
    CHECK(contains(problem_of(o), "has the name \"odd\""));
  }
  SECTION("a manifest that is no manifest") {
    o.command.arguments = {AGENTS_BINARY_DIR "/test_process_worker", "A BAD NAME"};
    CHECK(contains(problem_of(o), "a name consists of lowercase letters"));
  }
  CHECK(own_children() == 0);
}

TEST_CASE("what a process prints becomes events, few of them") {
  process_node n;
  n.add(odd());
  CHECK(n.ask_number("odd.flood@1") == 0);
  const auto line = n.events->wait_for(event_kind::progress, [](const event& e) { return e.module == "odd"; }).text;
  CHECK(line.size() == 1024);
  for (int i = 0; i < 200; ++i) CHECK(n.ask_number("odd.pid@1") > 0);  // it still works
  CHECK(n.events->count(event_kind::progress) < 200);
}

TEST_CASE("what a process has started dies with it") {
  process_node n;
  n.add(odd());
  const auto child = n.ask_number("odd.fork@1");
  REQUIRE(runs(child));
  CHECK(n.error_of("odd.segfault@1", number(0)) == errc::crashed);
  CHECK(n.ask_number("odd.pid@1") > 0);
  CHECK(ends(child));
}

TEST_CASE("a node that stops leaves nothing behind") {
  {
    process_node first;  // what the libraries open once
    first.add(odd());
  }
  const auto files = open_files();
  std::vector<std::int64_t> pids;
  {
    process_node n;
    auto three = process_node::often();
    three.replicas = 3;
    n.add(odd(), three);
    n.add(odd("other"));
    for (int i = 0; i < 10; ++i) pids.push_back(n.ask_number("odd.pid@1"));
    pids.push_back(n.ask_number("odd.fork@1"));
    pids.push_back(n.ask_number("other.pid@1"));
    CHECK(n.error_of("odd.segfault@1", number(0)) == errc::crashed);
  }
  for (const auto pid : pids) CHECK(ends(pid));
  CHECK(own_children() == 0);
  CHECK(open_files() == files);
}

TEST_CASE("a process that says nothing yet when the node stops has not crashed") {
  process_node n;
  auto o = odd();
  auto mark = (std::filesystem::temp_directory_path() / "agents-mark-XXXXXX").string();
  ::close(::mkstemp(mark.data()));
  const auto worker = o.command.arguments.front();
  o.command.arguments = {
      "/bin/sh", "-c",
      "if [ -e " + mark + " ]; then rm " + mark + "; exec " + worker + " odd; fi; echo silent; exec sleep 100"};
  o.start_limit = 60s;
  n.add(o);
  CHECK(n.error_of("odd.exit@1", number(3)) == errc::crashed);
  n.events->wait_for(event_kind::progress, "silent");
  const auto restarts = n.events->count(event_kind::replica_restarted);
  const auto exits = n.events->count(event_kind::replica_exited);
  n.own.reset();
  CHECK(n.events->count(event_kind::replica_restarted) == restarts);
  CHECK(n.events->count(event_kind::replica_exited) == exits);
}

TEST_CASE("a process that begins again and again does not disturb another") {
  process_node n;
  n.add(odd("steady"));
  n.add(odd("other"));
  const auto steady = n.ask_number("steady.pid@1");
  const auto p95 = [&] {
    std::vector<double> ms;
    for (int i = 0; i < 400; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      CHECK(n.ask_number("steady.pid@1") == steady);
      ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::nth_element(ms.begin(), ms.begin() + 380, ms.end());
    return ms[380];
  };
  const auto alone = p95();
  std::atomic<bool> over{false};
  auto crashing = std::async(std::launch::async, [&] {
    int n_crashes = 0;
    for (; !over.load(); ++n_crashes) (void)n.error_of("other.segfault@1", number(0));
    return n_crashes;
  });
  n.events->wait_for(event_kind::replica_restarted);
  const auto beside = p95();
  over.store(true);
  INFO("p95 alone " << alone << " ms, beside a crashing one " << beside << " ms");
  CHECK(crashing.get() > 0);
  CHECK(beside < alone + 20);  // a restart takes longer; two cores may be busy with starting processes
}
