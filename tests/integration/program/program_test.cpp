// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "libagents/contract/json.hpp"
#include "libagents/core/ids.hpp"
#include "tests/catch.hpp"
#include "tests/integration/program/agents_box.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

namespace fs = std::filesystem;

const std::string source = AGENTS_SOURCE_DIR;

/// A sandbox for the program itself.
/// Three packages' worth of licence documents.
std::string licence_folder(const sandbox& box) {
  const auto package = [&box](const std::string& name, const std::string& licence) {
    fs::create_directories(box.folder() / "doc" / name);
    std::ofstream{box.folder() / "doc" / name / "copyright"}
        << "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: 2020 "
           "Somebody\nLicense: "
        << licence << "\n";
  };
  package(
      "alpha",
      "Expat\n Permission is hereby granted, free of charge, to any person obtaining a copy of this software and "
      "associated\n"
      " documentation files (the \"Software\"), to deal in the Software without restriction, including without "
      "limitation\n"
      " the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software.\n"
      " .\n The above copyright notice and this permission notice shall be included in all copies or substantial "
      "portions\n"
      " of the Software.");
  package("beta",
          "GPL-3+\n This program is free software: you can redistribute it and/or modify it under the terms of the GNU "
          "General\n"
          " Public License as published by the Free Software Foundation, either version 3 of the License, or (at your "
          "option)\n"
          " any later version.");
  return (box.folder() / "doc").string();
}

std::vector<std::string> review(const sandbox& box) {
  return {"run", source + "/examples/licence_review", "--input", "folder=" + licence_folder(box), "--json", "-q"};
}

}  // namespace

TEST_CASE("the licence review prints every promised field, and each citation is the exact bytes of its file") {
  const agents_box box;
  const auto r = box.run(review(box));
  CHECK(r.code == 0);
  const auto report = r.json();
  CHECK(report.get_string("status") == "completed");
  CHECK(uuid::parse(report.get_string("run_id")));
  CHECK(report.find("answer")->is_string());
  REQUIRE(report.find("citations")->as_array().size() > 1);
  for (const auto& c : report.find("citations")->as_array()) {
    const auto bytes = content(std::string{c.get_string("source")});
    const auto begin = static_cast<std::size_t>(c.get_integer("begin"));
    const auto end = static_cast<std::size_t>(c.get_integer("end"));
    REQUIRE(end <= bytes.size());
    CHECK(bytes.substr(begin, end - begin) == c.get_string("text"));
  }
  for (const auto& step : report.find("steps")->as_array())
    for (const auto* name : {"id", "capability", "module", "version", "attempts", "seconds", "outcome"})
      CHECK(step.find(name) != nullptr);
  for (const auto* name : {"money", "tokens", "seconds"}) CHECK(report.find("cost")->find(name) != nullptr);
  for (const auto& package : report.find("packages")->as_array())
    for (const auto* name : {"name", "licences", "obligations", "conflicts", "undecided"})
      CHECK(package.find(name) != nullptr);
  const auto runs = box.run({"runs", "--json"}).json();
  REQUIRE(runs.find("runs")->as_array().size() == 1);
  CHECK(runs.find("runs")->as_array()[0].get_string("run_id") == report.get_string("run_id"));
  CHECK(runs.find("runs")->as_array()[0].get_string("job") == "licence_review");
}

TEST_CASE("a GPL library is a conflict for a closed product, an Expat library is not") {
  const agents_box box;
  const auto packages = *box.run(review(box)).json().find("packages");
  for (const auto& p : packages.as_array()) {
    const bool conflict = !p.find("conflicts")->as_array().empty();
    CHECK(conflict == (p.get_string("name") == "beta"));
  }
}

