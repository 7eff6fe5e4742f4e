// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/node_settings.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

expected<node_settings> load(const std::string& text) {
  const auto file = fs::temp_directory_path() / ("agents-config-" + std::to_string(::getpid()) + ".toml");
  std::ofstream{file, std::ios::binary} << text;
  auto out = load_node_settings(file);
  fs::remove(file);
  return out;
}

const std::vector<std::string> shipped{"plain", "a", "b", "c"};

/// The error of loading, or of checking against the shipped modules, from the line on: "2: `parent`: …".
std::string problem(const std::string& text) {
  const auto s = load(text);
  const auto message = [](const error& e) { return e.message.substr(e.message.find(".toml:") + 6); };
  if (!s) return message(s.error());
  const auto ok = s->supervision.check(shipped);
  return ok ? "fine" : message(ok.error());
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

std::vector<std::string> names(const std::vector<group_options>& groups) {
  std::vector<std::string> out;
  for (const auto& g : groups) out.push_back(g.name);
  return out;
}

}  // namespace

TEST_CASE("every property of a supervisor and of its modules arrives") {
  const auto s = load(R"(
[supervisor.outer]
strategy = "rest_for_one"
intensity = 3
period = "10s"
auto_shutdown = "any_significant"
give_up = "quarantine"
quarantine = "1m"
first_backoff = "20ms"
max_backoff = 2
[supervisor.inner]
parent = "outer"
[module.a]
supervisor = "outer"
restart = "transient"
shutdown = "brutal_kill"
significant = true
[module.b]
supervisor = "inner"
shutdown = "infinity"
[module.c]
supervisor = "inner"
depends_on = ["b"]
replicas = 2
hedge = false
strategy = "one_for_all"
shutdown = "250ms"
)");
  REQUIRE(s);
  REQUIRE(s->supervision.supervisors.size() == 2);
  const auto& outer = s->supervision.supervisors[0];
  CHECK(outer.name == "outer");
  CHECK(outer.flags.strategy == supervision::strategy::rest_for_one);
  CHECK(outer.flags.intensity == 3);
  CHECK(outer.flags.period == 10s);
  CHECK(outer.flags.auto_shutdown == supervision::auto_shutdown::any_significant);
  CHECK(outer.flags.give_up == supervision::give_up::quarantine);
  CHECK(outer.flags.quarantine == 60s);
  CHECK(outer.flags.first_backoff == 20ms);
  CHECK(outer.flags.max_backoff == 2s);
  CHECK(s->supervision.supervisors[1].parent == "outer");
  CHECK(s->supervision.supervisors[1].flags.intensity == 1);
  const auto a = s->supervision.for_module("a");
  CHECK(a.supervisor == "outer");
  CHECK(a.restart == supervision::restart_type::transient);
  CHECK(a.shutdown == supervision::brutal_kill);
  CHECK(a.significant);
  CHECK(s->supervision.for_module("b").shutdown == supervision::infinity);
  const auto c = s->supervision.for_module("c");
  CHECK(c.depends_on == std::vector<std::string>{"b"});
  CHECK_FALSE(c.hedge.enabled);
  CHECK(a.hedge.enabled);
  CHECK(c.supervision.strategy == supervision::strategy::one_for_all);
  CHECK(c.shutdown == 250ms);
  CHECK(s->supervision.check(shipped));
  CHECK(s->supervision.for_module("plain").supervision.give_up == supervision::give_up::quarantine);
}

TEST_CASE("supervisors stand in the order of the file, with parents first") {
  const auto s =
      load("[supervisor.z]\nparent = \"m\"\n[supervisor.m]\n[supervisor.b]\nparent = \"m\"\n[supervisor.a]\n");
  REQUIRE(s);
  CHECK(names(s->supervision.supervisors) == std::vector<std::string>{"m", "z", "b", "a"});
}

