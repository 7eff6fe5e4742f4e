// SPDX-License-Identifier: Apache-2.0
// What the program says to people who mistype, forget or look around; and the same for machines.
#include <sys/stat.h>

#include <algorithm>

#include "tests/integration/program/agents_box.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

std::string message_of(const finished& r) {
  CHECK(r.code != 0);
  const auto v = r.json();
  const auto* e = v.find("error");
  REQUIRE(e);
  return std::string{e->get_string("message")};
}

std::string waiting_job(const sandbox& box) { return box.write("job.toml", std::string{job_with_approval}); }

std::string id_of_waiting(const sandbox& box) {
  const auto r = box.run({"run", waiting_job(box), "--json", "-q"});
  CHECK(r.code == 4);
  return std::string{r.json().get_string("run_id")};
}

}  // namespace

TEST_CASE("a command that there is not is answered with the nearest one") {
  const agents_box box;
  const auto r = box.run({"vaildate"});
  CHECK(r.code == 2);
  CHECK(has(r.err, "there is no command `vaildate`; did you mean `validate`?"));
  CHECK(has(box.run({"bogus"}).err, "there is no command `bogus`; `agents --help` lists them"));
  CHECK(has(box.run({"new", "modul", "x"}).err, "did you mean `new module`? `agents new --help`"));
}

TEST_CASE("wrong usage with --json is JSON on standard output") {
  const agents_box box;
  CHECK(has(message_of(box.run({"bogus", "--json"})), "no command `bogus`"));
  CHECK(has(message_of(box.run({"trace", "--json"})), "RUN"));
  CHECK(has(message_of(box.run({"runs", "--json", "--limit", "0"})), "use a whole number from 1"));
  CHECK(box.run({"runs", "--limit", "-1"}).code == 2);
  CHECK(has(box.run({"runs", "--limit", "many"}).err, "use a whole number from 1"));
}

TEST_CASE("a run that waits says for what: step, capability, effect, input, and the command that approves it") {
  const agents_box box;
  const auto config = box.write("node.toml", "").string();
  const auto r = box.run({"run", waiting_job(box), "--config", config, "--json"});
  CHECK(r.code == 4);
  const auto report = r.json();
  const auto& rows = report.find("waiting")->as_array();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].get_string("step") == "read");
  CHECK(rows[0].get_string("capability") == "contract.read@1");
  CHECK(rows[0].get_string("effect") == "idempotent");
  CHECK(rows[0].get_string("question") == "approve this step before it runs");
  CHECK(has(std::string{rows[0].get_string("input")}, "contract.txt"));
  const auto command = "agents approve " + std::string{report.get_string("run_id")} + " --step read --config " + config;
  CHECK(rows[0].get_string("approve") == command);
  for (const auto& part : {std::string{"contract.read@1, idempotent"}, std::string{"contract.txt"}, command})
    CHECK(has(r.err, part));
}

TEST_CASE("a run is named by the beginning of its id, if that is enough") {
  const agents_box box;
  const auto id = id_of_waiting(box);
  CHECK(box.run({"trace", id.substr(0, 20), "--json"}).json().get_string("run_id") == id);
  CHECK(has(message_of(box.run({"trace", "ffff", "--json"})), "no run's id begins with"));
  CHECK(has(message_of(box.run({"trace", "abc", "--json"})), "is no run id"));
  const auto second = id_of_waiting(box);
  const auto common = static_cast<std::size_t>(std::mismatch(id.begin(), id.end(), second.begin()).first - id.begin());
  REQUIRE(common >= 4);
  const auto both = message_of(box.run({"trace", id.substr(0, common), "--json"}));
  CHECK(has(both, "is the beginning of 2 runs"));
  CHECK(has(both, id));
  CHECK(has(both, second));
  CHECK(box.run({"approve", id.substr(0, common + 1), "--reject", "-q"}).code != 2);
  CHECK(has(box.run({"run", "--resume", id.substr(0, common + 1), "-q"}).err, id));
}

TEST_CASE("what has no effect on a run that goes on is refused") {
  const agents_box box;
  const auto id = id_of_waiting(box);
  for (const std::vector<std::string>& option : {std::vector<std::string>{"--input", "path=x"},
                                                 {"--ask", "why"},
                                                 {"--max-money", "1"},
                                                 {"--max-steps", "3"},
                                                 {"--max-seconds", "3"},
                                                 {"--max-tokens", "3"}}) {
    auto arguments = std::vector<std::string>{"run", "--resume", id};
    arguments.insert(arguments.end(), option.begin(), option.end());
    const auto r = box.run(arguments);
    CHECK(r.code == 2);
    CHECK(has(r.err, option[0] + " has no effect on a run that goes on"));
  }
}

TEST_CASE("--take-over has no effect on a new run, and is refused") {
  const agents_box box;
  const auto r = box.run({"run", waiting_job(box), "--take-over"});
  CHECK(r.code == 2);
  CHECK(has(r.err, "add --resume RUN_ID"));
}

