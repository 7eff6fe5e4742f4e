// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/seccomp_filter.hpp"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "libagents/sandbox/file_handle.hpp"

namespace agents::sandbox {
namespace {

/// What programs need that compute, use files, threads, children, timers and sockets. Names that a machine does not
/// have are skipped.
constexpr std::string_view harmless[] = {
    // files
    "access", "chdir", "chmod", "chown", "close", "close_range", "copy_file_range", "creat", "dup", "dup2", "dup3",
    "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat", "fchmodat2", "fchown",
    "fchownat", "fcntl", "fdatasync", "fgetxattr", "flistxattr", "flock", "fremovexattr", "fsetxattr", "fstat",
    "fstatfs", "fsync", "ftruncate", "futimesat", "getcwd", "getdents", "getdents64", "getxattr", "lchown", "lgetxattr",
    "link", "linkat", "listxattr", "llistxattr", "lremovexattr", "lseek", "lsetxattr", "lstat", "mkdir", "mkdirat",
    "mknod", "mknodat", "newfstatat", "open", "openat", "pread64", "preadv", "preadv2", "pwrite64", "pwritev",
    "pwritev2", "read", "readahead", "readlink", "readlinkat", "readv", "removexattr", "rename", "renameat",
    "renameat2", "rmdir", "sendfile", "setxattr", "splice", "stat", "statfs", "statx", "symlink", "symlinkat", "sync",
    "sync_file_range", "syncfs", "tee", "truncate", "umask", "unlink", "unlinkat", "utime", "utimensat", "utimes",
    "vmsplice", "write", "writev", "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch",
    "memfd_create", "ioctl",
    // memory
    "brk", "madvise", "membarrier", "mincore", "mlock", "mlock2", "mlockall", "mmap", "mprotect", "mremap", "msync",
    "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect", "mseal", "map_shadow_stack",
    "get_mempolicy", "mbind", "set_mempolicy", "cachestat",
    // processes and threads
    "arch_prctl", "capget", "capset", "execve", "execveat", "exit", "exit_group", "fork", "futex", "futex_waitv",
    "futex_wake", "futex_wait", "futex_requeue", "get_robust_list", "getcpu", "getegid", "geteuid", "getgid",
    "getgroups", "getpgid", "getpgrp", "getpid", "getppid", "getpriority", "getresgid", "getresuid", "getrlimit",
    "getrusage", "getsid", "gettid", "getuid", "kill", "pidfd_open", "pidfd_send_signal", "prctl", "prlimit64", "rseq",
    "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam",
    "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity", "sched_setattr", "sched_setparam",
    "sched_setscheduler", "sched_yield", "set_robust_list", "set_tid_address", "setfsgid", "setfsuid", "setgid",
    "setgroups", "setpgid", "setpriority", "setregid", "setresgid", "setresuid", "setreuid", "setrlimit", "setsid",
    "setuid", "tgkill", "times", "tkill", "uname", "vfork", "wait4", "waitid", "waitpid", "sysinfo", "seccomp",
    "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "ioprio_get", "ioprio_set", "getrandom",
    // signals and time
    "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday", "nanosleep", "pause",
    "restart_syscall", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn",
    "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "setitimer", "sigaltstack", "signalfd", "signalfd4",
    "time", "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create",
    "timerfd_gettime", "timerfd_settime",
    // events, pipes and sockets
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "epoll_wait_old", "eventfd", "eventfd2", "pipe", "pipe2", "poll", "ppoll", "pselect6", "select", "_newselect",
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recv", "recvfrom",
    "recvmmsg", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "io_cancel", "io_destroy",
    "io_getevents", "io_pgetevents", "io_setup", "io_submit",
    // System V and POSIX IPC, in a namespace of their own
    "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink", "msgctl", "msgget",
    "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat", "shmctl", "shmdt", "shmget"};

/// Known, and never allowed: EPERM says so. What is in neither list is ENOSYS, so that newer C libraries fall back.
constexpr std::string_view forbidden[] = {"acct",
                                          "add_key",
                                          "adjtimex",
                                          "bpf",
                                          "chroot",
                                          "clock_adjtime",
                                          "clock_settime",
                                          "delete_module",
                                          "fanotify_init",
                                          "fsconfig",
                                          "fsmount",
                                          "fsopen",
                                          "fspick",
                                          "finit_module",
                                          "init_module",
                                          "ioperm",
                                          "iopl",
                                          "kcmp",
                                          "kexec_file_load",
                                          "kexec_load",
                                          "keyctl",
                                          "lookup_dcookie",
                                          "migrate_pages",
                                          "mount",
                                          "mount_setattr",
                                          "move_mount",
                                          "move_pages",
                                          "name_to_handle_at",
                                          "nfsservctl",
                                          "open_by_handle_at",
                                          "open_tree",
                                          "perf_event_open",
                                          "pidfd_getfd",
                                          "pivot_root",
                                          "process_madvise",
                                          "process_mrelease",
                                          "process_vm_readv",
                                          "process_vm_writev",
                                          "ptrace",
                                          "quotactl",
                                          "quotactl_fd",
                                          "reboot",
                                          "request_key",
                                          "setdomainname",
                                          "sethostname",
                                          "setns",
                                          "settimeofday",
                                          "swapoff",
                                          "swapon",
                                          "syslog",
                                          "umount",
                                          "umount2",
                                          "unshare",
                                          "uselib",
                                          "userfaultfd",
                                          "vhangup"};

constexpr std::uint64_t new_namespaces = 0x00000080 /* time */ | 0x00020000 /* mount */ | 0x02000000 /* cgroup */ |
                                         0x04000000 /* uts */ | 0x08000000 /* ipc */ | 0x10000000 /* user */ |
                                         0x20000000 /* pid */ | 0x40000000 /* net */;
/// The kernel looks at the lower half of these arguments only.
constexpr std::uint64_t lower_half = 0xFFFFFFFF;
constexpr std::uint64_t push_character = 0x5412;   // TIOCSTI
constexpr std::uint64_t console_control = 0x541C;  // TIOCLINUX
constexpr std::uint64_t set_id_bits[] = {04000, 02000};
constexpr std::uint64_t creating_flags[] = {O_CREAT, 020000000 /* of O_TMPFILE, without O_DIRECTORY */};
/// Memory that belongs to no process, and so is not seen when those are added up. Python and Node.js do without.
constexpr std::string_view uncounted[] = {"memfd_create", "shmget", "msgget", "semget"};
constexpr std::uint64_t harmless_personalities[] = {0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF};

/// A filter under construction; the first failure stays.
class builder {
 public:
  explicit builder(std::uint32_t otherwise) : context_(seccomp_init(otherwise), seccomp_release) {
    if (!context_) problem_ = -ENOMEM;
    note(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 0));  // bubblewrap sets it
    note(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
  }