TEST_CASE("modules below supervisors are started in the order of the file, after all others") {
  const auto s = load(
      "[supervisor.team]\n[module.c]\nsupervisor = \"team\"\n[module.plain]\nreplicas = 2\n"
      "[module.a]\nsupervisor = \"team\"\n");
  REQUIRE(s);
  CHECK(s->supervision.start_rank("b") == 0);
  CHECK(s->supervision.start_rank("plain") == 0);
  CHECK(s->supervision.start_rank("c") > 0);
  CHECK(s->supervision.start_rank("a") > s->supervision.start_rank("c"));
}

TEST_CASE("supervisors that do not fit together are errors with line, key and remedy") {
  CHECK(
      has(problem("[supervisor.x]\nparent = \"y\"\n"), "2: `parent`: there is no supervisor `y`; add [supervisor.y]"));
  const auto cycle = problem("[supervisor.top]\n[supervisor.x]\nparent = \"y\"\n[supervisor.y]\nparent = \"x\"\n");
  CHECK(has(cycle, "3: `parent`: supervisor `x` is below itself"));
  CHECK(has(problem("[supervisor.x]\nparent = \"x\"\n"), "2: `parent`: supervisor `x` is below itself"));
  CHECK(has(problem("[supervisor.x]\nstrategy = \"simple_one_for_one\"\n"), "2: `strategy`: expected one of"));
  CHECK(has(problem("[supervisor.x]\nperiod = 0\n"), "2: supervisor `x`: `period` must be longer than 0"));
  CHECK(has(problem("[supervisor.x]\nperiod = \"soon\"\n"), "2: `period`: a duration is"));
  CHECK(has(problem("[supervisor.x]\nintensity = -1\n"), "2: `intensity`: expected a whole number"));
  CHECK(has(problem("[supervisor.x]\nrestart = \"permanent\"\n"), "2: unknown key \"restart\""));
  CHECK(has(problem("[supervisor.b]\n"), "1: supervisor `b`: a module has this name"));
  CHECK(has(problem("supervisor = 3\n"), "1: expected a table for each supervisor"));
  CHECK(has(problem("[supervisor]\nx = 3\n"), "2: expected a table"));
}

TEST_CASE("modules that do not fit into the tree are errors with line, key and remedy") {
  CHECK(has(problem("[module.d]\nreplicas = 2\n"),
            "1: there is no module `d`; add its `command` or `remote`, or take one of plain, a, b, c"));
  CHECK(has(problem("[module.a]\nsupervisor = \"x\"\n"), "2: `supervisor`: there is no supervisor `x`"));
  const std::string team = "[supervisor.team]\n";
  CHECK(has(problem(team + "[module.a]\nsupervisor = \"team\"\nrestart = \"transient\"\nsignificant = true\n"),
            "5: child `a`: `significant` has no effect with `auto_shutdown`"));
  CHECK(has(problem("[supervisor.team]\nauto_shutdown = \"all_significant\"\n[module.a]\nsupervisor = \"team\"\n"
                    "significant = true\n"),
            "5: child `a`: a permanent child cannot be significant"));
  CHECK(has(problem(team + "[module.a]\nsupervisor = \"team\"\ndepends_on = [\"b\"]\n"
                           "[module.b]\nsupervisor = \"team\"\n"),
            "4: child `a`: `depends_on` names `b`, which is not declared before it; it can name"));
  CHECK(problem(team + "[module.b]\nsupervisor = \"team\"\n[module.a]\nsupervisor = \"team\"\n"
                       "depends_on = [\"b\"]\n") == "fine");
  CHECK(has(problem("[supervisor.team]\nstrategy = \"one_for_all\"\n[module.b]\nsupervisor = \"team\"\n"
                    "[module.a]\nsupervisor = \"team\"\ndepends_on = [\"b\"]\n"),
            "7: child `a`: `depends_on` goes with the strategy one_for_one"));
  CHECK(has(problem("[module.a]\nshutdown = \"never\"\n"), "\"brutal_kill\", or \"infinity\""));
  CHECK(has(problem("[module.a]\ndepends_on = \"b\"\n"), "2: `depends_on`: expected a list of texts"));
}

