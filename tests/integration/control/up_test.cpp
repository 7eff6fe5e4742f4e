// SPDX-License-Identifier: Apache-2.0
// `agents up` and who asks it, as users do: started twice, killed, asked while it works, ended in order.
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <thread>

#include "tests/integration/program/sandbox.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

constexpr std::chrono::seconds patience{20};

/// A node that stays, in a home of its own.
struct running {
  /// `options` of `agents up`, which may name files of the box.
  explicit running(const std::function<std::vector<std::string>(const sandbox&)>& options = {}) {
    auto more = options ? options(box) : std::vector<std::string>{};
    more.insert(more.begin(), "up");
    pid = box.start(std::move(more), "up");
    const auto until = std::chrono::steady_clock::now() + patience;
    while (ask({"status"}).code != 0 && std::chrono::steady_clock::now() < until && lives()) std::this_thread::yield();
  }
  ~running() {
    if (pid != 0) (void)end(SIGKILL);
  }
  [[nodiscard]] bool lives() const { return ::kill(pid, 0) == 0 && ::waitpid(pid, nullptr, WNOHANG) == 0; }
  [[nodiscard]] finished ask(std::vector<std::string> arguments) const { return box.run(std::move(arguments)); }
  finished end(int signal) {
    ::kill(pid, signal);
    return box.wait(std::exchange(pid, 0), "up");
  }

  sandbox box{AGENTS_BINARY_DIR "/agents"};
  pid_t pid = 0;
};

rlim_t soft_file_limit(pid_t process) {
  rlimit limit{};
  REQUIRE(::prlimit(process, RLIMIT_NOFILE, nullptr, &limit) == 0);
  return limit.rlim_cur;
}

const std::string segments = R"({"text": "One sentence. Another one."})";

}  // namespace

TEST_CASE("a node that stays is asked by other programs, and ended in order") {
  running n;
  const auto status = n.ask({"status", "--json"});
  REQUIRE(status.code == 0);
  CHECK(status.json().get_integer("pid") == n.pid);
  CHECK(status.json().get_string("home") == (n.box.folder() / "home").string());

  const auto called = n.ask({"call", "text.segment@1", segments, "--json"});
  REQUIRE(called.code == 0);
  CHECK(called.json().find("output")->find("segments") != nullptr);
  const auto file = n.box.write("input.json", segments);
  CHECK(n.ask({"call", "text.segment@1", "@" + file.string()}).code == 0);

  const auto tree = n.ask({"tree"});
  CHECK(tree.code == 0);
  CHECK(tree.out.find("of the node that runs here (process " + std::to_string(n.pid) + ")") != std::string::npos);
  CHECK(n.ask({"tree", "--json"}).json().find("node")->get_integer("pid") == n.pid);
  CHECK(n.ask({"modules", "--json"}).json().find("node")->get_integer("pid") == n.pid);

  const auto down = n.ask({"down"});
  CHECK(down.code == 0);
  const auto up = n.box.wait(std::exchange(n.pid, 0), "up");
  CHECK(up.code == 0);
  CHECK(up.err.find("stopping in order") != std::string::npos);
  CHECK(n.ask({"down"}).code == 1);
}

TEST_CASE("the status names the endpoint, and where workers of other hosts register with which key") {
  running n{[](const sandbox& box) {
    REQUIRE(box.run({"keys", "new", "node"}).code == 0);
    const auto* settings = "[listen]\naddress = \"tcp://127.0.0.1:0\"\n[module.far]\nremote = true\n";
    return std::vector<std::string>{"--config", box.write("node.toml", settings).string()};
  }};
  const auto status = n.ask({"status", "--json"}).json();
  const auto listen = status.get_string("listen");
  CHECK(listen.find("tcp://127.0.0.1:") == 0);
  CHECK(status.get_string("public_key").size() == 40);
  const auto shown = n.ask({"status"}).out;
  CHECK(shown.find("no workers of other hosts") != std::string::npos);
  for (const auto* name : {"control", "listen", "public_key"}) {
    CAPTURE(name);
    CHECK(shown.find("  " + std::string{name} + ' ' + std::string{status.get_string(name)} + '\n') !=
          std::string::npos);
  }
}