TEST_CASE("a run that was killed is resumed to the same memo, and nothing finished is executed again") {
  const agents_box box;
  const auto arguments = review(box);
  const auto expected = box.run(arguments).json();
  for (int turns = 1; turns < 40; ++turns) {
    const auto pid = box.start(arguments);
    for (int i = 0; i < turns * 200; ++i) sched_yield();  // kills at varying moments; which one does not matter
    kill(pid, SIGKILL);
    (void)box.wait(pid);
    const auto runs = box.run({"runs", "--json", "--limit", "1"}).json();
    if (runs.find("runs")->as_array().empty()) continue;
    const auto& last = runs.find("runs")->as_array()[0];
    if (last.get_string("status") != "interrupted") continue;
    const std::string id{last.get_string("run_id")};
    const auto before = *box.run({"trace", id, "--json"}).json().find("events");
    const auto resumed = box.run({"run", "--resume", id, "--json", "-q"});
    CHECK(resumed.code == 0);
    CHECK(*resumed.json().find("answer") == *expected.find("answer"));
    const auto after = *box.run({"trace", id, "--json"}).json().find("events");
    std::vector<std::string> done;
    for (const auto& e : before.as_array())
      if (e.get_string("kind") == "step_finished") done.emplace_back(e.get_string("step"));
    for (std::size_t i = before.as_array().size(); i < after.as_array().size(); ++i) {
      const auto& e = after.as_array()[i];
      if (e.get_string("kind") == "attempt_started")
        CHECK(std::find(done.begin(), done.end(), e.get_string("step")) == done.end());
    }
  }
}

TEST_CASE("a step that needs approval pauses the run durably, and goes on when a person approves") {
  const agents_box box;
  const auto job = box.write("job.toml", std::string{job_with_approval}).string();
  const auto text = box.write("contract.txt", "This Agreement is made between Alpha and Beta.\n").string();
  const auto waiting = box.run({"run", job, "--input", "path=" + text, "--json", "-q"});
  CHECK(waiting.code == 4);
  const std::string id{waiting.json().get_string("run_id")};
  CHECK(waiting.json().get_string("status") == "waiting");
  const auto approved = box.run({"approve", id, "--json", "-q"});
  CHECK(approved.code == 0);
  CHECK(approved.json().get_string("answer") == text);
  const auto again = box.run({"approve", id});
  CHECK(again.code == 2);
  CHECK(again.err.find("waits for nobody") != std::string::npos);
}

TEST_CASE("an edit that breaks the contract of its step is refused by place and rule, and the run still waits") {
  const agents_box box;
  const auto job = box.write("job.toml", std::string{job_with_approval}).string();
  const std::string id{box.run({"run", job, "--json", "-q"}).json().get_string("run_id")};
  const auto refused = box.run({"approve", id, "--edit", R"({"source": 3, "text": "", "bytes": 0})", "-q"});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("step \"read\": at /source: ") != std::string::npos);
  CHECK(refused.err.find("(rule #/properties/source/type)") != std::string::npos);
  CHECK(refused.err.find("the run still waits") != std::string::npos);
  CHECK(box.run({"approve", id, "--edit", "null"}).code == 2);
  CHECK(box.run({"approve", id, "--step", "unread"}).err.find("what waits is read") != std::string::npos);
  const auto runs = box.run({"runs", "--json"}).json();
  CHECK(runs.find("runs")->as_array()[0].get_string("status") == "waiting");
  const auto edited =
      box.run({"approve", id, "--edit", R"({"source": "mine", "text": "", "bytes": 0})", "--json", "-q"});
  INFO(edited.err);
  CHECK(edited.code == 0);
  CHECK(edited.json().get_string("answer") == "mine");
}

TEST_CASE("a run cannot be continued without its journal: --in-memory is refused with the remedy") {
  const agents_box box;
  const auto job = box.write("job.toml", std::string{job_with_approval}).string();
  const std::string id{box.run({"run", job, "--json", "-q"}).json().get_string("run_id")};
  for (const auto& arguments : {std::vector<std::string>{"approve", id, "--in-memory"},
                                std::vector<std::string>{"run", "--resume", id, "--in-memory"}}) {
    const auto refused = box.run(arguments);
    CHECK(refused.code == 2);
    CHECK(refused.err.find("--in-memory keeps no journal") != std::string::npos);
    CHECK(refused.err.find("leave it out") != std::string::npos);
  }
  CHECK(box.run({"runs", "--json"}).json().find("runs")->as_array()[0].get_string("status") == "waiting");
}

TEST_CASE("a refusal by a person ends the run as failed, with the note") {
  const agents_box box;
  const auto job = box.write("job.toml", std::string{job_with_approval}).string();
  const std::string id{box.run({"run", job, "--json", "-q"}).json().get_string("run_id")};
  const auto refused = box.run({"approve", id, "--reject", "--note", "wrong file", "--json", "-q"});
  CHECK(refused.code == 1);
  CHECK(refused.json().get_string("incomplete_because").find("wrong file") != std::string::npos);
}