TEST_CASE("without a supervisor of their own, modules can depend on any module that has no table") {
  CHECK(problem("[module.a]\ndepends_on = [\"b\"]\n") == "fine");
  CHECK(has(problem("[module.a]\ndepends_on = [\"x\"]\n"), "2: child `a`: `depends_on` names `x`"));
  CHECK(has(problem("[module.a]\ndepends_on = [\"b\"]\n[module.b]\ndepends_on = [\"a\"]\n"), "2: child `a`:"));
}

TEST_CASE("a key that would do nothing is refused") {
  const std::string team = "[supervisor.team]\n";
  CHECK(has(problem(team + "[module.a]\nsupervisor = \"team\"\nintensity = 3\n"),
            "4: `intensity` has no effect here: a single replica is restarted by the rules of [supervisor.team]"));
  CHECK(problem(team + "[module.a]\nsupervisor = \"team\"\nintensity = 3\nreplicas = 2\n") == "fine");
  CHECK(has(problem(team + "[module.a]\nsupervisor = \"team\"\ngive_up = \"quarantine\"\nreplicas = 2\n"),
            "4: `give_up` has no effect here: the replicas escalate"));
  CHECK(has(problem("[module.a]\nrestart = \"temporary\"\n"), "2: `restart` has no effect here"));
  CHECK(has(problem("[module.a]\nhedge = true\n"), "2: `hedge` has no effect here: there is no second replica"));
  CHECK(
      has(problem("[module.a]\ngive_up = \"escalate\"\nquarantine = \"1s\"\n"), "3: `quarantine` has no effect here"));
  CHECK(has(problem("[supervisor.x]\nquarantine = \"1s\"\n"), "2: `quarantine` has no effect here"));
  CHECK(has(problem("[supervisor.x]\nmax_backoff = \"1s\"\n"), "2: `max_backoff` has no effect here"));
}

TEST_CASE("names may contain what JSON Pointers escape") {
  CHECK(has(problem("[module.a]\n[module.\"x/y~z\"]\nreplicas = 0\n"), "3: `replicas`: expected"));
}

TEST_CASE("a module with a command is one that need not ship") {
  CHECK(problem("[module.py]\ncommand = [\"python3\", \"py.py\"]\n[module.a]\ndepends_on = [\"py\"]\n") == "fine");
  CHECK(has(problem("[module.a]\ncommand = [\"python3\"]\n"), "2: module `a` ships; take another name"));
  CHECK(has(problem("[module.py]\ncommand = []\n"), "2: `command`: expected the program and its arguments"));
  CHECK(has(problem("[module.py]\ncommand = \"python3 py.py\"\n"), "2: `command`: expected a list of texts"));
  CHECK(has(problem("[module.a]\nsilence = 1\n"), "2: `silence` has no effect without `command`"));
  CHECK(has(problem("[module.py]\ncommand = [\"py\"]\nsilence = 1\n"), "`silence` must be longer than `heartbeat`"));
  CHECK(
      has(problem("[module.py]\ncommand = [\"py\"]\nsecrets = { KEY = 3 }\n"), "expected the name of a file for KEY"));
  CHECK(has(problem("[module.py]\ncommand = [\"py\"]\nstart_limit = 0\n"),
            "`start_limit`: expected a time longer than 0"));
}

TEST_CASE("a process module is sandboxed, and what it is granted stands in its table") {
  const std::string command = "[module.py]\ncommand = [\"py\"]\n";
  const auto may = [](const std::string& text) {
    const auto s = load(text);
    INFO((s ? std::string{} : s.error().message));
    REQUIRE(s);
    return s->supervision.modules.front().process.command.may;
  };
  const auto none = may(command);
  CHECK_FALSE(none.trusted);
  CHECK_FALSE(none.network);
  CHECK(none.at_most.memory_bytes == 512 << 20);
  CHECK(may(command + "trusted = true\n").trusted);
  const auto some = may(command +
                        "[module.py.grants]\nnetwork = true\nread = [\"/srv/a\", \"b\"]\nwrite = [\"/srv/c\"]\n"
                        "memory = \"2GB\"\ntmp = 1048576\nfile_size = \"unlimited\"\nprocesses = 7\nfiles = 100\n"
                        "cores = 1.5\ncpu = \"1m\"\nwall = 60\n");
  CHECK(some.network);
  CHECK(some.read == std::vector<fs::path>{"/srv/a", fs::temp_directory_path() / "b"});
  CHECK(some.write == std::vector<fs::path>{"/srv/c"});
  CHECK(some.at_most.memory_bytes == 2LL << 30);
  CHECK(some.at_most.tmp_bytes == 1 << 20);
  CHECK(some.at_most.file_bytes == sandbox::unlimited);
  CHECK(some.at_most.processes == 7);
  CHECK(some.at_most.open_files == 100);
  CHECK(some.at_most.cores == 1.5);
  CHECK(some.at_most.cpu == 60s);
  CHECK(some.at_most.wall == 60s);
}

