// SPDX-License-Identifier: Apache-2.0
// What a hostile module could try. Each attack says whether it got through; nothing here does harm when it does.
#include "tests/integration/sandbox/attacks.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

namespace agents::testing {
namespace {

namespace fs = std::filesystem;

outcome refused(const std::string& step) { return {false, step + ": " + std::strerror(errno)}; }
outcome escaped(std::string what) { return {true, std::move(what)}; }
outcome judge(bool got_through, const std::string& step) { return got_through ? escaped(step) : refused(step); }

outcome read_file(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY);
  char byte = 0;
  const bool got = fd >= 0 && ::read(fd, &byte, 1) == 1;
  return judge(got, "read " + file);
}

outcome write_file(const std::string& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  return judge(fd >= 0 && ::write(fd, "x", 1) == 1, "write " + file);
}

outcome open_for_writing(const std::string& file) { return judge(::open(file.c_str(), O_WRONLY) >= 0, "open " + file); }

/// A link of the attacker's own making leads no further than the path itself.
outcome read_by_link(const std::string& file) {
  const std::string link = "/tmp/agents-link-" + std::to_string(::getpid());
  if (::symlink(file.c_str(), link.c_str()) != 0) return refused("symlink");
  auto result = read_file(link);
  ::unlink(link.c_str());
  return result;
}

/// By the roots and folders of all processes that can be seen.
outcome read_by_proc(const std::string& file) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{"/proc", ignored})
    for (const auto* part : {"/root", "/cwd"})
      if (read_file(entry.path().string() + part + file).escaped) return escaped(entry.path().string() + part);
  errno = ENOENT;
  return refused("any root or folder of /proc");
}

outcome connect_to(int family, const sockaddr* to, socklen_t length) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return judge(fd >= 0 && ::connect(fd, to, length) == 0, "connect");
}

sockaddr_in loopback(const std::string& port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return to;
}

outcome connect_tcp(const std::string& port) {
  const auto to = loopback(port);
  return connect_to(AF_INET, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

/// Escaped when the other side answers.
outcome send_udp(const std::string& port) {
  const auto to = loopback(port);
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return refused("connect");
  char byte = 'x';
  if (::send(fd, &byte, 1, 0) != 1) return refused("send");
  pollfd ready{fd, POLLIN, 0};
  ::poll(&ready, 1, 1000);
  return judge(::recv(fd, &byte, 1, MSG_DONTWAIT) == 1, "an answer by UDP");
}

outcome connect_unix(const std::string& name, bool abstract) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  name.copy(to.sun_path + (abstract ? 1 : 0), sizeof to.sun_path - 2);
  const auto length = offsetof(sockaddr_un, sun_path) + (abstract ? 1 : 0) + name.size();
  return connect_to(AF_UNIX, reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(length));
}

outcome see_process(const std::string& pid) {
  std::ifstream in{"/proc/" + pid + "/comm"};
  std::string name;
  std::getline(in, name);
  return {name.starts_with("test_sandbox"), "/proc/" + pid + " is \"" + name + "\""};
}

outcome kill_process(const std::string& pid) { return judge(::kill(std::stoi(pid), SIGKILL) == 0, "kill"); }

outcome trace_process(const std::string& pid) {
  const int target = std::stoi(pid);
  if (::ptrace(PTRACE_SEIZE, target, nullptr, nullptr) != 0) return refused("ptrace");
  ::ptrace(PTRACE_DETACH, target, nullptr, nullptr);
  return escaped("ptrace");
}

outcome trace_child(const std::string&) {
  const pid_t child = ::fork();
  if (child == 0)
    for (;;) ::pause();
  auto result = trace_process(std::to_string(child));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return result;
}

outcome read_other_memory(const std::string&) {
  char from = 'x';
  char into = 0;
  iovec local{&into, 1};
  iovec remote{&from, 1};
  return judge(::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0) == 1, "process_vm_readv");
}