  void add(std::uint32_t action, std::string_view call, std::vector<scmp_arg_cmp> when = {}) {
    const int number = seccomp_syscall_resolve_name(std::string{call}.c_str());
    if (number == __NR_SCMP_ERROR || number < 0) return;  // not of this machine, or of this libseccomp
    note(seccomp_rule_add_array(context_.get(), action, number, static_cast<unsigned>(when.size()), when.data()));
  }

  expected<std::string> bytes() {
    const auto file = memory_file("seccomp", "", 0, false);
    note(file.is_open() ? seccomp_export_bpf(context_.get(), file.get()) : -errno);
    if (problem_ != 0)
      return unexpected{errc::internal, std::string{"libseccomp cannot build the filter: "} + std::strerror(-problem_)};
    std::string out(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
    if (::pread(file.get(), out.data(), out.size(), 0) != static_cast<ssize_t>(out.size()))
      return unexpected{errc::internal, "the filter cannot be read back"};
    return out;
  }

 private:
  void note(int result) {
    if (problem_ == 0 && result < 0) problem_ = result;
  }
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  int problem_ = 0;
};

scmp_arg_cmp argument_is(unsigned which, std::uint64_t what) { return {which, SCMP_CMP_MASKED_EQ, lower_half, what}; }

scmp_arg_cmp has_bits(unsigned which, std::uint64_t bits) { return {which, SCMP_CMP_MASKED_EQ, bits, bits}; }

expected<std::string> allowing() {
  builder b{SCMP_ACT_ERRNO(ENOSYS)};
  for (const auto call : harmless) b.add(SCMP_ACT_ALLOW, call);
  for (const auto call : forbidden) b.add(SCMP_ACT_ERRNO(EPERM), call);
  b.add(SCMP_ACT_ALLOW, "clone", {{0, SCMP_CMP_MASKED_EQ, new_namespaces, 0}});
  for (const auto family : {AF_UNIX, AF_INET, AF_INET6})
    b.add(SCMP_ACT_ALLOW, "socket", {argument_is(0, static_cast<std::uint64_t>(family))});
  b.add(SCMP_ACT_ALLOW, "socket", {argument_is(0, AF_NETLINK), argument_is(2, 0 /* NETLINK_ROUTE */)});
  b.add(SCMP_ACT_ALLOW, "socketpair", {argument_is(0, AF_UNIX)});
  for (const auto p : harmless_personalities) b.add(SCMP_ACT_ALLOW, "personality", {argument_is(0, p)});
  return b.bytes();
}

/// Files that are someone else's program for whoever runs them: left in a writable grant they would outlive the
/// sandbox. `openat2` has its mode in memory, where no filter can look: it is in no list.
void refuse_set_id(builder& b) {
  struct with_mode {
    std::string_view call;
    unsigned mode;
  };
  constexpr with_mode changes[] = {{"chmod", 1}, {"fchmod", 1}, {"fchmodat", 2}, {"fchmodat2", 2},
                                   {"creat", 1}, {"mknod", 1},  {"mknodat", 2}};
  constexpr with_mode opens[] = {{"open", 2}, {"openat", 3}};
  for (const auto bit : set_id_bits) {
    for (const auto& c : changes) b.add(SCMP_ACT_ERRNO(EPERM), c.call, {has_bits(c.mode, bit)});
    for (const auto& c : opens)  // what the argument is when nothing is created, nobody says
      for (const auto creating : creating_flags)
        b.add(SCMP_ACT_ERRNO(EPERM), c.call, {has_bits(c.mode - 1, creating), has_bits(c.mode, bit)});
  }
}

expected<std::string> refusing(memory_limit by) {
  builder b{SCMP_ACT_ALLOW};
  refuse_set_id(b);
  if (by == memory_limit::node)
    for (const auto call : uncounted) b.add(SCMP_ACT_ERRNO(EPERM), call);
  for (const auto command : {push_character, console_control})
    b.add(SCMP_ACT_ERRNO(EPERM), "ioctl", {argument_is(1, command)});
  b.add(SCMP_ACT_ERRNO(EPERM), "clone", {{0, SCMP_CMP_MASKED_EQ, 0x10000000, 0x10000000}});  // new user namespace
  return b.bytes();
}

expected<seccomp_filter> compile(memory_limit by) {
  auto allowed = allowing();
  if (!allowed) return allowed.propagate();
  auto refused = refusing(by);
  if (!refused) return refused.propagate();
  return seccomp_filter{std::move(*allowed), std::move(*refused)};
}

}  // namespace

const expected<seccomp_filter>& compiled_filter(memory_limit by) {
  static const auto with_cgroup = compile(memory_limit::cgroup);
  static const auto without = compile(memory_limit::node);
  return by == memory_limit::cgroup ? with_cgroup : without;
}

}  // namespace agents::sandbox