TEST_CASE("a sandboxed module is told what around it is not its own") {
  ::setenv("AGENTS_HOME", "/srv/home", 1);
  const auto s = load(
      "[listen]\naddress = \"tcp://127.0.0.1:0\"\nkeys = \"/srv/keys\"\n[module.far]\nremote = true\n"
      "[module.one]\ncommand = [\"py\"]\nsecrets = { KEY = \"/srv/one.key\" }\n[module.one.grants]\nwrite = "
      "[\"/srv/w\"]\n"
      "[module.two]\ncommand = [\"py\"]\nfolder = \"/srv/two\"\nsecrets = { KEY = \"/srv/two.key\" }\n"
      "[module.two.grants]\nread = [\"/srv/r\"]\n[module.own]\ncommand = [\"py\"]\ntrusted = true\nsecrets = { K = "
      "\"/srv/own.key\" }\n");
  ::unsetenv("AGENTS_HOME");
  INFO((s ? std::string{} : s.error().message));
  REQUIRE(s);
  const auto names = [](const std::vector<sandbox::place_of_others>& places) {
    std::string out;
    for (const auto& p : places) out += p.what + " " + p.where.string() + "; ";
    return out;
  };
  const auto& two = s->supervision.external("two")->process.command.may.around;
  CHECK(names(two.node_folders) == "the data of the node, AGENTS_HOME /srv/home; the keys of the node /srv/keys; ");
  CHECK(names(two.secrets) ==
        "the secret KEY of module `one` /srv/one.key; the secret K of module `own` /srv/own.key; ");
  CHECK(names(two.own_secrets) == "the secret KEY of this module /srv/two.key; ");
  CHECK(names(two.writable) == "what module `one` may write /srv/w; ");
  CHECK(two.led_to == std::map<fs::path, fs::path>{{"/srv/two", "/srv/two"}, {"/srv/r", "/srv/r"}});
  CHECK(s->supervision.external("one")->process.command.may.around.writable.empty());
  CHECK(s->supervision.external("own")->process.command.may.around.node_folders.empty());
}

TEST_CASE("grants that cannot be are errors with their line") {
  const auto of = [](const std::string& text) { return problem("[module.py]\ncommand = [\"py\"]\n" + text); };
  CHECK(has(of("[module.py.grants]\nnetwerk = true\n"), "4: unknown key \"netwerk\"; known here are cores, cpu, "));
  CHECK(has(of("[module.py.grants]\nmemory = \"many\"\n"), "4: `memory`: expected a size like 1048576"));
  CHECK(has(of("[module.py.grants]\nmemory = -1\n"), "4: `memory`: expected a size"));
  CHECK(has(of("[module.py.grants]\nmemory = \"64kB\"\n"), "4: `memory`: expected at least 4194304 bytes"));
  CHECK(has(of("[module.py.grants]\ntmp = 100\n"), "4: `tmp`: expected at least 4096 bytes"));
  CHECK(has(of("[module.py.grants]\ntmp = \"unlimited\"\n"), "4: `tmp`: expected a size"));
  CHECK(has(of("[module.py.grants]\ncores = 0.001\n"), "4: `cores`: expected a number of processors"));
  CHECK(has(of("grants = 3\n"), "3: `grants`: expected a table"));
  CHECK(has(of("trusted = true\ngrants = {}\n"), "`grants` has no effect: the module is trusted"));
  CHECK(has(problem("[module.a]\ntrusted = true\n"), "2: `trusted` has no effect without `command`"));
}