/// A program with the set-user-id bit of root, that says who it is.
outcome run_setuid(const std::string& program) {
  int ends[2];
  if (::pipe(ends) != 0) return refused("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], 1);
    ::execl(program.c_str(), program.c_str(), "whoami", "", nullptr);
    ::_exit(1);
  }
  ::close(ends[1]);
  char said[16] = {};
  const auto n = ::read(ends[0], said, sizeof said - 1);
  ::waitpid(child, nullptr, 0);
  return {n > 0 && std::string{said} == "0\n", std::string{"the setuid program is user "} + said};
}

outcome become_root(const std::string&) { return judge(::setuid(0) == 0 && ::geteuid() == 0, "setuid(0)"); }

outcome in_child(const std::function<bool()>& f, const std::string& step) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(f() ? 0 : errno == 0 ? 255 : errno);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return {false, step + ": ended by signal " + std::to_string(WTERMSIG(status))};
  errno = WEXITSTATUS(status);
  return judge(errno == 0, step);
}

outcome new_user_namespace(const std::string&) {
  return in_child([] { return ::unshare(CLONE_NEWUSER) == 0; }, "unshare(CLONE_NEWUSER)");
}

outcome clone_user_namespace(const std::string&) {
  const auto child = ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) ::_exit(0);
  if (child > 0) ::waitpid(static_cast<pid_t>(child), nullptr, 0);
  return judge(child > 0, "clone(CLONE_NEWUSER)");
}

outcome mount_something(const std::string&) {
  return in_child(
      [] {
        return ::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0 &&
               ::mount("none", "/tmp", "tmpfs", 0, nullptr) == 0;
      },
      "mount");
}

outcome add_key(const std::string&) {
  return judge(::syscall(SYS_add_key, "user", "agents-test", "x", 1, -2 /* of this process */) > 0, "add_key");
}

outcome use_bpf(const std::string&) {
  bpf_attr a{};
  a.map_type = BPF_MAP_TYPE_ARRAY;
  a.key_size = a.value_size = 4;
  a.max_entries = 1;
  return judge(::syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof a) >= 0, "bpf");
}

outcome watch_performance(const std::string&) {
  perf_event_attr a{};
  a.size = sizeof a;
  a.type = PERF_TYPE_SOFTWARE;
  a.config = PERF_COUNT_SW_TASK_CLOCK;
  a.exclude_kernel = 1;
  return judge(::syscall(SYS_perf_event_open, &a, 0, -1, -1, 0UL) >= 0, "perf_event_open");
}

/// Not a module; but whoever may load one is told so only after it was looked at.
outcome load_module(const std::string&) {
  const auto n = ::syscall(SYS_init_module, "nonsense", 8UL, "");
  return judge(n == 0 || (errno != EPERM && errno != ENOSYS), "init_module");
}

outcome push_character(unsigned long command) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) return refused("a terminal");
  const std::string name = ::ptsname(master);
  return in_child(
      [&] {
        ::setsid();
        const int terminal = ::open(name.c_str(), O_RDWR);
        char c = '\n';
        errno = 0;
        // EIO: the kernel itself has switched it off, after the filter had let it pass
        return terminal >= 0 && (::syscall(SYS_ioctl, terminal, command, &c) == 0 || errno == EIO);
      },
      "TIOCSTI");
}

outcome open_socket(int family, int type, int protocol) {
  return judge(::socket(family, type, protocol) >= 0, "socket of family " + std::to_string(family));
}

/// Refused before the kernel has looked whether it knows the family; outside it says that it does, and no pairs of it.
outcome open_pair(const std::string& family) {
  int ends[2];
  const bool seen = ::socketpair(std::stoi(family), SOCK_STREAM, 0, ends) == 0 || errno == EOPNOTSUPP;
  return judge(seen, "socketpair of family " + family);
}

outcome use_io_uring(const std::string&) {
  std::array<char, 256> parameters{};
  const auto fd = ::syscall(425 /* io_uring_setup */, 1, parameters.data());
  return judge(fd >= 0, "io_uring_setup");
}

outcome use_userfaultfd(const std::string&) {
  return judge(::syscall(SYS_userfaultfd, 1 /* user mode only */) >= 0, "userfaultfd");
}

/// The kernel's 32 bit entry, whose numbers mean other calls: 20 is getpid there.
outcome use_other_instruction_set(const std::string&) {
#if defined(__x86_64__)
  return in_child(
      [] {
        long result = 20;
        asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
        return result > 0;
      },
      "int 0x80");
#else
  return {false, "not on this machine"};
#endif
}

