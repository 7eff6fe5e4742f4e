// SPDX-License-Identifier: Apache-2.0
// Attacks on the sandbox, one process each: outside it they work, inside they do not, and with one protection taken
// away they work again, so that none of these tests passes for another reason.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include "libagents/sandbox/confined_start_impl.hpp"
#include "libagents/sandbox/host.hpp"
#include "libagents/sandbox/process.hpp"
#include "libagents/sandbox/spawn_impl.hpp"
#include "tests/catch.hpp"

using namespace agents;
using sandbox::protections;

namespace fs = std::filesystem;

namespace {

/// What the attacks aim at: files, sockets, a process, shared memory. Everybody may use them, if they can be reached.
class targets {
 public:
  targets() {
    auto pattern = (fs::temp_directory_path() / "agents-target-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::chmod(folder_.c_str(), 0777);
    fs::create_directory(folder_ / "module");
    ::chmod((folder_ / "module").c_str(), 0777);
    std::ofstream{folder_ / "secret"} << "secret";
    std::ofstream{folder_ / "victim"} << "victim";
    ::chmod((folder_ / "victim").c_str(), 0666);
    fs::create_symlink(folder_ / "secret", folder_ / "module" / "link");
    const auto program = fs::read_symlink("/proc/self/exe").parent_path() / "test_sandbox_attacker";
    fs::copy_file(program, folder_ / "module" / "attacker");
    fs::copy_file(program, folder_ / "module" / "setuid");
    ::chmod((folder_ / "module" / "setuid").c_str(), 04755);
    listen_all();
    start_victim();
    shared_ = ::shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
    answering_ = std::thread{[this] { answer(); }};
  }
  ~targets() {
    ending_ = true;
    answering_.join();
    end_victim();
    ::shmctl(shared_, IPC_RMID, nullptr);
    for (const int fd : {tcp_, udp_, abstract_, named_}) ::close(fd);
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  targets(const targets&) = delete;
  targets& operator=(const targets&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] static std::string port_of(int fd) {
    sockaddr_in at{};
    socklen_t length = sizeof at;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &length);
    return std::to_string(ntohs(at.sin_port));
  }
  [[nodiscard]] std::string tcp() const { return port_of(tcp_); }
  [[nodiscard]] std::string udp() const { return port_of(udp_); }
  [[nodiscard]] std::string abstract() const { return "agents-test-" + std::to_string(::getpid()); }
  [[nodiscard]] std::string victim() {
    end_victim();  // the last attack may have killed it, or be about to
    start_victim();
    return std::to_string(victim_);
  }
  [[nodiscard]] std::string shared() const { return std::to_string(shared_); }

 private:
  int listening(int family, int type, const sockaddr* at, socklen_t length) {
    const int fd = ::socket(family, type | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(fd, at, length) == 0);
    if (type == SOCK_STREAM) REQUIRE(::listen(fd, 100) == 0);
    return fd;
  }
  void listen_all() {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    tcp_ = listening(AF_INET, SOCK_STREAM, reinterpret_cast<sockaddr*>(&any), sizeof any);
    udp_ = listening(AF_INET, SOCK_DGRAM, reinterpret_cast<sockaddr*>(&any), sizeof any);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path("socket").copy(at.sun_path, sizeof at.sun_path - 1);
    named_ = listening(AF_UNIX, SOCK_STREAM, reinterpret_cast<sockaddr*>(&at), sizeof at);
    ::chmod(at.sun_path, 0777);
    at.sun_path[0] = '\0';
    abstract().copy(at.sun_path + 1, sizeof at.sun_path - 2);
    abstract_ = listening(AF_UNIX, SOCK_STREAM, reinterpret_cast<sockaddr*>(&at),
                          static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + abstract().size()));
  }
  void end_victim() const {
    ::kill(victim_, SIGKILL);
    ::waitpid(victim_, nullptr, 0);
  }
  void start_victim() {
    char program[] = "/bin/sleep";
    char time[] = "1000";
    char* arguments[] = {program, time, nullptr};
    REQUIRE(::posix_spawn(&victim_, program, nullptr, nullptr, arguments, environ) == 0);
  }
  /// Gives datagrams back.
  void answer() {
    while (!ending_) {
      if (!wait_readable(udp_, 20)) continue;
      char byte = 0;
      sockaddr_in from{};
      socklen_t length = sizeof from;
      if (::recvfrom(udp_, &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &length) == 1)
        ::sendto(udp_, &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), length);
    }
  }

