// SPDX-License-Identifier: Apache-2.0
// The `agents` program with modules of its own, as a user would build it: "NAME.do@1" crashes with negative
// numbers, and with 0 at the first attempt; "gate.wait@1" waits until a file is there.
#include <filesystem>
#include <stdexcept>
#include <string>

#include "cluster/cli/program.hpp"
#include "libagents/module.hpp"

namespace {

struct number {
  int n = 0;
  AGENTS_FIELDS(n)
};

number work(const number& in, agents::call& c) {
  if (in.n < 0 || (in.n == 0 && c.request().attempt == 1)) throw std::runtime_error("no positive number");
  return in;
}

struct file {
  std::string path;
  AGENTS_FIELDS(path)
};

agents::task<file> wait_for(file in, agents::call& c) {
  while (!std::filesystem::exists(in.path)) co_await c.sleep(std::chrono::milliseconds{2});
  co_return in;
}

agents::module gate() { return agents::module("gate", "1.0.0").offers("gate.wait@1", wait_for); }

agents::module fragile(const std::string& name) {
  return agents::module(name, "1.0.0").offers(name + ".do@1", work, {.effect = agents::effect::pure});
}

}  // namespace

int main(int argc, char** argv) {
  return agents::program(argc, argv,
                         {[] { return fragile("first"); }, [] { return fragile("second"); },
                          [] { return fragile("third"); }, [] { return fragile("fourth"); }, gate});
}
