// SPDX-License-Identifier: Apache-2.0
// code.run@1 through a node, beside the bare start of the interpreter.
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "actors/code/code_module.hpp"
#include "cluster/bench/measure.hpp"
#include "libagents/core/assert.hpp"
#include "libagents/runtime/node.hpp"
#include "libagents/sandbox/process.hpp"
#include "libagents/sandbox/process_image.hpp"

namespace agents::bench {
namespace {

/// Until the interpreters that wait are there again.
constexpr std::chrono::milliseconds refill{80};

double bare_start(const process_image& image) {
  return time_of([&] {
           const auto p = process::start(image);
           AGENTS_ASSERT(p);
           char byte = 0;
           while (::read((*p)->output().get(), &byte, 1) != 0) continue;
           AGENTS_ASSERT((*p)->reap().orderly());
         }) *
         1e3;
}

double one_run(node& n, const code::snippet& s) {
  return time_of([&] {
           const auto r = n.ask("code.run@1", to_value(s), std::chrono::seconds{30});
           AGENTS_ASSERT(r && (*r)->get_integer("exit_code") == 0);
         }) *
         1e3;
}

std::unique_ptr<node> code_node(unsigned warm, const code::snippet& s) {
  auto n = std::make_unique<node>(node_config{});
  AGENTS_ASSERT(n->add([warm] { return code::code_module({.parallel = 2, .warm = warm}); }));
  (void)one_run(*n, s);  // makes the threads
  return n;
}

/// In turns, so that the differences are those of one moment.
std::vector<measurement> compare(const std::string& language, const process_image& bare, int times) {
  code::snippet s;
  s.language = language;
  s.code = language == "python" ? "print(1)" : "echo 1";
  const auto cold = code_node(0, s);
  const auto warm = code_node(2, s);
  std::vector<double> alone;
  std::vector<double> fresh;
  std::vector<double> beyond;
  std::vector<double> waiting;
  for (int i = 0; i < times; ++i) {
    alone.push_back(bare_start(bare));
    fresh.push_back(one_run(*cold, s));
    beyond.push_back(fresh.back() - alone.back());
    std::this_thread::sleep_for(refill);
    waiting.push_back(one_run(*warm, s));
  }
  const auto name = "code_" + language;
  return {summary(name + "_bare", "ms", alone, "the interpreter alone, without a sandbox"),
          summary(name + "_cold", "ms", fresh, "code.run@1 in a new sandbox"),
          summary(name + "_cold_beyond_bare", "ms", beyond, "what the sandbox and the node add, run by run"),
          summary(name + "_warm", "ms", waiting, "code.run@1 in a sandbox that waited")};
}

std::vector<measurement> code_runs(double scale) {
  const int times = std::max(5, static_cast<int>(60 * scale));
  auto out = compare("python", {"/usr/bin/python3", {"python3", "-I", "-c", "print(1)"}, {}}, times);
  for (auto& m : compare("shell", {"/bin/sh", {"sh", "-c", "echo 1"}, {}}, times)) out.push_back(std::move(m));
  return out;
}

}  // namespace

std::vector<suite> process_code_suites() { return {{"code_run", code_runs}}; }

}  // namespace agents::bench
