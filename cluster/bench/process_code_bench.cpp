// SPDX-License-Identifier: Apache-2.0
// code.run@1 through a node, beside the bare start of the interpreter.
#include <unistd.h>

#include <chrono>
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

std::vector<double> runs(node& n, const code::snippet& s, int times, std::chrono::milliseconds pause) {
  std::vector<double> out;
  for (int i = -1; i < times; ++i) {
    std::this_thread::sleep_for(pause);
    const auto took = time_of([&] {
      const auto r = n.ask("code.run@1", to_value(s), std::chrono::seconds{30});
      AGENTS_ASSERT(r && (*r)->get_integer("exit_code") == 0);
    });
    if (i >= 0) out.push_back(took * 1e3);  // the first one only makes the threads
  }
  return out;
}

std::vector<measurement> code_runs(double scale) {
  const int times = std::max(5, static_cast<int>(60 * scale));
  std::vector<measurement> out;
  for (const std::string language : {"python", "shell"}) {
    const bool python = language == "python";
    process_image bare{python ? "/usr/bin/python3" : "/bin/sh", {"x", "-c", python ? "print(1)" : "echo 1"}, {}};
    if (python) bare.arguments = {"python3", "-I", "-c", "print(1)"};
    std::vector<double> samples;
    for (int i = 0; i < times; ++i) samples.push_back(bare_start(bare));
    out.push_back(summary("code_" + language + "_bare", "ms", samples, "the interpreter alone, without a sandbox"));
    code::snippet s;
    s.language = language;
    s.code = python ? "print(1)" : "echo 1";
    for (const unsigned warm : {0U, 2U}) {
      node n{{}};
      AGENTS_ASSERT(n.add([warm] { return code::code_module({.parallel = 2, .warm = warm}); }));
      out.push_back(summary("code_" + language + (warm == 0 ? "_cold" : "_warm"), "ms",
                            runs(n, s, times, warm == 0 ? std::chrono::milliseconds{0} : refill),
                            warm == 0 ? "code.run@1 in a new sandbox" : "code.run@1 in a waiting one"));
    }
  }
  return out;
}

}  // namespace

std::vector<suite> process_code_suites() { return {{"code_run", code_runs}}; }

}  // namespace agents::bench