TEST_CASE("errors name the file, the line, the key and the remedy") {
  const agents_box box;
  auto text = std::string{job_with_approval};
  text.replace(text.find("approve"), 7, "aprove");
  const auto misspelt = box.run({"run", box.write("job.toml", text).string()});
  CHECK(misspelt.code == 2);
  CHECK(misspelt.err.find("job.toml:8: unknown key \"aprove\"; known here are") != std::string::npos);
  const auto missing = box.run({"run", "no/such/job"});
  CHECK(missing.code == 2);
  CHECK(missing.err.find("no/such/job") != std::string::npos);
  CHECK(box.run({"run", "--resume", "nonsense"}).code == 2);
  CHECK(box.run({"frobnicate"}).code == 2);
}

TEST_CASE("inputs that a job does not have, and inputs that it needs, are errors before anything runs") {
  const agents_box box;
  const auto misspelt = box.run({"run", source + "/examples/licence_review", "--input", "pakages=zlib1g"});
  CHECK(misspelt.code == 2);
  CHECK(misspelt.err.find("no input `pakages`; it has: folder, packages, program") != std::string::npos);
  const auto contract = source + "/examples/contract_review/inputs/ROSEMOUNT_LOGISTICS_SERVICES.txt";
  const auto nothing_asked = box.run({"run", source + "/examples/contract_review", "--input", contract});
  CHECK(nothing_asked.code == 2);
  CHECK(nothing_asked.err.find("add --ask TEXT") != std::string::npos);
  const auto twice =
      box.run({"run", source + "/examples/contract_review", "--input", contract, "--input", contract, "--ask", "Who?"});
  CHECK(twice.code == 2);
  CHECK(box.run({"run", source + "/examples/licence_review", "--max-money", "nan"}).code == 2);
  CHECK(box.run({"runs", "--json"}).json().find("runs")->as_array().empty());
}

TEST_CASE("a budget of attempts ends the run with what it has, and says so") {
  const agents_box box;
  auto arguments = review(box);
  arguments.insert(arguments.end(), {"--max-steps", "2"});
  const auto r = box.run(arguments);
  CHECK(r.code == 3);
  CHECK(r.json().get_string("status") == "partial");
  CHECK(r.json().get_string("incomplete_because").find("budget of steps") != std::string::npos);
}

TEST_CASE("Ctrl-C stops in order and says how to resume") {
  const agents_box box;
  for (int turns = 1; turns < 20; ++turns) {
    const auto pid = box.start(review(box));
    for (int i = 0; i < turns * 400; ++i) sched_yield();  // interrupts at varying moments
    kill(pid, SIGINT);
    const auto r = box.wait(pid);
    if (r.code == 0 || r.out.empty()) continue;  // it had ended already, or had not begun
    CHECK(r.code == 130);
    const auto id = std::string{r.json().get_string("run_id")};
    CHECK(r.err.find("agents run --resume " + id) != std::string::npos);
    CHECK(box.run({"run", "--resume", id, "--json", "-q"}).json().get_string("status") == "completed");
  }
}

namespace {

constexpr std::string_view job_that_ends = R"(name = "short"
[input]
path = ""
[[step]]
id = "read"
ask = "contract.read@1"
with = { path = "{input.path}" }
[answer]
answer = "{read.source}"
)";

/// A short run that has ended and still serves its metrics.
struct lingering_run {
  agents_box box;
  pid_t pid = 0;
  std::string port;

  lingering_run() {
    const auto job = box.write("job.toml", std::string{job_that_ends}).string();
    const auto text = box.write("contract.txt", "This Agreement is made between Alpha and Beta.\n").string();
    pid = box.start({"run", job, "--input", "path=" + text, "-q", "--json", "--metrics", "127.0.0.1:0",
                     "--metrics-linger", "3600"});
    const std::string before = "metrics stay on http://127.0.0.1:";
    std::string err;
    while (err.find("Ctrl-C ends this\n") == std::string::npos) {
      REQUIRE(waitpid(pid, nullptr, WNOHANG) == 0);
      sched_yield();
      err = content(box.folder() / "err");
    }
    port = err.substr(err.find(before) + before.size());
    port.resize(port.find('/'));
  }
};