outcome attach_shared_memory(const std::string& id) {
  return judge(::shmat(std::stoi(id), nullptr, SHM_RDONLY) != reinterpret_cast<void*>(-1), "shmat");
}

outcome open_devices(const std::string&) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{"/dev", ignored}) {
    struct stat s {};
    if (::stat(entry.path().c_str(), &s) == 0 && S_ISBLK(s.st_mode) && ::open(entry.path().c_str(), O_RDONLY) >= 0)
      return escaped("open " + entry.path().string());
  }
  errno = ENOENT;
  return refused("a block device");
}

outcome make_device(const std::string&) {
  const std::string file = "/tmp/agents-device-" + std::to_string(::getpid());
  const bool got = ::mknod(file.c_str(), S_IFBLK | 0666, makedev(7, 250)) == 0 && ::open(file.c_str(), O_RDONLY) >= 0;
  auto result = judge(got || errno == ENXIO, "mknod");
  ::unlink(file.c_str());
  return result;
}

/// Files that were open in the one who started this. The process has no secrets, and so none of its own.
outcome use_inherited(const std::string&) {
  struct stat s {};
  for (int fd = 3; fd < 1024; ++fd)
    if (::fstat(fd, &s) == 0) return escaped("descriptor " + std::to_string(fd));
  errno = EBADF;
  return refused("every descriptor from 3 on");
}

/// Makes a file of this mode in the way `how` says.
bool make_file(const std::string& how, const std::string& file, mode_t mode) {
  const auto folder = fs::path{file}.parent_path().string();
  if (how == "creat") return ::creat(file.c_str(), mode) >= 0;
  if (how == "open") return ::syscall(SYS_open, file.c_str(), O_WRONLY | O_CREAT, mode) >= 0;
  if (how == "openat") return ::openat(AT_FDCWD, file.c_str(), O_WRONLY | O_CREAT, mode) >= 0;
  if (how == "mknod") return ::syscall(SYS_mknod, file.c_str(), S_IFREG | mode, 0) == 0;
  if (how == "mknodat") return ::syscall(SYS_mknodat, AT_FDCWD, file.c_str(), S_IFREG | mode, 0) == 0;
  if (how == "tmpfile") {
    const int fd = ::open(folder.c_str(), O_TMPFILE | O_WRONLY, mode);
    const auto named = "/proc/self/fd/" + std::to_string(fd);
    return fd >= 0 && ::linkat(AT_FDCWD, named.c_str(), AT_FDCWD, file.c_str(), AT_SYMLINK_FOLLOW) == 0;
  }
  if (how == "openat2") {
    std::array<std::uint64_t, 3> what{O_WRONLY | O_CREAT, mode, 0};
    return ::syscall(437 /* openat2 */, AT_FDCWD, file.c_str(), what.data(), sizeof what) >= 0;
  }
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT, 0700);
  if (how == "chmod") return ::syscall(SYS_chmod, file.c_str(), mode) == 0;
  if (how == "fchmod") return ::fchmod(fd, mode) == 0;
  if (how == "fchmodat") return ::syscall(SYS_fchmodat, AT_FDCWD, file.c_str(), mode) == 0;
  if (how == "fchmodat2") return ::syscall(452 /* fchmodat2 */, AT_FDCWD, file.c_str(), mode, 0) == 0;
  return false;
}

/// "HOW BIT [FOLDER]": a program with this bit, that anybody may run as the one who has left it there.
outcome make_set_id(const std::string& wanted) {
  const auto space = wanted.find(' ');
  const auto how = wanted.substr(0, space);
  const auto bit = static_cast<mode_t>(std::stoul(wanted.substr(space + 1), nullptr, 8));
  const auto last = wanted.find(' ', space + 1);
  const auto folder = last == std::string::npos ? std::string{"/tmp"} : wanted.substr(last + 1);
  const auto file = folder + "/agents-set-id-" + std::to_string(::getpid());
  ::umask(0);
  struct stat s {};
  const bool made = make_file(how, file, bit | 0755);
  const int problem = errno;
  const bool has = ::stat(file.c_str(), &s) == 0 && (s.st_mode & bit) != 0;
  ::unlink(file.c_str());
  errno = problem;
  return judge(made && has, wanted);
}

