// SPDX-License-Identifier: Apache-2.0
// A hostile program. `attacker ATTACK ARGUMENT` tries once and exits 0 when it got through, 1 when not; without
// arguments, or with one, its name, it is a module that attacks when it is called.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "cluster/transport/worker_process.hpp"
#include "libagents/module.hpp"
#include "tests/integration/sandbox/attacks.hpp"

namespace {

struct order {
  std::string name;
  std::string argument;
  AGENTS_FIELDS(name, argument)
};
struct found {
  bool escaped = false;
  std::string what;
  AGENTS_FIELDS(escaped, what)
};
struct line {
  std::string text;
  AGENTS_FIELDS(text)
};

found carry_out(const order& o) {
  const auto r = agents::testing::attack(o.name, o.argument);
  return {r.escaped, r.what};
}

line variable(const line& name) {
  const auto* set = std::getenv(name.text.c_str());
  return {set ? set : "(unset)"};
}

line content(const line& file) {
  std::ifstream in{file.text};
  return {std::string{std::istreambuf_iterator<char>{in}, {}}};
}

agents::module attacker(const std::string& name) {
  auto m = agents::module(name, "1.0.0")
               .offers(name + ".attack@1", carry_out)
               .offers(name + ".echo@1", [](const line& in) { return in; })
               .offers(name + ".variable@1", variable)
               .offers(name + ".content@1", content)
               .offers(name + ".segfault@1", [](const line& in) { return ::raise(11), in; })
               .offers(name + ".spin@1", [](const line& in, agents::call&) -> line {
                 for (;;) ::usleep(in.text.empty() ? 1000 : 2000);
               });
  const char* asked = std::getenv("AGENTS_TEST_ASKS");
  if (!asked) return m;
  const std::string grant{asked};
  if (grant == "network") return std::move(m).needs({.grant = "network", .why = "to fetch"});
  if (grant == "memory") return std::move(m).needs({.grant = "memory", .amount = 4294967296.0});
  if (grant == "optional") return std::move(m).needs({.grant = "read", .path = "/srv/corpus", .optional = true});
  return std::move(m).needs({.grant = grant});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string{argv[1]} == "whoami") return std::printf("%u\n", ::geteuid()), 0;
  if (argc == 3) {
    const auto r = agents::testing::attack(argv[1], argv[2]);
    std::printf("%s\n", r.what.c_str());
    return r.escaped ? 0 : 1;
  }
  return agents::worker_exit_code(agents::serve(attacker(argc > 1 ? argv[1] : "attacker")));
}