  fs::path folder_;
  int tcp_ = -1;
  int udp_ = -1;
  int abstract_ = -1;
  int named_ = -1;
  pid_t victim_ = 0;
  int shared_ = -1;
  std::atomic<bool> ending_{false};
  std::thread answering_;
};

/// Who may do it outside, and so show that the attack works there.
enum class control : std::uint8_t { anybody, root, nobody };

struct attack_case {
  std::string name;
  std::function<std::string(targets&)> argument;
  control outside = control::anybody;
  /// Taking away these protections must let it through. Empty: several stand in its way, and no single test can say.
  std::function<void(protections&)> weaken = {};
  bool weakens_for_anybody = true;  ///< false: only when the node is root
};

std::function<std::string(targets&)> fixed(std::string text) {
  return [text = std::move(text)](targets&) { return text; };
}
std::function<std::string(targets&)> file(std::string name) {
  return [name = std::move(name)](targets& t) { return t.path(name); };
}
std::string victim(targets& t) { return t.victim(); }
std::string tester(targets&) { return std::to_string(::getpid()); }
std::string tcp(targets& t) { return t.tcp(); }
std::string udp(targets& t) { return t.udp(); }

void no_files(protections& p) { p.files = false; }
void no_read_only(protections& p) { p.read_only = false; }
void no_network(protections& p) { p.network = false; }
void no_processes(protections& p) { p.processes = p.user = false; }
void no_user(protections& p) { p.user = false; }
void no_ipc(protections& p) { p.ipc = false; }
void no_filter(protections& p) { p.system_calls = false; }
void no_user_no_filter(protections& p) { p.user = p.system_calls = false; }
void no_processes_no_filter(protections& p) { p.processes = p.user = p.system_calls = false; }
void no_limits(protections& p) { p.limits = false; }

/// Every way to make a program that runs as another user or group.
void add_set_id(std::vector<attack_case>& out) {
  for (const auto* how : {"chmod", "fchmod", "fchmodat", "creat", "open", "openat", "tmpfile", "mknod", "mknodat"})
    for (const auto* bit : {"4000", "2000"})
      out.push_back({"make_set_id", fixed(std::string{how} + " " + bit), control::anybody, no_filter});
  out.push_back({"make_set_id", fixed("openat2 4000"), control::anybody, no_filter});
  out.push_back({"make_set_id", fixed("fchmodat2 4000"), control::nobody});  // of Linux 6.6
}

std::vector<attack_case> all_attacks() {
  std::vector<attack_case> out{
      {"read", fixed("/etc/shadow"), control::root, [](protections& p) { p.files = p.user = false; }, false},
      {"read", file("secret"), control::anybody, no_files},
      {"read", file("module/link"), control::anybody, no_files},
      {"read_by_link", file("secret"), control::anybody, no_files},
      {"read_by_proc", file("secret"), control::anybody, no_files},
      {"write", file("planted"), control::anybody, no_files},
      {"open_for_writing", file("victim"), control::anybody, no_files},
      {"write", file("module/planted"), control::anybody, no_read_only},
      {"open_for_writing", file("module/attacker"), control::nobody},
      {"open_for_writing", fixed("/proc/self/exe"), control::nobody},
      {"open_for_writing", fixed("/proc/1/exe"), control::nobody},
      {"write", fixed("/usr/bin/agents-planted"), control::nobody},
      {"open_for_writing", fixed("/proc/sys/kernel/core_pattern"), control::root, no_user, false},
      {"open_for_writing", fixed("/proc/sysrq-trigger"), control::nobody},
      {"open_devices", fixed(""), control::nobody},
      {"make_device", fixed(""), control::nobody},
      {"use_inherited", fixed(""), control::nobody},
      {"connect_tcp", tcp, control::anybody, no_network},
      {"send_udp", udp, control::anybody, no_network},
      {"connect_abstract", [](targets& t) { return t.abstract(); }, control::anybody, no_network},
      {"connect_socket", file("socket"), control::anybody, no_files},
      {"see_process", tester, control::anybody, no_processes},
      {"kill_process", victim, control::anybody, no_processes},
      {"trace_process", victim, control::anybody, no_processes_no_filter, false},
      {"trace_child", fixed(""), control::anybody, no_filter},
      {"read_other_memory", fixed(""), control::anybody, no_filter},
      {"run_setuid", file("module/setuid"), control::root, no_user, false},
      {"become_root", fixed(""), control::root, no_user, false},
      {"new_user_namespace", fixed(""), control::anybody, no_filter},
      {"clone_user_namespace", fixed(""), control::anybody, no_filter},
      {"mount", fixed(""), control::nobody, no_user_no_filter, false},
      {"add_key", fixed(""), control::anybody, no_filter},
      {"bpf", fixed(""), control::root, no_user_no_filter, false},
      {"perf_event", fixed(""), control::root, no_user_no_filter, false},
      {"load_module", fixed(""), control::nobody},
      {"push_character", fixed(""), control::anybody, no_filter},
      {"push_character_64", fixed(""), control::anybody, no_filter},
      {"netfilter_socket", fixed(""), control::anybody, no_filter},
      {"crypto_socket", fixed(""), control::nobody},
      {"socketpair", fixed(std::to_string(AF_INET)), control::anybody, no_filter},
      {"io_uring", fixed(""), control::nobody},
      {"userfaultfd", fixed(""), control::nobody},
      {"other_instruction_set", fixed(""), control::nobody},
      {"shared_memory", [](targets& t) { return t.shared(); }, control::anybody, no_ipc},
      {"fork_many", fixed("100"), control::anybody, no_limits},
      {"use_memory", fixed("128"), control::anybody, no_limits},
      {"fill_disk", fixed("24"), control::anybody, no_limits},
      {"write_long_file", fixed("12"), control::anybody, no_limits},
      {"open_many", fixed("200"), control::anybody, no_limits},
      {"compute", fixed("2"), control::anybody, no_limits},
  };
  add_set_id(out);
  return out;
}

