// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace agents::licence {
namespace {

constexpr auto time_limit = std::chrono::seconds{10};
constexpr std::size_t output_limit_bytes = 8u << 20;

/// A pipe whose ends close by themselves.
struct pipe_pair {
  std::array<int, 2> ends{-1, -1};
  pipe_pair() = default;
  pipe_pair(const pipe_pair&) = delete;
  pipe_pair& operator=(const pipe_pair&) = delete;
  ~pipe_pair() {
    close_end(0);
    close_end(1);
  }
  [[nodiscard]] bool open() { return ::pipe2(ends.data(), O_CLOEXEC) == 0; }
  void close_end(std::size_t which) {
    if (ends[which] >= 0) ::close(ends[which]);
    ends[which] = -1;
  }
};

std::string reason() { return std::strerror(errno); }

expected<pid_t> spawn(const std::vector<std::string>& arguments, int output) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::array<char*, 3> environment{const_cast<char*>("PATH=/usr/bin:/bin"), const_cast<char*>("LC_ALL=C"), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, 1);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  errno = ::posix_spawn(&pid, arguments.front().c_str(), &actions, nullptr, argv.data(), environment.data());
  const bool failed = errno != 0;
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed) return unexpected{errc::io, "cannot start " + arguments.front() + ": " + reason()};
  return pid;
}

int milliseconds_left(std::chrono::steady_clock::time_point deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return static_cast<int>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(left).count()));
}

/// Reads to the end of the pipe; false and an error code when a limit is reached.
expected<std::string> drain(int input, const std::string& name) {
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  std::string out;
  std::array<char, 65536> buffer;
  while (true) {
    pollfd ready{input, POLLIN, 0};
    const int events = ::poll(&ready, 1, milliseconds_left(deadline));
    if (events < 0 && errno == EINTR) continue;
    if (events <= 0) return unexpected{errc::deadline, name + " did not finish within 10 s"};
    const auto count = ::read(input, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected{errc::io, "cannot read the output of " + name + ": " + reason()};
    if (count == 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(count));
    if (out.size() > output_limit_bytes) return unexpected{errc::unsupported, name + " printed more than 8 MiB"};
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

expected<std::string> run_command(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return unexpected{errc::bad_input, "no program to run"};
  pipe_pair output;
  if (!output.open()) return unexpected{errc::io, "cannot open a pipe: " + reason()};
  const auto pid = spawn(arguments, output.ends[1]);
  if (!pid) return pid.propagate();
  output.close_end(1);
  auto text = drain(output.ends[0], arguments.front());
  if (!text) ::kill(*pid, SIGKILL);
  const int status = wait_for(*pid);
  if (text && text->empty() && status != 0)
    return unexpected{errc::not_found, arguments.front() + " found nothing and failed"};
  return text;
}

}  // namespace agents::licence
