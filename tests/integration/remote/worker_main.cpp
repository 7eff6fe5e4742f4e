// SPDX-License-Identifier: Apache-2.0
// A module for another host. Its name is --name NAME, its version --version VERSION.
#include <unistd.h>

#include <string>

#include "cluster/transport/worker_process.hpp"
#include "libagents/module.hpp"

namespace {

struct line {
  std::string text;
  AGENTS_FIELDS(text)
};
struct number {
  std::int64_t n = 0;
  AGENTS_FIELDS(n)
};

std::string argument(int argc, char** argv, const std::string& name, std::string otherwise) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == name) return argv[i + 1];
  return otherwise;
}

agents::module far(const std::string& name, const std::string& version) {
  return agents::module(name, version)
      .offers(name + ".echo@1", [](const line& in) { return in; })
      .offers(name + ".pid@1", [](const number&) { return number{::getpid()}; })
      .offers(name + ".wait@1", [](const number& in, agents::call& c) {
        while (!c.cancelled()) ::usleep(1000);
        return in;
      });
}

}  // namespace

int main(int argc, char** argv) {
  const auto settings = agents::worker_settings_from(argc, argv);
  if (!settings) return agents::worker_exit_code(settings.propagate());
  return agents::worker_exit_code(
      agents::serve(far(argument(argc, argv, "--name", "far"), argument(argc, argv, "--version", "1.0.0")), *settings));
}