struct attempt {
  bool escaped = false;
  std::string said;
};

/// Makes the attack in a process, without a sandbox or in one with these protections; on another host than this, if
/// given.
attempt make_attack(const attack_case& a, targets& t, const std::optional<protections>& by,
                    const sandbox::host* on = nullptr) {
  const auto program = t.path("module/attacker");
  process_image image{program, {program, a.name, a.argument(t)}, {"PATH=/usr/bin:/bin"}, t.path("module")};
  if (by) {
    image.confined.emplace();
    image.confined->by = *by;
    auto& l = image.confined->may.at_most;
    l.memory_bytes = 64 << 20;
    l.tmp_bytes = 16 << 20;
    l.file_bytes = 8 << 20;
    l.processes = 40;
    l.open_files = 64;
    l.cpu = std::chrono::seconds{1};
  }
  auto p = on ? sandbox::start_on(*on, image) : process::start(image);
  INFO((p ? std::string{} : p.error().message));
  REQUIRE(p);
  attempt out;
  char part[4096];
  while (!wait_readable((*p)->handle(), 0)) {
    pollfd either[2] = {{(*p)->handle(), POLLIN, 0}, {(*p)->output().get(), POLLIN, 0}};
    ::poll(either, 2, (*p)->is_watched() ? 20 : -1);
    if ((*p)->exceeds_memory()) (*p)->kill();
    if (either[1].revents == 0) continue;
    const auto n = ::read((*p)->output().get(), part, sizeof part);
    if (n > 0) out.said.append(part, static_cast<std::size_t>(n));
    if (n == 0) wait_readable((*p)->handle(), 60'000);
  }
  for (ssize_t n = 1; n > 0;) {
    n = ::read((*p)->output().get(), part, sizeof part);
    if (n > 0) out.said.append(part, static_cast<std::size_t>(n));
  }
  const auto end = (*p)->reap();
  out.escaped = end.orderly();
  // What is written to a folder of the sandbox's own, at the same place, is no escape.
  if (a.name == "write") out.escaped = out.escaped && fs::remove(a.argument(t));
  out.said += " [" + end.text() + "]";
  return out;
}

bool is_root() { return ::geteuid() == 0; }

}  // namespace

TEST_CASE("this host can confine processes") {
  const auto h = sandbox::this_host();
  INFO((h ? std::string{} : h.error().message));
  REQUIRE(h);  // all other tests need it; the message says what to do
}

TEST_CASE("outside the sandbox the attacks work") {
  targets t;
  for (const auto& a : all_attacks()) {
    if (a.outside == control::nobody || (a.outside == control::root && !is_root())) continue;
    const auto r = make_attack(a, t, std::nullopt);
    INFO(a.name << " " << a.argument(t) << ": " << r.said);
    CHECK(r.escaped);
  }
}