// --- Taking more than is given ---

outcome fork_many(const std::string& wanted) {
  std::vector<pid_t> children;
  int problem = 0;
  while (problem == 0 && static_cast<int>(children.size()) < std::stoi(wanted)) {
    const pid_t child = ::fork();
    if (child == 0)
      for (;;) ::pause();
    if (child < 0) problem = errno;
    if (child > 0) children.push_back(child);
  }
  for (const auto child : children) ::kill(child, SIGKILL);
  for (const auto child : children) ::waitpid(child, nullptr, 0);
  errno = problem;
  return judge(problem == 0, "fork number " + std::to_string(children.size() + 1));
}

outcome fork_for_ever(const std::string&) {
  for (;;) (void)!::fork();
}

outcome use_memory(const std::string& megabytes) {
  constexpr std::size_t step = 1 << 20;
  for (int i = 0; i < std::stoi(megabytes); ++i) {
    void* p = ::mmap(nullptr, step, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return refused("memory after " + std::to_string(i) + " MB");
    std::memset(p, 1, step);
  }
  return escaped(megabytes + " MB of memory");
}

/// The process itself has next to nothing: it shares it with nobody. Stays a while, as whoever looks at it does so now
/// and then.
outcome stay(const std::string& megabytes, const std::string& kind) {
  ::poll(nullptr, 0, 3000);
  return escaped(megabytes + " MB of " + kind);
}

outcome share_memory(const std::string& megabytes) {
  const auto size = static_cast<std::size_t>(std::stoi(megabytes)) << 20;
  void* p = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return refused("shared memory");
  std::memset(p, 1, size);
  return stay(megabytes, "shared memory");
}

/// Files in memory that nobody has mapped.
outcome fill_memory_files(const std::string& megabytes) {
  const std::string content(1 << 20, 'x');
  for (int i = 0; i < std::stoi(megabytes);) {
    const int fd = ::memfd_create("agents", 0);
    if (fd < 0) return refused("memfd_create after " + std::to_string(i) + " MB");
    for (int part = 0; part < 4; ++part, ++i)
      if (::write(fd, content.data(), content.size()) != static_cast<ssize_t>(content.size())) return refused("write");
  }
  return stay(megabytes, "files in memory");
}

/// Segments that nobody has attached any more.
outcome fill_segments(const std::string& megabytes) {
  for (int i = 0; i < std::stoi(megabytes); i += 4) {
    const int id = ::shmget(IPC_PRIVATE, 4 << 20, IPC_CREAT | 0600);
    if (id < 0) return refused("shmget after " + std::to_string(i) + " MB");
    void* p = ::shmat(id, nullptr, 0);
    std::memset(p, 1, 4 << 20);
    ::shmdt(p);
  }
  return stay(megabytes, "segments");
}

/// Writes until it may not, in files of at most 1 MB, then removes them.
outcome fill_folder(const std::string& folder, int megabytes) {
  const std::string content(1 << 20, 'x');
  std::vector<std::string> files;
  int problem = 0;
  while (problem == 0 && static_cast<int>(files.size()) < megabytes) {
    files.push_back(folder + "/agents-fill-" + std::to_string(::getpid()) + "-" + std::to_string(files.size()));
    const int fd = ::open(files.back().c_str(), O_WRONLY | O_CREAT, 0600);
    errno = fd < 0 ? errno : ENOSPC;
    if (fd < 0 || ::write(fd, content.data(), content.size()) != static_cast<ssize_t>(content.size())) problem = errno;
    ::close(fd);
  }
  for (const auto& f : files) ::unlink(f.c_str());
  errno = problem;
  return judge(problem == 0, "megabyte " + std::to_string(files.size()) + " in " + folder);
}

outcome fill_disk(const std::string& megabytes) {
  std::string tried;
  for (const auto* folder :
       {"/tmp", "/dev/shm", "/", "/dev", "/etc", "/usr", "/var/tmp", "/run", "/home", "/proc", "."}) {
    auto o = fill_folder(folder, std::stoi(megabytes));
    if (o.escaped) return o;
    tried += o.what + "; ";
  }
  return {false, tried};
}

outcome write_long_file(const std::string& megabytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  const std::string file = "/tmp/agents-long-" + std::to_string(::getpid());
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT, 0600);
  const bool got = ::pwrite(fd, "x", 1, static_cast<off_t>(std::stoi(megabytes)) << 20) == 1;
  const int problem = errno;
  ::unlink(file.c_str());
  errno = problem;
  return judge(got, "a long file");
}

