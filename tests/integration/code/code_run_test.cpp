// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "actors/code/code_module.hpp"
#include "actors/code/evaluate_mbpp.hpp"
#include "libagents/runtime/node.hpp"
#include "libagents/sandbox/process_tree.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::code;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds patience{60};

struct code_node {
  node own{{}};

  explicit code_node(runner_settings s = {.parallel = 4, .warm = 0}) {
    REQUIRE(own.add([s] { return code_module(s); }));
  }
  expected<snippet_result> ask(const snippet& s, duration limit = patience) {
    const auto r = own.ask("code.run@1", to_value(s), limit);
    if (!r) return r.propagate();
    return from_value<snippet_result>(**r);
  }
  snippet_result run(const snippet& s) {
    const auto r = ask(s);
    INFO((r ? std::string{} : r.error().message));
    REQUIRE(r);
    return *r;
  }
};

snippet python(std::string code) {
  snippet s;
  s.code = std::move(code);
  return s;
}
snippet shell(std::string code) {
  snippet s;
  s.language = "shell";
  s.code = std::move(code);
  return s;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a snippet gets its arguments, files and input, and gives exit code and output") {
  code_node n;
  auto p = python(
      "import sys, helper\nprint(helper.twice(sys.argv[1]), sys.stdin.read(), open('data/a b.txt').read())\n"
      "print('warning', file=sys.stderr)\nsys.exit(3)\n");
  p.arguments = {"it's"};
  p.input = "given";
  p.files = {{"helper.py", "def twice(x): return x + x\n"}, {"data/a b.txt", "content"}};
  auto r = n.run(p);
  CHECK(r.output == "it'sit's given content\n");
  CHECK(r.errors == "warning\n");
  CHECK(r.exit_code == 3);
  CHECK(r.signal == 0);
  CHECK_FALSE(r.timed_out);
  auto s = shell("echo \"$1\"; cat; cat 'data/a b.txt'; echo warning >&2; exit 3");
  s.arguments = p.arguments;
  s.input = p.input;
  s.files = p.files;
  r = n.run(s);
  CHECK(r.output == "it's\ngivencontent");
  CHECK(r.errors == "warning\n");
  CHECK(r.exit_code == 3);
}

TEST_CASE("a mistake in a snippet is shown with its line, without what is around it") {
  code_node n;
  const auto r = n.run(python("def f():\n  return 1 / 0\nf()\n"));
  CHECK(r.exit_code == 1);
  CHECK(contains(r.errors, "File \"snippet.py\", line 2, in f\n    return 1 / 0"));
  CHECK(contains(r.errors, "ZeroDivisionError"));
  CHECK_FALSE(contains(r.errors, "<string>"));
  CHECK(contains(n.run(python("def f(:\n")).errors, "SyntaxError"));
}