TEST_CASE("inside the sandbox none works") {
  targets t;
  for (const auto& a : all_attacks()) {
    const auto r = make_attack(a, t, protections{});
    INFO(a.name << " " << a.argument(t) << ": " << r.said);
    CHECK_FALSE(r.escaped);
    // It was the attack that was stopped, not its program.
    CHECK(r.said.find("bwrap") == std::string::npos);
    CHECK(r.said.find("there is no attack") == std::string::npos);
  }
  CHECK_FALSE(fs::exists(t.path("planted")));
  CHECK_FALSE(fs::exists(t.path("module/planted")));
}

TEST_CASE("with a protection taken away the attacks that it stops work again") {
  targets t;
  for (const auto& a : all_attacks()) {
    if (!a.weaken || (!a.weakens_for_anybody && !is_root())) continue;
    protections weak;
    a.weaken(weak);
    const auto r = make_attack(a, t, weak);
    INFO(a.name << " " << a.argument(t) << ": " << r.said);
    CHECK(r.escaped);
  }
}

TEST_CASE("without a cgroup memory that is shared counts too, and such as belongs to no process is refused") {
  auto without = **sandbox::this_host();
  without.cgroups = {};
  auto weak = protections{};
  weak.limits = false;
  targets t;
  for (const auto* name : {"use_memory", "share_memory", "fill_memory_files", "fill_segments"}) {
    const attack_case a{name, fixed("128")};
    const auto inside = make_attack(a, t, protections{}, &without);
    INFO(name << ": " << inside.said);
    CHECK_FALSE(inside.escaped);
    CHECK(inside.said.find("bwrap") == std::string::npos);
    const auto unlimited = make_attack(a, t, weak, &without);
    INFO(unlimited.said);
    CHECK(unlimited.escaped);
  }
}