std::string get(const std::string& port, const std::string& path) {
  const int s = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(s, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  const auto request = "GET " + path + " HTTP/1.0\r\n\r\n";
  REQUIRE(send(s, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
  std::string answer;
  std::array<char, 4096> part{};
  for (ssize_t n = 0; (n = recv(s, part.data(), part.size(), 0)) > 0;)
    answer.append(part.data(), static_cast<std::size_t>(n));
  close(s);
  return answer;
}

}  // namespace

TEST_CASE("the metrics of a run that has ended are served until they were scraped once") {
  const lingering_run r;
  const auto metrics = get(r.port, "/metrics");
  CHECK(metrics.find("agents_runs_total{status=\"completed\"} 1") != std::string::npos);
  const auto ended = r.box.wait(r.pid);  // an hour before its time
  CHECK(ended.code == 0);
  CHECK(ended.json().get_string("status") == "completed");
}

TEST_CASE("Ctrl-C ends the waiting for a scrape at once, and the run was completed all the same") {
  const lingering_run r;
  kill(r.pid, SIGINT);
  const auto ended = r.box.wait(r.pid);
  CHECK(ended.code == 0);
  CHECK(ended.json().get_string("status") == "completed");
}

TEST_CASE("--metrics-linger without an address is refused, and without a scrape it ends by itself") {
  const agents_box box;
  const auto job = box.write("job.toml", std::string{job_that_ends}).string();
  const auto refused = box.run({"run", job, "--metrics-linger", "5"});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("add --metrics") != std::string::npos);
  const auto ended = box.run({"run", job, "-q", "--metrics", "127.0.0.1:0", "--metrics-linger", "0.05"});
  CHECK(ended.code == 1);  // there is no file to read
  CHECK(ended.err.find("metrics stay on") != std::string::npos);
}

TEST_CASE("the licence review runs with its stages below one supervisor, and the tree shows them in order") {
  const agents_box box;
  const auto config = source + "/examples/licence_review/node.toml";
  CHECK(box.run({"validate", config}).code == 0);
  auto arguments = review(box);
  arguments.insert(arguments.end(), {"--config", config});
  const auto r = box.run(arguments);
  CHECK(r.code == 0);
  CHECK(r.json().get_string("status") == "completed");
  CHECK(r.json().find("answer")->as_string() == box.run(review(box)).json().find("answer")->as_string());

  const auto tree = box.run({"tree", "--config", config, "--json"}).json();
  const auto& licence = tree.find("children")->as_array().front();
  CHECK(licence.get_string("id") == "licence");
  CHECK(licence.get_string("strategy") == "rest_for_one");
  std::vector<std::string> stages;
  for (const auto& child : licence.find("children")->as_array()) {
    stages.emplace_back(child.get_string("id"));
    CHECK(child.get_string("state") == "running");
  }
  CHECK(stages == std::vector<std::string>{"licence_collect", "licence_segment", "licence_classify", "licence_retrieve",
                                           "licence_obligations", "licence_draft"});
}

TEST_CASE("people see the tree as lines; elsewhere than on a terminal in ASCII and without colours") {
  const agents_box box;
  const auto config = box.write(
      "node.toml", "[supervisor.team]\nstrategy = \"one_for_all\"\n[module.text_segmenter]\nsupervisor = \"team\"\n");
  const auto r = box.run({"tree", "--config", config});
  CHECK(r.code == 0);
  CHECK(r.out.find("\n|- team ") != std::string::npos);
  CHECK(r.out.find("\n|  `- text_segmenter ") != std::string::npos);
  CHECK(r.out.find("one_for_all") != std::string::npos);
  CHECK(r.out.find('\x1b') == std::string::npos);
}

TEST_CASE("a watched tree is shown again until Ctrl-C, which ends it as success") {
  const agents_box box;
  const auto pid = box.start({"tree", "--watch", "--json"});
  const auto lines = [&box] {
    const auto text = content(box.folder() / "out");
    return std::count(text.begin(), text.end(), '\n');
  };
  while (lines() < 2) sched_yield();
  kill(pid, SIGINT);
  const auto r = box.wait(pid);
  CHECK(r.code == 0);
  CHECK(parse_json(r.out.substr(0, r.out.find('\n'))));
}

TEST_CASE("a configuration of a module that does not ship is refused by name and line, also by validate") {
  const agents_box box;
  const auto config = box.write("node.toml", "[node]\n[module.greeter]\nreplicas = 2\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"validate", config}, {"tree", "--config", config}}) {
    const auto r = box.run(arguments);
    CHECK(r.code == 2);
    CHECK(r.err.find("node.toml:2: there is no module `greeter`; add its `command` or `remote`, or take one of ") !=
          std::string::npos);
  }
}

TEST_CASE("people read each quotation in one line, machines the exact bytes") {
  const agents_box box;
  auto arguments = review(box);
  const std::string exact{box.run(arguments).json().get_string("answer")};
  std::erase(arguments, "--json");
  const auto shown = box.run(arguments).out;
  const auto quotations = [](const std::string& text) {
    std::vector<std::string> all;
    for (auto at = text.find("«"); at != std::string::npos; at = text.find("«", at + 1))
      all.push_back(text.substr(at, text.find("»", at) - at));
    return all;
  };
  const auto lines = [](const std::vector<std::string>& all) {
    return std::count_if(all.begin(), all.end(), [](const auto& q) { return q.find('\n') != std::string::npos; });
  };
  REQUIRE(lines(quotations(exact)) > 0);
  CHECK(lines(quotations(shown)) == 0);
  CHECK(quotations(shown).size() == quotations(exact).size());
  const auto words = [](const std::string& text) {
    std::istringstream in{text};
    std::vector<std::string> all;
    for (std::string word; in >> word;) all.push_back(word);
    return all;
  };
  CHECK(words(shown) == words(exact));
}

TEST_CASE("the contract review answers with cited clauses") {
  const agents_box box;
  const auto r = box.run({"run", source + "/examples/contract_review", "--input",
                          source + "/examples/contract_review/inputs/SILVERFERN_DEVELOPMENT.txt", "--ask",
                          "Which law governs this agreement?", "--json", "-q"});
  CHECK(r.code == 0);
  CHECK_FALSE(r.json().find("citations")->as_array().empty());
}

TEST_CASE("schemas are compared on the command line") {
  const agents_box box;
  const auto a = box.write("a.json", R"({"type": "integer", "minimum": 1})").string();
  const auto b = box.write("b.json", R"({"type": "number"})").string();
  CHECK(box.run({"schema", "compatible", a, b, "--json"}).json().get_string("result") == "yes");
  const auto no = box.run({"schema", "compatible", b, a, "--json"});
  CHECK(no.code == 1);
  CHECK(no.json().get_string("result") == "no");
}

TEST_CASE("a new module is written once and never over something else") {
  const agents_box box;
  const auto folder = (box.folder() / "greeter").string();
  const auto written = box.run({"new", "module", "greeter", "--folder", folder});
  CHECK(written.code == 0);
  CHECK(written.out.find(" -DCMAKE_PREFIX_PATH=" AGENTS_BINARY_DIR " && cmake --build ") != std::string::npos);
  CHECK(fs::exists(AGENTS_BINARY_DIR "/libagentsConfig.cmake"));
  CHECK(fs::exists(AGENTS_BINARY_DIR "/libagentsTargets.cmake"));
  CHECK(fs::exists(folder + "/greeter.cpp"));
  CHECK(box.run({"new", "module", "greeter", "--folder", folder}).code == 2);
  CHECK(box.run({"new", "module", "Not A Name"}).code == 2);
  CHECK(box.run({"new", "module", "main"}).code == 2);
}

TEST_CASE("a plan hands what a module in JavaScript says to one in Python") {
  const agents_box box;
  const auto example = source + "/examples/javascript_module";
  const auto r = box.run({"run", example, "--config", example + "/node.toml", "--json", "--in-memory"});
  INFO("needs: apt-get install nodejs python3-zmq python3-msgpack; " << r.err);
  REQUIRE(r.code == 0);
  CHECK(r.json().get_string("lead") ==
        "A supervisor restarts what crashes. What a supervisor cannot restart, its own supervisor restarts.");
  CHECK(r.json().find("answer")->as_array().front() == value{"supervisor"});
}

TEST_CASE("a job asks a module in Python, which the node starts by the configured command") {
  const agents_box box;
  const auto example = source + "/examples/python_module";
  const auto r = box.run({"run", example, "--config", example + "/node.toml", "--json", "--in-memory"});
  INFO("needs: apt-get install python3-zmq python3-msgpack; " << r.err);
  REQUIRE(r.code == 0);
  CHECK(r.json().find("answer")->as_array().front() == value{"supervisor"});

  const auto wrong = box.write("node.toml", "[module.keywords]\ncommand = [\"no-such-program\"]\n").string();
  const auto refused = box.run({"run", example, "--config", wrong});
  CHECK(refused.code != 0);
  CHECK(
      refused.err.find("node.toml:1: process module \"keywords\" (command \"no-such-program\"): there is no program") !=
      std::string::npos);
}
