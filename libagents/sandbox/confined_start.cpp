// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "libagents/sandbox/confined_start_impl.hpp"
#include "libagents/sandbox/seccomp_filter.hpp"
#include "libagents/sandbox/shown_places.hpp"

namespace agents::sandbox {
namespace {

/// bubblewrap needs a few milliseconds until it tells its number.
constexpr int patience_ms = 10'000;

unexpected problem(const std::string& step) {
  return {errc::io, "cannot start its sandbox: " + step + ": " + std::strerror(errno)};
}

rlimit to_rlimit(std::int64_t n) {
  const auto most = n == unlimited ? RLIM_INFINITY : static_cast<rlim_t>(n);
  return {most, most};
}

std::string accounts() {
  const auto id = std::to_string(sandbox_user);
  return "root:x:0:0:root:/:/usr/sbin/nologin\nmodule:x:" + id + ":" + id + ":module:/tmp:/bin/sh\n";
}

void set_variable(std::vector<std::string>& environment, const std::string& name, const std::string& to) {
  std::erase_if(environment, [&](const std::string& v) { return v.starts_with(name + "="); });
  environment.push_back(name + "=" + to);
}

bool write_text(const std::string& file, const std::string& text) {
  const file_handle f{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
  return f.is_open() && ::write(f.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool pipe_of(file_handle& reads, file_handle& writes) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  reads = file_handle{ends[0]};
  writes = file_handle{ends[1]};
  return true;
}

/// A pipe into which one can write without a signal when nobody reads.
bool socket_pair(file_handle& reads, file_handle& writes) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  reads = file_handle{ends[0]};
  writes = file_handle{ends[1]};
  return true;
}

std::vector<std::pair<int, rlimit>> limits_of(const permissions& may, const host& h, bool own_user) {
  const auto& l = may.at_most;
  std::vector<std::pair<int, rlimit>> out{
      {RLIMIT_CORE, {0, 0}}, {RLIMIT_FSIZE, to_rlimit(l.file_bytes)}, {RLIMIT_NOFILE, to_rlimit(l.open_files)}};
  if (l.cpu > duration::zero())
    out.emplace_back(RLIMIT_CPU, to_rlimit(static_cast<std::int64_t>(std::ceil(seconds(l.cpu)))));
  if (h.cgroups.memory.empty()) out.emplace_back(RLIMIT_DATA, to_rlimit(l.memory_bytes));
  if (own_user && l.processes != unlimited) out.emplace_back(RLIMIT_NPROC, to_rlimit(l.processes));
  return out;
}

}  // namespace

expected<void> confined_start::prepare(spawn_order& out) {
  const auto& c = *image_.confined;
  const bool own_user = host_.as_root && c.by.user;
  bubblewrap_start s;
  s.as_root = host_.as_root;
  s.setpriv = host_.setpriv;
  if (!pipe_of(tells_, told_) || !socket_pair(waits_, releases_)) return problem("pipe2");
  s.info = told_.get();
  s.release = waits_.get();
  const auto pass = [&](const char* name, const std::string& content) {
    passed_.push_back(memory_file(name, content.data(), content.size(), false));
    return passed_.back().get();
  };
  s.accounts = pass("accounts", accounts());
  const bool counted = !c.by.limits || !host_.cgroups.memory.empty();
  const auto& filter = compiled_filter(counted ? memory_limit::cgroup : memory_limit::node);
  if (!filter) return filter.propagate();
  s.allowed = pass("allowed", filter->allowed);
  s.refused = pass("refused", filter->refused);
  for (const auto& f : passed_)
    if (!f.is_open()) return problem("memfd_create");
  s.covered = covered_folders(image_, host_.view);
  out.program = host_.bubblewrap;
  out.arguments = bubblewrap_arguments(image_, host_.view, s);
  out.inherited.insert(out.inherited.end(), {s.info, s.release, s.accounts, s.allowed, s.refused});
  if (c.by.limits) out.limits = limits_of(c.may, host_, own_user);
  if (own_user) out.group = sandbox_user;
  if (c.by.environment) {
    set_variable(out.environment, "HOME", "/tmp");
    set_variable(out.environment, "TMPDIR", "/tmp");
  }
  return {};
}

void confined_start::started() {
  told_ = file_handle{};
  waits_ = file_handle{};
  passed_.clear();
}

expected<sandbox_init> confined_start::settle() {
  std::string told;
  char part[256];
  while (told.find('}') == std::string::npos) {
    if (!wait_readable(tells_.get(), patience_ms))
      return unexpected{errc::unsupported, "nothing came of it within 10 s"};
    const auto n = ::read(tells_.get(), part, sizeof part);
    if (n <= 0) return unexpected{errc::unsupported, "it has ended"};
    told.append(part, static_cast<std::size_t>(n));
  }
  const auto at = told.find_first_of("0123456789");
  sandbox_init out{at == std::string::npos ? 0 : std::atoi(told.c_str() + at), {}};
  out.handle = file_handle{static_cast<int>(::syscall(SYS_pidfd_open, out.number, 0))};
  if (!out.handle.is_open()) return problem("pidfd_open");
  const auto& by = image_.confined->by;
  if (by.user && host_.as_root)
    if (auto ok = map_users(out.number); !ok) return ok.propagate();
  if (by.user && by.limits && !host_.as_root) limit_processes(out.number);
  constexpr std::string_view both = "xx";  // see `waits_for_users`
  const auto waits = static_cast<std::size_t>(by.user && host_.as_root ? 2 : 1);
  if (::send(releases_.get(), both.data(), waits, MSG_NOSIGNAL) != static_cast<ssize_t>(waits))
    return problem("letting it go on");
  return out;
}

/// Root as well, who mounts; the command is `sandbox_user`.
expected<void> confined_start::map_users(int init) const {
  const auto folder = "/proc/" + std::to_string(init) + "/";
  const auto id = std::to_string(sandbox_user);
  const auto map = "0 0 1\n" + id + " " + id + " 1\n";
  if (!write_text(folder + "uid_map", map) || !write_text(folder + "setgroups", "deny") ||
      !write_text(folder + "gid_map", map))
    return problem("writing its user map");
  return {};
}

/// In the namespace of its own, where only its own processes count. Kernels before 5.14 count those outside as well.
void confined_start::limit_processes(int init) const {
  const auto& l = image_.confined->may.at_most;
  if (l.processes == unlimited) return;
  const auto limit = to_rlimit(l.processes);
  ::prlimit(init, RLIMIT_NPROC, &limit, nullptr);
}

}  // namespace agents::sandbox