outcome open_many(const std::string& wanted) {
  for (int i = 0; i < std::stoi(wanted); ++i)
    if (::open("/dev/null", O_RDONLY) < 0) return refused("file " + std::to_string(i));
  return escaped("many files");
}

outcome compute(const std::string& wanted_seconds) {
  const auto begin = ::clock();
  while ((::clock() - begin) / CLOCKS_PER_SEC < std::stoi(wanted_seconds)) continue;
  return escaped("computed long");
}

outcome print_for_ever(const std::string&) {
  const std::string line(4000, 'x');
  for (;;) (void)!::write(2, (line + "\n").data(), line.size() + 1);
}

/// A child in a session of its own, that lives for ever; its number is of no use outside a pid namespace.
outcome leave_child(const std::string&) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    if (::fork() == 0)
      for (;;) ::pause();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  return escaped("left a child");
}

using attack_function = std::function<outcome(const std::string&)>;

const std::map<std::string, attack_function>& attacks() {
  static const std::map<std::string, attack_function> table{
      {"read", read_file},
      {"write", write_file},
      {"open_for_writing", open_for_writing},
      {"read_by_link", read_by_link},
      {"read_by_proc", read_by_proc},
      {"connect_tcp", connect_tcp},
      {"send_udp", send_udp},
      {"connect_abstract", [](const std::string& name) { return connect_unix(name, true); }},
      {"connect_socket", [](const std::string& name) { return connect_unix(name, false); }},
      {"see_process", see_process},
      {"kill_process", kill_process},
      {"trace_process", trace_process},
      {"trace_child", trace_child},
      {"read_other_memory", read_other_memory},
      {"run_setuid", run_setuid},
      {"become_root", become_root},
      {"new_user_namespace", new_user_namespace},
      {"clone_user_namespace", clone_user_namespace},
      {"mount", mount_something},
      {"add_key", add_key},
      {"bpf", use_bpf},
      {"perf_event", watch_performance},
      {"load_module", load_module},
      {"push_character", [](const std::string&) { return push_character(TIOCSTI); }},
      {"push_character_64", [](const std::string&) { return push_character(TIOCSTI | 1UL << 32); }},
      {"netfilter_socket", [](const std::string&) { return open_socket(AF_NETLINK, SOCK_RAW, 12); }},
      {"crypto_socket", [](const std::string&) { return open_socket(AF_ALG, SOCK_SEQPACKET, 0); }},
      {"socketpair", open_pair},
      {"make_set_id", make_set_id},
      {"share_memory", share_memory},
      {"fill_memory_files", fill_memory_files},
      {"fill_segments", fill_segments},
      {"io_uring", use_io_uring},
      {"userfaultfd", use_userfaultfd},
      {"other_instruction_set", use_other_instruction_set},
      {"shared_memory", attach_shared_memory},
      {"open_devices", open_devices},
      {"make_device", make_device},
      {"use_inherited", use_inherited},
      {"fork_many", fork_many},
      {"fork_for_ever", fork_for_ever},
      {"use_memory", use_memory},
      {"fill_disk", fill_disk},
      {"write_long_file", write_long_file},
      {"open_many", open_many},
      {"compute", compute},
      {"print_for_ever", print_for_ever},
      {"leave_child", leave_child}};
  return table;
}

}  // namespace

outcome attack(const std::string& name, const std::string& argument) {
  const auto found = attacks().find(name);
  if (found == attacks().end()) return {true, "there is no attack " + name};  // escaped: no test may pass by a typo
  errno = 0;
  return found->second(argument);
}

}  // namespace agents::testing