TEST_CASE("SIGTERM and Ctrl-C end a node in order") {
  for (const int signal : {SIGTERM, SIGINT}) {
    running n;
    REQUIRE(n.lives());
    CHECK(n.end(signal).code == 0);
    CHECK(n.ask({"status"}).code == 1);
  }
}

TEST_CASE("a second node in the same home is refused, and one after a kill is not") {
  running n;
  const auto second = n.ask({"up"});
  CHECK(second.code == 1);
  CHECK(second.err.find("a node runs already") != std::string::npos);
  CHECK(second.err.find("agents down") != std::string::npos);
  CHECK(n.ask({"status"}).code == 0);

  (void)n.end(SIGKILL);
  const auto gone = n.ask({"status"});
  CHECK(gone.code == 1);
  CHECK(gone.err.find("agents up") != std::string::npos);
  CHECK(n.ask({"tree"}).out.find("of the node that runs here") == std::string::npos);
  n.pid = n.box.start({"up"}, "up");
  const auto until = std::chrono::steady_clock::now() + patience;
  while (n.ask({"status"}).code != 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  CHECK(n.ask({"call", "text.segment@1", segments}).code == 0);
}

TEST_CASE("errors of calls say what is wrong, with the exit code of their kind") {
  running n;
  const auto unknown = n.ask({"call", "no.such@1"});
  CHECK(unknown.code == 2);
  CHECK(unknown.err.find("no registered module offers it") != std::string::npos);
  CHECK(n.ask({"call", "text.segment@1", "{\"txt\": 1}"}).code == 2);
  CHECK(n.ask({"call", "text.segment@1", "{oops"}).code == 2);
  CHECK(n.ask({"call", "text.segment@1", "@/no/such/file"}).code == 2);
  CHECK(n.ask({"call", "text.segment@1", "{oops", "--json"}).json().find("error")->get_string("code") == "bad_input");
}

TEST_CASE("a module is upgraded while the node runs") {
  const auto config = [](const sandbox& box, const std::string& version) {
    return box.write("node.toml", "[module.odd]\ncommand = [\"" AGENTS_BINARY_DIR
                                  "/test_process_worker\", \"odd\", \"plain\"]\ntrusted = true\n"
                                  "environment = [\"ODD_VERSION=" +
                                      version + "\"]\n");
  };
  running n{[&](const sandbox& box) { return std::vector<std::string>{"--config", config(box, "1.0.0").string()}; }};
  const auto echo = [&n] { return n.ask({"call", "odd.echo@1", R"({"text": "hi"})"}).code; };
  CHECK(echo() == 0);
  const auto grants = n.ask({"modules", "--grants", "--json"}).json();
  CHECK(grants.find("node")->get_integer("pid") == n.pid);
  REQUIRE(grants.find("grants")->as_array().size() == 1);
  CHECK(grants.find("grants")->as_array().front().get_string("module") == "odd");
  CHECK(grants.find("grants")->as_array().front().get_bool("trusted"));
  const auto same = n.ask({"upgrade", "odd"});
  CHECK(same.code != 0);
  CHECK(same.err.find("raise the version in its manifest") != std::string::npos);
  (void)config(n.box, "2.0.0");
  const auto done = n.ask({"upgrade", "odd"});
  CHECK(done.code == 0);
  CHECK(done.out.find("odd 1.0.0 → 2.0.0") == 0);
  CHECK(echo() == 0);
  CHECK(n.ask({"modules"}).out.find("2.0.0") != std::string::npos);
  (void)config(n.box, "3.0.0");  // its echo throws
  const auto canary = n.box.start({"upgrade", "odd", "--canary", "0.5", "--canary-seconds", "60", "--json"}, "upgrade");
  int failed = 0;
  for (int status = 0; ::waitpid(canary, &status, WNOHANG) == 0;) failed += echo() == 0 ? 0 : 1;
  CHECK(failed > 0);
  CHECK(failed < 20);
  const auto report = parse_json(content(n.box.folder() / "upgradeout"));
  REQUIRE(report);
  CHECK(report->get_bool("rolled_back"));
  CHECK(echo() == 0);
  CHECK(n.ask({"upgrade", "bm25_retriever"}).err.find("is part of this program") != std::string::npos);
}

TEST_CASE("a node may open many files, and its modules' processes have the limit that it was started with") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(before.rlim_max > 600);
  const rlimit lowered{600, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &lowered) == 0);
  running n{[](const sandbox& box) {
    return std::vector<std::string>{
        "--config", box.write("node.toml", "[module.odd]\ncommand = [\"" AGENTS_BINARY_DIR
                                           "/test_process_worker\", \"odd\", \"plain\"]\ntrusted = true\n")
                        .string()};
  }};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  const auto called = n.ask({"call", "odd.pid@1", R"({"n": 0})", "--json"});
  REQUIRE(called.code == 0);
  const auto worker = called.json().find("output")->get_integer("n");
  CHECK(soft_file_limit(n.pid) == before.rlim_max);
  CHECK(soft_file_limit(static_cast<pid_t>(worker)) == 600);
}

