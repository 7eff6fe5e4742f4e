// SPDX-License-Identifier: Apache-2.0
// Process modules in their sandboxes, through a node: they serve as before, and an attack costs its own module only.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <future>

#include "libagents/sandbox/process_tree.hpp"
#include "tests/integration/process/process_node.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A module under this name with the defaults of a sandbox, small ones where an attack would take long.
process_options guarded(const std::string& name) {
  process_options o;
  o.name = name;
  const auto beside = fs::read_symlink("/proc/self/exe").parent_path();
  o.command.arguments = {(beside / "test_sandbox_attacker").string(), name};
  o.heartbeat = 100ms;
  o.silence = 2s;
  o.hang_grace = 300ms;
  o.command.may.at_most.memory_bytes = 96 << 20;
  o.command.may.at_most.processes = 48;
  return o;
}

value order(const std::string& name, const std::string& argument = "") {
  return object{{"name", name}, {"argument", argument}};
}

std::string said(process_node& n, const std::string& capability, std::string in) {
  const auto r = n.ask(capability, text(std::move(in)));
  INFO((r ? std::string{} : to_string(r.error())));
  REQUIRE(r);
  return std::string{(*r)->get_string("text")};
}

/// Asks the neighbour until told to stop; counts what was not answered.
class neighbour_watch {
 public:
  explicit neighbour_watch(process_node& n) : node_(n), asking_([this] { ask(); }) {}
  ~neighbour_watch() { stop(); }
  neighbour_watch(const neighbour_watch&) = delete;
  neighbour_watch& operator=(const neighbour_watch&) = delete;

  void stop() {
    over_ = true;
    if (asking_.joinable()) asking_.join();
  }
  [[nodiscard]] int answered() const { return answered_; }
  [[nodiscard]] int failed() const { return failed_; }

 private:
  void ask() {
    while (!over_) ++(node_.error_of("neighbour.echo@1", text("hi"), 5s) == errc::none ? answered_ : failed_);
  }
  process_node& node_;
  std::atomic<bool> over_{false};
  std::atomic<int> answered_{0};
  std::atomic<int> failed_{0};
  std::thread asking_;
};

/// Processes of this test's sandboxes, by our numbers, whose command line has this word.
std::vector<int> processes_with(const std::string& word) {
  std::vector<int> out;
  for (const int pid : sandbox::descendants_of(::getpid())) {
    std::ifstream in{"/proc/" + std::to_string(pid) + "/cmdline"};
    const std::string line{std::istreambuf_iterator<char>{in}, {}};
    if (line.starts_with(word)) out.push_back(pid);
  }
  return out;
}

std::string attacker_path() {
  return (fs::read_symlink("/proc/self/exe").parent_path() / "test_sandbox_attacker").string();
}

std::string problem_of(const process_options& o) {
  process_node n;
  const auto ok = n.get().add_process(o);
  REQUIRE_FALSE(ok);
  return ok.error().message;
}

}  // namespace

TEST_CASE("a sandboxed module serves, crashes and hangs like any other") {
  process_node n;
  n.add(guarded("guarded"));
  CHECK(said(n, "guarded.echo@1", "hi") == "hi");
  CHECK(n.error_of("guarded.segfault@1", text("")) == errc::crashed);
  CHECK(contains(n.events->wait_for(event_kind::replica_exited).text, "signal 11"));
  CHECK(said(n, "guarded.echo@1", "again") == "again");
  CHECK(n.error_of("guarded.spin@1", text(""), 200ms) == errc::deadline);
  n.events->wait_for(event_kind::replica_exited, [](const event& e) { return contains(e.text, "the handler hangs"); });
  CHECK(said(n, "guarded.echo@1", "and again") == "and again");
}

