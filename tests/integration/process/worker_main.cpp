// SPDX-License-Identifier: Apache-2.0
// A module whose capabilities show every way in which a process can misbehave. Its name is the first argument. With a
// second one it has no coroutines, and so a window of 4 calls.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
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

line read_file_in(const line& variable) {
  const auto* file = std::getenv(variable.text.c_str());
  std::ifstream in{file ? file : ""};
  return {std::string{std::istreambuf_iterator<char>{in}, {}}};
}

/// A child that lives for ever, and would after us.
number leave_child(const number&) {
  const auto pid = ::fork();
  if (pid == 0)
    for (;;) ::pause();
  return {pid};
}

/// Prints without end while it works on other requests.
number flood(const number&) {
  if (::fork() == 0)
    for (const std::string text(4000, 'x'); ::write(2, (text + "\n").data(), text.size() + 1) > 0;) continue;
  return {};
}

agents::task<line> ask_other(line in, agents::call& c) { co_return co_await c.ask<line>("other.echo@1", in); }

/// Version 3 is a bad one.
line echo(const line& in, const std::string& version) {
  if (version == "3.0.0") throw std::runtime_error{"out of order"};
  return in;
}

agents::module plain(const std::string& name) {
  const auto named = [&](const char* what) { return name + "." + what + "@1"; };
  const auto* wanted = std::getenv("ODD_VERSION");
  const std::string version = wanted ? wanted : "1.0.0";
  return agents::module(name, version)
      .offers(named("echo"), [version](const line& in) { return echo(in, version); })
      .offers(named("pid"), [](const number&) { return number{::getpid()}; })
      .offers(named("segfault"), [](const number&) { return ::raise(SIGSEGV), number{}; })
      .offers(named("throw"), [](const line& in) -> line { throw std::runtime_error{in.text}; })
      .offers(named("exit"), [](const number& in) { return ::_exit(static_cast<int>(in.n)), number{}; })
      .offers(named("stop"), [](const number&) { return ::raise(SIGSTOP), number{}; })
      .offers(named("spin"),
              [](const number&, agents::call&) -> number {
                for (;;) ::usleep(1000);
              })
      .offers(named("variable"),
              [](const line& in) {
                const auto* found = std::getenv(in.text.c_str());
                return line{found ? found : "(unset)"};
              })
      .offers(named("secret"), read_file_in)
      .offers(named("fork"), leave_child)
      .offers(named("flood"), flood)
      .offers(named("charge"), [](const number& in, agents::call& c) { return c.charge(in.n, 1), in; })
      .offers(named("count"),
              [](const number& to, agents::call& c) {
                for (std::int64_t i = 0; i < to.n; ++i) c.emit(number{i});
                return to;
              })
      .offers(named("wait"), [](const number& in, agents::call& c) {
        while (!c.cancelled()) ::usleep(1000);
        return in;
      });
}

agents::module odd(const std::string& name) { return plain(name).offers(name + ".ask@1", ask_other); }

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "odd";
  return agents::worker_exit_code(agents::serve(argc > 2 ? plain(name) : odd(name)));
}
