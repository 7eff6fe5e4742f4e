// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "libagents/sandbox/cgroup.hpp"
#include "libagents/sandbox/confined_start_impl.hpp"
#include "libagents/sandbox/host.hpp"
#include "libagents/sandbox/process_tree.hpp"
#include "libagents/sandbox/spawn_impl.hpp"

namespace agents {
namespace {

/// After everything in a pid namespace was killed, the kernel needs this long at most to take it down.
constexpr int take_down_ms = 2000;
/// bubblewrap that gave up needs this long at most to end.
constexpr int patience_ms = 2000;
constexpr std::size_t reason_bytes = 400;

unexpected problem(const std::string& step, int code) {
  return {errc::io, "cannot start it: " + step + ": " + std::strerror(code)};
}

/// A shell's way to say "ended by a signal", which bubblewrap uses too.
constexpr int signal_base = 128;

}  // namespace

std::string process_ending::text() const {
  auto out = signal == 0 ? "exit code " + std::to_string(exit_code)
                         : "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  if (out_of_memory) out += "; its memory was used up (`memory` of its grants)";
  return out;
}

struct process::state {
  pid_t pid = 0;
  file_handle handle;
  file_handle input;
  file_handle output;
  file_handle errors;
  bool confined = false;
  int init = 0;  ///< of a sandbox: its process 1, by our numbers; 0 before it is known
  file_handle init_handle;
  std::optional<sandbox::cgroup> group;
  std::int64_t watched_memory = sandbox::unlimited;  ///< that no cgroup watches
};

/// Puts together what a start needs, starts, and adopts the result.
class process_starter {
 public:
  explicit process_starter(const process_image& image) : image_(image), state_(std::make_unique<process::state>()) {}

  expected<std::unique_ptr<process>> start(const sandbox::host* on) {
    if (auto ok = open_pipes(); !ok) return ok.propagate();
    if (auto ok = add_secrets(); !ok) return ok.propagate();
    if (on)
      if (auto ok = confine(*on); !ok) return ok.propagate();
    if (auto ok = run(); !ok) return ok.propagate();
    auto p = std::unique_ptr<process>{new process{std::move(state_)}};  // from here on it is reaped in any case
    if (!on) return p;
    auto init = confined_->settle();
    if (!init) return why_not(*p, init.error());
    p->state_->init = init->number;
    p->state_->init_handle = std::move(init->handle);
    return p;
  }

 private:
  expected<void> open_pipes() {
    auto& s = *state_;
    if (image_.with_input) {
      if (!pipe_to(spawn_.input, s.input, true)) return problem("pipe2", errno);
    } else {
      spawn_.input = file_handle{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    }
    if (!pipe_to(spawn_.output, s.output, false)) return problem("pipe2", errno);
    if (image_.apart_errors && !pipe_to(spawn_.errors, s.errors, false)) return problem("pipe2", errno);
    return {};
  }

  static bool pipe_to(file_handle& theirs, file_handle& ours, bool we_write) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    theirs = file_handle{ends[we_write ? 0 : 1]};
    ours = file_handle{ends[we_write ? 1 : 0]};
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    return true;
  }

  expected<void> add_secrets() {
    spawn_.environment = image_.environment;
    for (const auto& [variable, content] : image_.secrets) {
      auto f = memory_file("secret", content.data(), content.size(), true);
      if (!f.is_open()) return problem("memfd_create", errno);
      spawn_.environment.push_back(variable + "=/proc/self/fd/" + std::to_string(f.get()));
      spawn_.inherited.push_back(f.get());
      secrets_.push_back(std::move(f));
    }
    return {};
  }

  expected<void> confine(const sandbox::host& on) {
    const auto& c = *image_.confined;
    state_->confined = true;
    if (c.by.limits) {
      if (!on.cgroups.none()) {
        auto group = sandbox::cgroup::create(on.cgroups, c.may.at_most);
        if (!group) return group.propagate();
        for (const auto& e : group->entrances()) spawn_.entrances.push_back(e.get());
        state_->group = std::move(*group);
      }
      if (on.cgroups.memory.empty()) state_->watched_memory = c.may.at_most.memory_bytes;
    }
    confined_.emplace(image_, on);
    return confined_->prepare(spawn_);
  }

