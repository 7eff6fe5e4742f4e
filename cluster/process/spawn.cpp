// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <vector>

#include "cluster/process/spawn_impl.hpp"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

namespace agents {
namespace {

/// What the child needs between vfork and exec, made by the parent: the child must not allocate.
struct child_plan {
  const char* program = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* folder = nullptr;
  int input = -1;
  int output = -1;
  const int* inherited = nullptr;
  std::size_t inherited_count = 0;
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

/// Runs in the child, which shares the parent's memory: only system calls.
[[noreturn]] void become(child_plan& p) {
  if (::setpgid(0, 0) != 0) fail(p, "setpgid");
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(p, "prctl");
  if (::getppid() != p.parent) ::_exit(127);  // the node died meanwhile
  if (::dup2(p.input, 0) < 0 || ::dup2(p.output, 1) < 0 || ::dup2(p.output, 2) < 0) fail(p, "dup2");
  if (::syscall(SYS_close_range, 3U, UINT_MAX, CLOSE_RANGE_CLOEXEC) != 0) fail(p, "close_range");
  for (std::size_t i = 0; i < p.inherited_count; ++i) ::fcntl(p.inherited[i], F_SETFD, 0);
  if (p.folder && ::chdir(p.folder) != 0) fail(p, "chdir");
  reset_signals();
  ::execve(p.program, p.arguments, p.environment);
  fail(p, "execve");
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& t : texts) out.push_back(t.data());
  out.push_back(nullptr);
  return out;
}

/// A file in memory that holds the secret and cannot be changed.
file_handle secret_file(const std::string& content) {
  file_handle f{::memfd_create("secret", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!f.is_open() || ::write(f.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    return {};
  ::fcntl(f.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  return f;
}

unexpected problem(const std::string& step, int code) {
  return {errc::io, "cannot start it: " + step + ": " + std::strerror(code)};
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

}  // namespace

expected<spawned_process> spawn(const process_image& image) {
  auto arguments = image.arguments;
  auto environment = image.environment;
  std::vector<file_handle> files;
  std::vector<int> inherited;
  for (const auto& [variable, content] : image.secrets) {
    files.push_back(secret_file(content));
    if (!files.back().is_open()) return problem("memfd_create", errno);
    inherited.push_back(files.back().get());
    environment.push_back(variable + "=/proc/self/fd/" + std::to_string(inherited.back()));
  }
  const file_handle input{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return problem("pipe2", errno);
  spawned_process out;
  out.output = file_handle{pipe[0]};
  const file_handle printed{pipe[1]};
  ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);

  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  child_plan plan;
  plan.program = image.program.c_str();
  plan.arguments = argv.data();
  plan.environment = envp.data();
  plan.folder = image.folder.empty() ? nullptr : image.folder.c_str();
  plan.input = input.get();
  plan.output = printed.get();
  plan.inherited = inherited.data();
  plan.inherited_count = inherited.size();
  out.pid = start(plan);
  if (out.pid < 0) return problem("vfork", errno);
  if (plan.failed_step) {
    ::waitpid(out.pid, nullptr, 0);
    return problem(std::string{plan.failed_step} + " of " + image.program, plan.problem);
  }
  out.handle = file_handle{static_cast<int>(::syscall(SYS_pidfd_open, out.pid, 0))};
  if (out.handle.is_open()) return out;
  const int code = errno;
  ::kill(-out.pid, SIGKILL);
  ::waitpid(out.pid, nullptr, 0);
  return problem("pidfd_open", code);
}

}  // namespace agents