TEST_CASE("what goes wrong with a snippet is its result") {
  code_node n;
  SECTION("no end") {
    auto p = python("print('begun', flush=True)\nwhile True: pass\n");
    p.timeout_seconds = 0.5;
    const auto r = n.run(p);
    CHECK(r.timed_out);
    CHECK(r.signal == 9);
    CHECK(r.output == "begun\n");
    CHECK(r.wall_seconds >= 0.5);
    CHECK(r.wall_seconds < 10);
  }
  SECTION("too much memory") {
    auto p = python("x = bytearray(500_000_000)\nfor i in range(0, len(x), 4096): x[i] = 1\n");
    p.memory_mb = 64;
    const auto r = n.run(p);
    CHECK(r.out_of_memory);
    CHECK((r.signal != 0 || r.exit_code != 0));
  }
  SECTION("endless output") {
    auto s = shell("yes; true");
    s.timeout_seconds = 1;
    const auto r = n.run(s);
    CHECK(r.timed_out);
    CHECK(r.output_truncated);
    CHECK(r.output.size() == 1 << 20);
  }
  SECTION("endless errors") {
    auto s = shell("yes >&2");
    s.timeout_seconds = 1;
    const auto r = n.run(s);
    CHECK(r.errors_truncated);
    CHECK(r.errors.size() == 64 << 10);
  }
  SECTION("a signal") {
    CHECK(n.run(python("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")).signal == 11);
  }
  SECTION("bytes that are no text") {
    CHECK(n.run(shell("printf 'a\\377b'")).output ==
          "a\xEF\xBF\xBD"
          "b");
  }
  SECTION("input that is not read") {
    auto s = shell("exit 0");
    s.input = std::string(3'000'000, 'x');
    CHECK(n.run(s).exit_code == 0);
  }
  SECTION("input and output at once") {
    auto s = shell("cat");
    s.input = std::string(900'000, 'x');
    CHECK(n.run(s).output == s.input);
  }
}

TEST_CASE("what cannot be run is refused with a remedy") {
  code_node n;
  auto s = shell("true");
  SECTION("a language") { s.language = "cobol"; }
  SECTION("a file outside") { s.files = {{"../x", ""}}; }
  SECTION("an absolute file") { s.files = {{"/etc/x", ""}}; }
  SECTION("a folder as a file") { s.files = {{"a/", ""}}; }
  SECTION("a time") { s.timeout_seconds = 1e6; }
  const auto r = n.ask(s);
  REQUIRE_FALSE(r);
  CHECK(r.error().code == errc::bad_input);
}

TEST_CASE("a snippet reaches nothing, and leaves nothing to the next one") {
  code_node n{{.parallel = 1, .warm = 1}};
  const auto secret = fs::temp_directory_path() / ("agents-code-secret-" + std::to_string(::getpid()));
  std::ofstream{secret} << "secret";
  CHECK(n.run(shell("cat " + secret.string())).exit_code != 0);
  CHECK(n.run(shell("cat /etc/shadow")).exit_code != 0);
  CHECK(contains(n.run(python("import socket\nsocket.create_connection(('127.0.0.1', 22), 2)\n")).errors, "Error"));
  CHECK(
      n.run(shell("ls /sys/class/net 2>/dev/null; cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '")).output ==
      "lo\n");
  for (int i = 0; i < 4; ++i)
    CHECK(n.run(shell("echo x > left; ls -A /tmp /tmp/work | sort | tr -d '\\n'")).output ==
          "/tmp/work:/tmp:jobleftsnippet.shwork");
  CHECK(n.run(shell("(setsid sleep 1000 &) ; echo gone")).output == "gone\n");
  fs::remove(secret);
}

TEST_CASE("snippets that hang do not hold others") {
  code_node n{{.parallel = 3, .warm = 1}};
  auto endless = python("while True: pass\n");
  endless.timeout_seconds = 30;
  std::vector<std::future<expected<snippet_result>>> hanging;
  for (int i = 0; i < 2; ++i) hanging.push_back(std::async(std::launch::async, [&] { return n.ask(endless, 8s); }));
  int answered = 0;
  while (hanging.front().wait_for(0s) != std::future_status::ready && answered < 3)
    answered += n.run(shell("echo here")).output == "here\n" ? 1 : 0;
  CHECK(answered == 3);
  for (auto& h : hanging) CHECK(h.get().has_value() == false);  // the caller's own limit came first
  CHECK(n.run(shell("echo here")).exit_code == 0);
}

TEST_CASE("warm interpreters are used once each, and answer as cold ones do") {
  code_node n{{.parallel = 2, .warm = 2}};
  for (int i = 0; i < 8; ++i) {
    const auto r = n.run(python("import os\nprint(os.path.exists('/tmp/mark'))\nopen('/tmp/mark', 'w').close()\n"));
    CHECK(r.output == "False\n");
  }
}

namespace {

/// The interpreters that wait, by our numbers, once there are so many and each is ready to read.
std::vector<int> waiting_interpreters(std::size_t how_many) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (std::vector<int> out; std::chrono::steady_clock::now() < until; out.clear()) {
    for (const int pid : sandbox::descendants_of(::getpid())) {
      std::ifstream in{"/proc/" + std::to_string(pid) + "/cmdline"};
      const std::string line{std::istreambuf_iterator<char>{in}, {}};
      if (line.starts_with("/usr/bin/python3")) out.push_back(pid);
    }
    if (out.size() == how_many) return out;
    std::this_thread::yield();
  }
  return {};
}

/// Kills it with the whole of its sandbox, and waits until that is seen from here.
void kill_sandbox_of(int interpreter) {
  ::kill(interpreter, SIGKILL);
  siginfo_t end{};
  for (const int child : sandbox::descendants_of(::getpid())) {
    const auto below = sandbox::descendants_of(child);
    if (std::find(below.begin(), below.end(), interpreter) != below.end()) ::kill(child, SIGKILL);
  }
  ::waitid(P_ALL, 0, &end, WEXITED | WNOWAIT);
}

/// Bytes that wait in its standard input.
int waiting_input(int process) {
  const auto name = "/proc/" + std::to_string(process) + "/fd/0";
  const int fd = ::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  int n = 0;
  ::ioctl(fd, FIONREAD, &n);
  ::close(fd);
  return n;
}

}  // namespace