TEST_CASE("interpreters work without a cgroup") {
  auto without = **sandbox::this_host();
  without.cgroups = {};
  const auto output_of = [&](const std::string& program, const std::string& option, const std::string& code) {
    process_image image{program, {program, option, code}, {"PATH=/usr/bin:/bin"}};
    image.confined.emplace();
    auto p = sandbox::start_on(without, image);
    REQUIRE(p);
    wait_readable((*p)->handle(), 30'000);
    std::string said(4096, '\0');
    const auto n = ::read((*p)->output().get(), said.data(), said.size());
    said.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return said + ((*p)->reap().orderly() ? "" : "(failed)");
  };
  CHECK(output_of("/usr/bin/python3", "-c",
                  "import multiprocessing as m\n"
                  "def f(q, v):\n  v.value = 7\n  q.put(v.value * 6)\n"
                  "c = m.get_context('fork')\nq = c.Queue(); v = c.Value('i', 0)\n"
                  "p = c.Process(target=f, args=(q, v)); p.start(); print(q.get()); p.join()\n") == "42\n");
  if (fs::exists("/usr/bin/node"))  // not everybody has it; whoever has it runs modules with it
    CHECK(
        output_of(
            "/usr/bin/node", "-e",
            "const {Worker} = require('worker_threads');"
            "const s = new SharedArrayBuffer(4);"
            "new Worker('require(\"worker_threads\").workerData[0] = 42', {eval: true, workerData: new Int32Array(s)})"
            ".on('exit', () => console.log(new Int32Array(s)[0]))") == "42\n");
}

TEST_CASE("a sandbox that cannot begin says how it ended") {
  process_image image{"/usr/bin/true", {"true"}, {}};
  image.confined.emplace();
  const auto message_of = [](expected<std::unique_ptr<process>> p) {
    REQUIRE_FALSE(p);
    return p.error().message;
  };
  auto elsewhere = **sandbox::this_host();
  if (!elsewhere.cgroups.memory.empty()) {
    image.confined->may.at_most.memory_bytes = 64 << 10;
    CHECK(message_of(process::start(image)) ==
          "the sandbox cannot be set up: it has ended (signal 9 (Killed); its memory was used up (`memory` of its "
          "grants))");
  }
  elsewhere.bubblewrap = "/usr/bin/false";
  image.confined->may = {};
  CHECK(message_of(sandbox::start_on(elsewhere, image)) == "the sandbox cannot be set up: it has ended (exit code 1)");
}

TEST_CASE("a sandbox has default signals, whatever the node ignores") {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  process_image image{"/bin/grep", {"grep", "-q", "^SigIgn:[[:space:]]*0*$", "/proc/self/status"}, {}};
  for (const bool confined : {true, false}) {
    if (confined) image.confined.emplace();
    if (!confined) image.confined.reset();
    auto p = process::start(image);
    REQUIRE(p);
    wait_readable((*p)->handle(), 20'000);
    CHECK((*p)->reap().orderly());
  }
  ::signal(SIGPIPE, before);
}

TEST_CASE("what was granted is there, and only that") {
  targets t;
  const auto program = t.path("module/attacker");
  const auto run = [&](const std::string& name, const std::string& argument, sandbox::permissions may) {
    process_image image{program, {program, name, argument}, {}, t.path("module")};
    image.confined.emplace();
    image.confined->may = std::move(may);
    auto p = process::start(image);
    REQUIRE(p);
    wait_readable((*p)->handle(), 20'000);
    return (*p)->reap().orderly();
  };
  fs::create_directory(t.path("shared"));
  ::chmod(t.path("shared").c_str(), 0777);
  std::ofstream{t.path("shared/file")} << "x";
  sandbox::permissions network;
  network.network = true;
  sandbox::permissions reads;
  reads.read = {t.path("shared")};
  sandbox::permissions writes;
  writes.write = {t.path("shared")};
  CHECK(run("connect_tcp", t.tcp(), network));
  CHECK_FALSE(run("connect_socket", t.path("socket"), network));
  CHECK(run("read", t.path("shared/file"), reads));
  CHECK_FALSE(run("write", t.path("shared/new"), reads));
  CHECK_FALSE(run("read", t.path("secret"), reads));
  CHECK(run("write", t.path("shared/new"), writes));
  CHECK(fs::exists(t.path("shared/new")));
  CHECK_FALSE(run("write", t.path("module/new"), writes));
  CHECK_FALSE(run("make_set_id", "chmod 4000 " + t.path("shared"), writes));
  CHECK(run("socketpair", std::to_string(AF_UNIX), {}));
}

TEST_CASE("the node's data within a module's folder is hidden, and what is granted there is not") {
  targets t;
  fs::create_directories(t.path("module/.agents/node"));
  fs::create_directory(t.path("module/out"));
  for (const auto* folder : {"module/.agents", "module/.agents/node", "module/out"})
    ::chmod(t.path(folder).c_str(), 0777);
  std::ofstream{t.path("module/.agents/runs.db")} << "journal";
  const auto program = t.path("module/attacker");
  const auto run = [&](const std::string& name, const std::string& argument, bool hides) {
    process_image image{program, {program, name, argument}, {}, t.path("module")};
    auto& may = image.confined.emplace().may;
    may.write = {t.path("module/out")};
    if (hides) may.around.node_folders = {{t.path("module/.agents"), "the data of the node"}};
    CHECK(sandbox::check(image));
    auto p = process::start(image);
    INFO((p ? std::string{} : p.error().message));
    REQUIRE(p);
    wait_readable((*p)->handle(), 20'000);
    return (*p)->reap().orderly();
  };
  CHECK(run("read", t.path("module/.agents/runs.db"), false));  // otherwise it is there
  CHECK_FALSE(run("read", t.path("module/.agents/runs.db"), true));
  CHECK_FALSE(run("write", t.path("module/.agents/planted"), true));
  CHECK_FALSE(run("write", t.path("module/.agents/node/planted"), true));
  CHECK(run("write", t.path("module/out/result"), true));
  CHECK(fs::exists(t.path("module/out/result")));
  CHECK_FALSE(fs::exists(t.path("module/.agents/planted")));
}

TEST_CASE("what the operator grants by mistake is refused with a remedy") {
  targets t;
  sandbox::permissions p;
  SECTION("everything") {
    p.read = {"/"};
    CHECK(sandbox::check(p).error().message.find("grant what it needs below") != std::string::npos);
  }
  SECTION("what a module could replace by a link") {
    fs::create_directories(t.path("module/inner"));
    p.write = {t.path("module")};
    p.read = {t.path("module/inner")};
    CHECK(sandbox::check(p).error().message.find("replace it by a link") != std::string::npos);
    CHECK(sandbox::check_own_folder(t.path("module/inner"), p).error().code == errc::bad_input);
  }
  SECTION("nothing that exists") {
    p.read = {t.path("missing")};
    CHECK(sandbox::check(p).error().code == errc::not_found);
  }
  SECTION("a folder that holds more than the module") {
    for (const auto* folder : {"/", "/etc", "/tmp", "/home"})
      CHECK(sandbox::check_own_folder(folder, p).error().code == errc::rejected);
    CHECK(sandbox::check_own_folder(t.path("module"), p));
  }
}
