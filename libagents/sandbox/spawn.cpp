// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <vector>

#include "libagents/core/open_files.hpp"
#include "libagents/sandbox/spawn_impl.hpp"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

namespace agents {
namespace {

/// What the child needs, made by the parent: the child must not allocate.
struct child_plan {
  const spawn_order& what;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  int errors = -1;
  pid_t parent = 0;
  const char* volatile failed_step = nullptr;
  volatile int problem = 0;
};

[[noreturn]] void fail(child_plan& p, const char* step) {
  p.problem = errno;
  p.failed_step = step;
  ::_exit(127);
}

void reset_signals() {
  for (int s = 1; s < NSIG; ++s) ::signal(s, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// By system calls of its own: the C library would change the user of all threads of the parent.
void take_group(child_plan& p) {
  const auto g = p.what.group;
  if (::syscall(SYS_setgroups, 0, nullptr) != 0) fail(p, "setgroups");
  if (::syscall(SYS_setresgid, g, g, g) != 0) fail(p, "setresgid");
}

/// Runs in the child, which shares the parent's memory: only system calls.
[[noreturn]] void become(child_plan& p) {
  const auto& what = p.what;
  if (::setpgid(0, 0) != 0) fail(p, "setpgid");
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(p, "prctl");
  if (::getppid() != p.parent) ::_exit(127);  // the node died meanwhile
  for (const int entrance : what.entrances)
    if (::write(entrance, "0", 1) != 1) fail(p, "entering its cgroup");
  if (::dup2(what.input.get(), 0) < 0 || ::dup2(what.output.get(), 1) < 0 || ::dup2(p.errors, 2) < 0) fail(p, "dup2");
  if (::syscall(SYS_close_range, 3U, UINT_MAX, CLOSE_RANGE_CLOEXEC) != 0) fail(p, "close_range");
  for (const int kept : what.inherited) ::fcntl(kept, F_SETFD, 0);
  if (!what.folder.empty() && ::chdir(what.folder.c_str()) != 0) fail(p, "chdir");
  for (const auto& [kind, limit] : what.limits)
    if (::prlimit(0, static_cast<__rlimit_resource>(kind), &limit, nullptr) != 0) fail(p, "prlimit");
  if (what.group >= 0) take_group(p);
  reset_signals();
  ::execve(what.program.c_str(), p.arguments, p.environment);
  fail(p, "execve");
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& t : texts) out.push_back(t.data());
  out.push_back(nullptr);
  return out;
}

/// vfork, because copying the page tables of a node with gigabytes of models stops it for many milliseconds.
pid_t start(child_plan& plan) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  plan.parent = ::getpid();
  const pid_t pid = ::vfork();
  if (pid == 0) become(plan);
  const int problem = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = problem;
  return pid;
}

unexpected problem(const std::string& step, int code) {
  return {errc::io, "cannot start it: " + step + ": " + std::strerror(code)};
}

}  // namespace

expected<pid_t> spawn(spawn_order& what) {
  if (const auto files = open_file_limits_of_children())  // first: what is asked for comes after it, and holds
    what.limits.insert(what.limits.begin(), {RLIMIT_NOFILE, {files->soft, files->hard}});
  const auto argv = pointers(what.arguments);
  const auto envp = pointers(what.environment);
  child_plan plan{what, argv.data(), envp.data(), what.errors.is_open() ? what.errors.get() : what.output.get()};
  const pid_t pid = start(plan);
  if (pid < 0) return problem("vfork", errno);
  if (!plan.failed_step) return pid;
  ::waitpid(pid, nullptr, 0);
  return problem(std::string{plan.failed_step} + " of " + what.program, plan.problem);
}

bool wait_readable(int fd, int timeout_ms) {
  pollfd f{fd, POLLIN, 0};
  int n = 0;
  do n = ::poll(&f, 1, timeout_ms);
  while (n < 0 && errno == EINTR);
  return n > 0;
}

}  // namespace agents