TEST_CASE("a run whose modules are missing here is left as it is: wrong configuration") {
  const sandbox own{AGENTS_BINARY_DIR "/fragile_program"};
  const auto job = own.write("job.toml", R"(name = "gate"
[[step]]
id = "wait"
ask = "gate.wait@1"
with = { path = "/" }
approve = true
[answer]
answer = "{wait.path}"
)");
  const auto id = std::string{own.run({"run", job, "--json", "-q"}).json().get_string("run_id")};
  const auto home = (own.folder() / "home").string();
  const agents_box box;
  setenv("AGENTS_HOME", home.c_str(), 1);
  const auto r = box.run({"approve", id});
  CHECK(r.code == 2);
  CHECK(has(r.err, "the run was left as it is"));
}

TEST_CASE("validate looks whether a configuration can work on this host") {
  const agents_box box;
  CHECK(box.run({"validate", box.write("empty.toml", "")}).code == 0);
  CHECK(box.run({"validate", box.write("empty.toml", "# nothing\n"), "--json"}).json().get_string("kind") == "node");
  const auto problem = [&box](const std::string& text) {
    const auto r = box.run({"validate", box.write("node.toml", text)});
    CHECK(r.code == 2);
    return r.err;
  };
  CHECK(has(problem("[module.x]\ncommand = [\"no-such-program-here\"]\n"),
            "node.toml:2: module `x`: there is no program \"no-such-program-here\" in PATH"));
  CHECK(has(problem("[module.x]\ncommand = [\"sh\"]\nfolder = \"nowhere\"\n"), "there is no folder"));
  CHECK(has(problem("[module.x]\ncommand = [\"sh\"]\nsecrets = { KEY = \"missing.txt\" }\n"), "missing.txt"));
  CHECK(has(problem("[node]\nmetrics = \"localhost\"\n"), "node.toml:2: `metrics`"));
  (void)box.write("key.txt", "secret");
  CHECK(box.run({"validate", box.write("node.toml",
                                       "[node]\nmetrics = \"127.0.0.1:9464\"\n[module.x]\ncommand = "
                                       "[\"sh\"]\ntrusted = true\nsecrets = { KEY = \"key.txt\" }\n")})
            .code == 0);
}

TEST_CASE("a job is checked, and modules are listed, for the node of a configuration") {
  const agents_box box;
  const std::string source = AGENTS_SOURCE_DIR;
  const auto job = source + "/examples/python_module/job.toml";
  const auto config = source + "/examples/python_module/node.toml";
  setenv("PYTHONPATH", (source + "/actors/sdk/python").c_str(), 1);
  const auto without = box.run({"validate", job});
  CHECK(without.code == 2);
  CHECK(box.run({"validate", job, "--config", config}).code == 0);
  const auto listed = [&box](const std::vector<std::string>& arguments) {
    const auto report = box.run(arguments).json();
    const auto& rows = report.find("modules")->as_array();
    return std::any_of(rows.begin(), rows.end(), [](const value& m) { return m.get_string("mode") == "process"; });
  };
  CHECK_FALSE(listed({"modules", "--json"}));
  CHECK(listed({"modules", "--config", config, "--json"}));
  CHECK(has(box.run({"validate", config, "--config", config}).err, "leave --config out"));
}

TEST_CASE("a reader that goes away is an error with a remedy, not the end by a signal") {
  const sandbox shell{"/bin/bash"};
  const auto script = std::string{"exec 4> >(:); wait $!; "} + AGENTS_BINARY_DIR "/agents completion bash >&4; echo $?";
  const auto r = shell.run({"-c", script});
  CHECK(r.out == "1\n");
  CHECK(has(r.err, "the output could not be written"));
}

namespace {

mode_t mode_of(const fs::path& file) {
  struct stat s {};
  REQUIRE(::stat(file.c_str(), &s) == 0);
  return s.st_mode & 0777;
}

}  // namespace

TEST_CASE("nobody else can read the journal, whichever command comes first") {
  const agents_box box;
  const auto home = box.folder() / "home";
  const auto mask = ::umask(0);
  CHECK(box.run({"keys", "new", "node"}).code == 0);
  CHECK(mode_of(home) == 0700);
  CHECK(box.run({"runs"}).code == 0);
  ::umask(mask);
  CHECK(mode_of(home / "runs.db") == 0600);
  ::chmod((home / "runs.db").c_str(), 0644);  // as earlier versions made it
  CHECK(box.run({"runs"}).code == 0);
  CHECK(mode_of(home / "runs.db") == 0600);
}

TEST_CASE("a home that others may write is refused by every command that reads it") {
  const agents_box box;
  fs::create_directories(box.folder() / "home");
  ::chmod((box.folder() / "home").c_str(), 0777);
  for (const auto& command :
       std::vector<std::vector<std::string>>{{"runs", "--json"}, {"up", "--json"}, {"keys", "new", "a", "--json"}})
    CHECK(has(message_of(box.run(command)), "others may write in "));
  ::chmod((box.folder() / "home").c_str(), 0700);
  CHECK(box.run({"keys", "new", "a"}).code == 0);
  ::chmod((box.folder() / "home" / "keys").c_str(), 0777);
  CHECK(has(message_of(box.run({"keys", "new", "b", "--json"})), "others may write in "));
}