TEST_CASE("a sandboxed module gets its secrets, a home of its own, and nothing else of the node's environment") {
  ::setenv("AGENTS_TEST_KEPT", "kept", 1);
  const auto file = fs::temp_directory_path() / ("agents-secret-" + std::to_string(::getpid()));
  std::ofstream{file} << "s3cret";
  auto o = guarded("guarded");
  o.command.secrets["API_KEY"] = file;
  process_node n;
  n.add(o);
  const auto handle = said(n, "guarded.variable@1", "API_KEY");
  CHECK(said(n, "guarded.content@1", handle) == "s3cret");
  CHECK(said(n, "guarded.content@1", file.string()).empty());
  CHECK(said(n, "guarded.variable@1", "AGENTS_TEST_KEPT") == "(unset)");
  CHECK(said(n, "guarded.variable@1", "HOME") == "/tmp");
  CHECK(contains(said(n, "guarded.content@1", "/etc/passwd"), "module:x:65530"));
  fs::remove(file);
}

TEST_CASE("an attack costs its own module only") {
  process_node n;
  n.add(guarded("neighbour"));
  auto o = guarded("hostile");
  std::string name;
  std::string argument;
  bool ends = false;  // always; a module may end by others as well
  duration limit = patience;
  SECTION("reading accounts") { name = "read", argument = "/etc/shadow"; }
  SECTION("killing what it can see") { name = "kill_process", argument = "-1"; }
  SECTION("a fork bomb") {
    name = "fork_for_ever";
    ends = true;
    limit = 1s;
  }
  SECTION("a memory bomb") { name = "use_memory", argument = "100000"; }
  SECTION("filling every folder") { name = "fill_disk", argument = "200"; }
  SECTION("endless output") {
    name = "print_for_ever";
    ends = true;
    limit = 1s;
  }
  SECTION("endless computing") {
    name = "compute", argument = "100000";
    ends = true;
    limit = 1s;
  }
  SECTION("a kernel module") { name = "load_module"; }
  n.add(o);
  {
    neighbour_watch w{n};
    const auto r = n.ask("hostile.attack@1", order(name, argument), limit);
    INFO(name << ": " << (r ? std::string{(*r)->get_string("what")} : to_string(r.error())));
    CHECK((r ? !ends && !(*r)->get_bool("escaped") : r.error().code != errc::bad_input));
    if (ends) n.events->wait_for(event_kind::replica_exited, [](const event& e) { return e.module == "hostile"; });
    const auto until = std::chrono::steady_clock::now() + patience;
    while (n.error_of("hostile.echo@1", text("alive")) != errc::none && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    CHECK(said(n, "hostile.echo@1", "alive") == "alive");
    while (w.answered() == 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    w.stop();
    CHECK(w.answered() > 0);
    CHECK(w.failed() == 0);
  }
  // Nothing of the neighbour has ended.
  CHECK(n.events->last(event_kind::replica_exited).module != "neighbour");
}

TEST_CASE("what a sandboxed module leaves behind in a session of its own dies with it") {
  process_node n;
  n.add(guarded("guarded"));
  REQUIRE(n.ask("guarded.attack@1", order("leave_child")));
  const auto all = processes_with(attacker_path());
  REQUIRE(all.size() == 2);
  CHECK(n.error_of("guarded.segfault@1", text("")) == errc::crashed);
  CHECK(said(n, "guarded.echo@1", "again") == "again");
  for (const int pid : all) CHECK(ends(pid));
}

TEST_CASE("a sandboxed module that is stopped ends by itself, and leaves no process, group or file") {
  const auto files = [] {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{"/proc/self/fd"}, fs::directory_iterator{}));
  };
  {
    process_node first;  // what the libraries open once
    first.add(guarded("guarded"));
  }
  const auto before = files();
  for (int i = 0; i < 3; ++i) {
    process_node n;
    n.add(guarded("guarded"));
    CHECK(said(n, "guarded.echo@1", "hi") == "hi");
  }
  CHECK(files() == before);
  CHECK(sandbox::descendants_of(::getpid()).empty());
}

TEST_CASE("a sandboxed node that waits to be killed", "[.]") {
  process_node n;
  n.add(guarded("guarded"));
  REQUIRE(n.ask("guarded.attack@1", order("leave_child")));
  std::string line;
  for (const int pid : processes_with(attacker_path())) line += std::to_string(pid) + " ";
  std::ofstream{std::getenv("AGENTS_TEST_FILE")} << line << "\n";
  for (;;) ::pause();
}