TEST_CASE("a node ends in order while an upgrade waits for a process that says nothing") {
  const auto config = [](const sandbox& box, const std::string& command) {
    return box.write("node.toml", "[module.odd]\ncommand = " + command + "\ntrusted = true\nstart_limit = \"60s\"\n");
  };
  running n{[&](const sandbox& box) {
    const auto worker = "[\"" AGENTS_BINARY_DIR "/test_process_worker\", \"odd\", \"plain\"]";
    return std::vector<std::string>{"--config", config(box, worker).string()};
  }};
  (void)config(n.box, R"(["/bin/sh", "-c", "echo silent; exec sleep 100"])");
  const auto upgrade = n.box.start({"upgrade", "odd"}, "upgrade");
  const auto log = n.box.folder() / "uperr";
  const auto until = std::chrono::steady_clock::now() + patience;
  while (content(log).find("[odd] silent") == std::string::npos && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  const auto down = n.ask({"down", "--timeout", "15"});
  INFO(down.err);
  CHECK(down.code == 0);
  CHECK(n.box.wait(upgrade, "upgrade").code == 1);
  const auto up = n.box.wait(std::exchange(n.pid, 0), "up");
  CHECK(up.code == 0);
  CHECK(up.err.find("crash") == std::string::npos);
}

TEST_CASE("what a module says neither acts on a terminal nor forges a line of the log") {
  running n{[](const sandbox& box) {
    const auto module = box.write("esc.py", R"(
import dataclasses, agents_sdk
module = agents_sdk.Module("esc", "1.0.0")
@dataclasses.dataclass
class Line:
    text: str
@module.capability("text.esc@1", effect="pure")
def esc(line: Line, call: agents_sdk.Call) -> Line:
    if line.text:
        return Line("\x7f\u009b31m")
    raise agents_sdk.Failed("rejected", "\x1b]0;title\x07 gone\nagents: fake")
print("\u009b31mred\r2026 ALERT other", flush=True)
module.serve()
)");
    return std::vector<std::string>{
        "--config", box.write("node.toml", "[module.esc]\ncommand = [\"/usr/bin/python3\", \"" + module.string() +
                                               "\"]\ntrusted = true\nenvironment = [\"PYTHONPATH=" AGENTS_SOURCE_DIR
                                               "/actors/sdk/python\"]\n")
                        .string()};
  }};
  const auto failed = n.ask({"call", "text.esc@1", R"({"text": ""})"});
  CHECK(failed.err == "agents: \\x1b]0;title\\x07 gone\\nagents: fake\n");
  const auto exact = n.ask({"call", "text.esc@1", R"({"text": ""})", "--json"}).json();
  CHECK(exact.find("error")->get_string("message") == "\x1b]0;title\x07 gone\nagents: fake");
  const auto good = n.ask({"call", "text.esc@1", R"({"text": "x"})"});
  CHECK(good.out.find("\\u007f\\u009b31m") != std::string::npos);
  const auto log = n.end(SIGTERM).err;
  CHECK(log.find("\\u009b31mred\\r2026 ALERT other") != std::string::npos);
  for (const char c : log) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
}

TEST_CASE("a node that cannot start says why, and leaves the home free") {
  const sandbox box{AGENTS_BINARY_DIR "/agents"};
  const auto wrong = box.run({"up", "--config", box.write("node.toml", "[node]\nthreads = -1\n").string()});
  CHECK(wrong.code == 2);
  CHECK(wrong.err.find("node.toml:2") != std::string::npos);
  const auto port = box.run({"up", "--metrics", "192.0.2.1:1"});
  CHECK(port.code != 0);
  CHECK(box.run({"status"}).code == 1);
}