TEST_CASE("an interpreter that was killed while it waited is not the end of a snippet") {
  code_node n{{.parallel = 1, .warm = 1}};
  CHECK(n.run(python("print(1)\n")).output == "1\n");
  const auto waiting = waiting_interpreters(1);
  REQUIRE(waiting.size() == 1);
  SECTION("before the snippet comes") {
    kill_sandbox_of(waiting.front());
    const auto r = n.run(python("print(2)\n"));
    CHECK(r.signal == 0);
    CHECK(r.output == "2\n");
  }
  SECTION("when it was given the snippet, and has not read it") {
    ::kill(waiting.front(), SIGSTOP);
    auto later = std::async(std::launch::async, [&] { return n.ask(python("print(3)\n")); });
    while (waiting_input(waiting.front()) == 0 && later.wait_for(0s) != std::future_status::ready)
      std::this_thread::yield();
    kill_sandbox_of(waiting.front());
    const auto r = later.get();
    REQUIRE(r);
    CHECK(r->signal == 0);
    CHECK(r->output == "3\n");
  }
  SECTION("a snippet that kills itself is not run twice") {
    CHECK(n.run(python("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")).signal == 9);
  }
}

TEST_CASE("a node that stops leaves no interpreter behind") {
  {
    code_node n{{.parallel = 2, .warm = 2}};
    CHECK(n.run(python("print(1)\n")).output == "1\n");
  }
  CHECK(sandbox::descendants_of(::getpid()).empty());
}

TEST_CASE("solutions are told from wrong programs made of them") {
  const auto folder = fs::temp_directory_path() / ("agents-mbpp-" + std::to_string(::getpid()));
  fs::create_directory(folder);
  std::ofstream{folder / "mbpp.jsonl"}
      << R"j({"task_id": 1, "code": "def double(n):\n    return 2 * n", "test_setup_code": "", "test_list": ["assert double(2) == 4", "assert double(0) == 0"]})j"
      << "\n"
      << R"j({"task_id": 2, "code": "def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)", "test_list": ["assert factorial(4) == 24"]})j"
      << "\n"
      << R"j({"task_id": 3, "code": "def none_of(xs):\n    return None", "test_list": ["assert none_of([1]) == None"]})j"
      << "\n"
      << R"j({"task_id": 4, "code": "import math\ndef root(x):\n    return math.sqrt(x)", "test_list": ["assert math.isclose(root(4), 2.0)"]})j"
      << "\n";
  const auto e = evaluate_mbpp(folder, run_once, 2);
  REQUIRE(e);
  CHECK(e->examples == 4);
  for (const auto* name : {"right", "caught_nothing", "caught_else", "caught_raise", "caught_exit", "caught_endless"}) {
    INFO(name);
    CHECK(e->metrics.at(name) == 1.0);
  }
  std::ofstream{folder / "mbpp.jsonl"}
      << R"j({"code": "def wrong(n):\n    return n", "test_list": ["assert wrong(1) == 2"]})j"
      << "\n";
  CHECK(evaluate_mbpp(folder, run_once, 1)->metrics.at("right") == 0.0);
  std::ofstream{folder / "mbpp.jsonl"} << "{}\n";
  CHECK(evaluate_mbpp(folder, run_once, 1).error().code == errc::corrupt);
  fs::remove_all(folder);
  CHECK(evaluate_mbpp(folder, run_once, 1).error().code == errc::not_found);
}
