// SPDX-License-Identifier: Apache-2.0
// Who works on a run: the program sees whether its process lives, and does not take a run from it by mistake.
#include <sched.h>

#include "tests/integration/program/sandbox.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

/// A run that waits for a file, in a process of its own.
struct waiting_run : sandbox {
  waiting_run() : sandbox{AGENTS_BINARY_DIR "/fragile_program"} {
    const auto job = write("job.toml", R"(name = "gate"
[[step]]
id = "wait"
ask = "gate.wait@1"
with = { path = ")" + gate() + R"(" }
[answer]
answer = "{wait.path}"
)");
    setenv("AGENTS_HOME", home().c_str(), 1);
    pid = start({"run", job, "-q", "--json"});
    while (id().empty()) sched_yield();
  }
  [[nodiscard]] std::string gate() const { return (folder() / "open").string(); }
  void open() const { (void)write("open", ""); }

  /// The only run, from a program beside: its output must not go into the files of the one that waits.
  [[nodiscard]] value row() const {
    const auto told = beside({"runs", "--json"});
    INFO(told.out << told.err);
    REQUIRE(told.code == 0);
    const auto runs = told.json();
    const auto& all = runs.find("runs")->as_array();
    return all.empty() ? value{} : all.front();
  }
  [[nodiscard]] std::string id() const {
    const auto r = row();
    return r.get_string("status") == "running" ? std::string{r.get_string("run_id")} : "";
  }
  [[nodiscard]] finished beside(const std::vector<std::string>& arguments) const {
    return other.run(arguments, home());
  }
  [[nodiscard]] std::string home() const { return (folder() / "home").string(); }

  /// Another folder for what it prints, the same home.
  struct neighbour : sandbox {
    neighbour() : sandbox{AGENTS_BINARY_DIR "/fragile_program"} {}
    [[nodiscard]] finished run(const std::vector<std::string>& arguments, const std::string& home) const {
      setenv("AGENTS_HOME", home.c_str(), 1);
      return sandbox::run(arguments);
    }
  };
  neighbour other;
  pid_t pid = 0;
};

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a run is running while its process lives, and interrupted when that was killed") {
  const waiting_run w;
  CHECK(w.row().get_integer("process") == w.pid);
  kill(w.pid, SIGKILL);
  CHECK(w.wait(w.pid).code == 128 + SIGKILL);
  CHECK(w.row().get_string("status") == "interrupted");
  CHECK_FALSE(w.row().find("process"));
  CHECK(has(w.beside({"trace", std::string{w.row().get_string("run_id")}}).out, "\ninterrupted\n"));
  w.open();
  const auto resumed = w.beside({"run", "--resume", std::string{w.row().get_string("run_id")}, "--json", "-q"});
  CHECK(resumed.code == 0);
  CHECK(resumed.json().get_string("answer") == w.gate());
  CHECK(w.row().get_string("status") == "completed");
}

TEST_CASE("a run that another process works on is not resumed, and that says which one and what to do") {
  const waiting_run w;
  const auto refused = w.beside({"run", "--resume", w.id(), "-q"});
  CHECK(refused.code == 1);
  CHECK(has(refused.err, "process " + std::to_string(w.pid) + " works on run"));
  CHECK(has(refused.err, "--take-over"));
  CHECK(w.row().get_string("status") == "running");
  w.open();
  const auto done = w.wait(w.pid);
  CHECK(done.code == 0);
  CHECK(done.json().get_string("answer") == w.gate());
}

TEST_CASE("--take-over takes the run away: the new process completes it, the old one is told that it lost it") {
  const waiting_run w;
  const auto id = w.id();
  kill(w.pid, SIGSTOP);
  w.open();
  const auto taken = w.beside({"run", "--resume", id, "--take-over", "--json", "-q"});
  CHECK(taken.code == 0);
  CHECK(w.row().get_string("status") == "completed");
  kill(w.pid, SIGCONT);
  const auto lost = w.wait(w.pid);
  CHECK(lost.code == 1);
  CHECK(w.row().get_string("status") == "completed");
}

TEST_CASE("a run that was interrupted in order is interrupted, and leaves no lock behind") {
  const waiting_run w;
  kill(w.pid, SIGINT);
  CHECK(w.wait(w.pid).code == 130);
  CHECK(w.row().get_string("status") == "interrupted");
  CHECK(fs::is_empty(fs::path{w.home()} / "working"));
}