  expected<void> run() {
    if (!confined_) {
      spawn_.program = image_.program;
      spawn_.arguments = image_.arguments;
      spawn_.folder = image_.folder;
    }
    auto pid = spawn(spawn_);
    if (!pid) return pid.propagate();
    state_->pid = *pid;
    for (auto* theirs : {&spawn_.input, &spawn_.output, &spawn_.errors}) *theirs = file_handle{};
    if (confined_) confined_->started();
    state_->handle = file_handle{static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0))};
    if (state_->handle.is_open()) return {};
    const int code = errno;
    ::kill(-*pid, SIGKILL);
    ::waitpid(*pid, nullptr, 0);
    return problem("pidfd_open", code);
  }

  /// bubblewrap has given up, or is about to: what it printed, and how it ended.
  static unexpected why_not(process& p, const error& step) {
    wait_readable(p.handle(), patience_ms);
    const auto end = p.reap();
    const auto printed = read_rest(p.errors().is_open() ? p.errors() : p.output());
    return {step.code, "the sandbox cannot be set up: " + step.message + " (" + end.text() + ")" +
                           (printed.empty() ? "" : ": " + printed)};
  }

  static std::string read_rest(const file_handle& from) {
    std::string out(reason_bytes, '\0');
    const auto n = ::read(from.get(), out.data(), out.size());
    out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }

  const process_image& image_;
  std::unique_ptr<process::state> state_;
  spawn_order spawn_;
  std::vector<file_handle> secrets_;
  std::optional<sandbox::confined_start> confined_;
};

namespace sandbox {

expected<std::unique_ptr<process>> start_on(const host& h, const process_image& image) {
  return process_starter{image}.start(&h);
}

}  // namespace sandbox

expected<std::unique_ptr<process>> process::start(const process_image& image) {
  if (!image.confined) return process_starter{image}.start(nullptr);
  const auto here = sandbox::this_host();
  if (!here) return here.propagate();
  return process_starter{image}.start(here->get());
}

process::process(std::unique_ptr<state> s) : state_(std::move(s)) {}
process::~process() {
  if (state_->pid > 0) reap();
}

int process::number() const { return state_->pid; }
int process::handle() const { return state_->handle.get(); }
file_handle& process::input() { return state_->input; }
file_handle& process::output() { return state_->output; }
file_handle& process::errors() { return state_->errors; }

void process::terminate() {
  if (state_->pid <= 0) return;
  if (state_->init > 0)
    sandbox::signal_namespace_of(state_->init, SIGTERM);
  else
    ::kill(-state_->pid, SIGTERM);
}

void process::kill() {
  if (state_->pid <= 0) return;
  if (state_->init_handle.is_open()) ::syscall(SYS_pidfd_send_signal, state_->init_handle.get(), SIGKILL, nullptr, 0);
  ::kill(-state_->pid, SIGKILL);
}

bool process::is_watched() const { return state_->watched_memory != sandbox::unlimited; }

bool process::exceeds_memory() const {
  if (!is_watched() || state_->init <= 0) return false;
  return sandbox::memory_of_namespace(state_->init) > state_->watched_memory;
}

/// The group first: while the leader is not reaped, nobody else can get its number.
process_ending process::reap() {
  auto& s = *state_;
  kill();
  if (s.init_handle.is_open()) wait_readable(s.init_handle.get(), take_down_ms);
  int status = 0;
  ::waitpid(s.pid, &status, 0);
  s.pid = 0;
  process_ending e;
  if (WIFSIGNALED(status)) e.signal = WTERMSIG(status);
  if (WIFEXITED(status)) e.exit_code = WEXITSTATUS(status);
  if (s.confined && e.exit_code > signal_base && e.exit_code <= signal_base + 64)
    e.signal = std::exchange(e.exit_code, 0) - signal_base;
  if (s.group) {
    e.out_of_memory = s.group->out_of_memory_kills() > 0;
    e.cpu = s.group->used();  // it is removed with this object, which may take a moment
  }
  return e;
}

}  // namespace agents