TEST_CASE("when the node is killed, sandboxed processes die with all that they have started") {
  const auto file = fs::temp_directory_path() / ("agents-killed-" + std::to_string(::getpid()));
  ::setenv("AGENTS_TEST_FILE", file.c_str(), 1);
  char program[] = "/proc/self/exe";
  char test[] = "a sandboxed node that waits to be killed";
  char* arguments[] = {program, test, nullptr};
  pid_t other = 0;
  REQUIRE(::posix_spawn(&other, program, nullptr, nullptr, arguments, environ) == 0);
  std::vector<std::int64_t> pids;
  const auto until = std::chrono::steady_clock::now() + patience;
  while (pids.empty() && std::chrono::steady_clock::now() < until) {
    std::ifstream in{file};
    std::string line;
    if (std::getline(in, line) && !in.eof()) {
      std::istringstream words{line};
      for (std::int64_t pid = 0; words >> pid;) pids.push_back(pid);
    }
    std::this_thread::yield();
  }
  CHECK(pids.size() == 2);
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  fs::remove(file);
  for (const auto pid : pids) CHECK(ends(pid));
}

TEST_CASE("limits of time and memory end a life, and say so") {
  auto o = guarded("guarded");
  o.command.may.at_most.wall = 300ms;
  process_node n;
  n.add(o);
  CHECK(contains(n.events->wait_for(event_kind::replica_exited).text, "`wall` of its grants"));
  CHECK(said(n, "guarded.echo@1", "the next life") == "the next life");
}

TEST_CASE("a module asks for grants, and the operator answers") {
  auto o = guarded("asking");
  const auto asks = [&o](const std::string& what) { o.command.environment = {"AGENTS_TEST_ASKS=" + what}; };
  SECTION("refused: the error says what to set") {
    asks("network");
    CHECK(contains(problem_of(o),
                   "network (to fetch), which is refused; if you agree, set in [module.asking.grants]: "
                   "network = true"));
  }
  SECTION("lowered") {
    asks("memory");
    CHECK(
        contains(problem_of(o), "which is lowered; if you agree, set in [module.asking.grants]: memory = 4294967296"));
  }
  SECTION("unknown to this node") {
    asks("telepathy");
    CHECK(contains(problem_of(o), "this node knows no grant"));
  }
  SECTION("granted") {
    asks("network");
    o.command.may.network = true;
    process_node n;
    n.add(o);
    const auto grants = n.get().grants();
    const auto& row = grants.as_array().at(0);
    CHECK(row.get_bool("network"));
    CHECK(row.find("asked")->as_array().at(0).get_string("answer") == "granted");
    CHECK(row.find("limits")->as_array().size() == 8);
  }
  SECTION("refused, but optional: it works, and an alert says so") {
    asks("optional");
    process_node n;
    n.add(o);
    CHECK(contains(n.events->wait_for(event_kind::alert).text, "works without the grant read /srv/corpus"));
    CHECK(said(n, "asking.echo@1", "hi") == "hi");
  }
  SECTION("trusted: everything") {
    asks("network");
    o.command.may.trusted = true;
    process_node n;
    n.add(o);
    CHECK(said(n, "asking.echo@1", "hi") == "hi");
  }
}

TEST_CASE("what cannot be shown in a sandbox is an error before anything starts") {
  auto o = guarded("guarded");
  SECTION("a folder with more than the module") {
    o.command.folder = "/etc";
    CHECK(contains(problem_of(o), "put the module into a folder of its own"));
  }
  SECTION("a program that only the node sees") {
    const auto bin = fs::temp_directory_path() / ("agents-bin-" + std::to_string(::getpid()));
    fs::create_directory(bin);
    fs::copy_file(attacker_path(), bin / "hidden-program");
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", (bin.string() + ":" + path).c_str(), 1);
    o.command.arguments.front() = "hidden-program";
    CHECK(contains(problem_of(o), "which its sandbox does not show"));
    ::setenv("PATH", path.c_str(), 1);
    fs::remove_all(bin);
  }
}
