// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/host.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "libagents/sandbox/confined_start_impl.hpp"
#include "libagents/sandbox/shown_places.hpp"

namespace agents::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view system_places[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
/// Of /etc: what loaders, interpreters, time zones and TLS need. Nothing with accounts or keys.
constexpr std::string_view shown_settings[] = {
    "/etc/ld.so.cache",  "/etc/ld.so.conf",      "/etc/ld.so.conf.d",    "/etc/alternatives",
    "/etc/localtime",    "/etc/timezone",        "/etc/nsswitch.conf",   "/etc/host.conf",
    "/etc/gai.conf",     "/etc/protocols",       "/etc/services",        "/etc/mime.types",
    "/etc/ssl/certs",    "/etc/ssl/openssl.cnf", "/etc/ca-certificates", "/etc/ca-certificates.conf",
    "/etc/locale.alias", "/etc/debian_version",  "/etc/os-release",      "/etc/fonts",
    "/etc/python3",      "/etc/python3.11",      "/etc/python3.12",      "/etc/python3.13"};

std::string read_all(const char* file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string program_at(const std::string& name) {
  for (const auto* folder : {"/usr/bin/", "/bin/", "/usr/local/bin/"})
    if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
  return "";
}

system_view look_around() {
  system_view out;
  std::error_code failure;
  for (const auto place : system_places) {
    const auto status = fs::symlink_status(place, failure);
    if (fs::is_symlink(status))
      out.links.emplace_back(place, fs::read_symlink(place, failure).string());
    else if (fs::is_directory(status))
      out.folders.emplace_back(place);
  }
  for (const auto file : shown_settings)
    if (fs::exists(file, failure)) out.settings.emplace_back(file);
  return out;
}

/// Does the map of this process's user namespace have this number?
bool is_mapped(const char* file, unsigned id) {
  std::ifstream in{file};
  for (unsigned long first = 0, outside = 0, count = 0; in >> first >> outside >> count;)
    if (id >= first && id - first < count) return true;
  return false;
}

bool is_real_root() {
  return ::geteuid() == 0 && is_mapped("/proc/self/uid_map", sandbox_user) &&
         is_mapped("/proc/self/gid_map", sandbox_user);
}

std::string remedy_of(const std::string& why) {
  if (why.find("mount proc") != std::string::npos)
    return "in a container, run it with --privileged, or with --security-opt systempaths=unconfined";
  return "allow user namespaces: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), "
         "sysctl -w kernel.unprivileged_userns_clone=1 (older Debian), user.max_user_namespaces above 0; in a "
         "container "
         "--privileged";
}

/// The whole of what is used later, once.
expected<void> try_out(const host& h) {
  process_image image{"/usr/bin/true", {"true"}, {}};
  image.confined.emplace();
  const auto p = start_on(h, image);
  const auto fail = [](const std::string& why) {
    return unexpected{errc::unsupported, "this host cannot confine a process: " + why + "; " + remedy_of(why) +
                                             "; or, for a module that you trust, trusted = true (docs/sandbox.md)"};
  };
  if (!p) return fail(p.error().message);
  std::string printed;
  char part[512];
  while (wait_readable((*p)->output().get(), 10'000)) {
    const auto n = ::read((*p)->output().get(), part, sizeof part);
    if (n <= 0) break;
    printed.append(part, static_cast<std::size_t>(n));
  }
  wait_readable((*p)->handle(), 10'000);
  const auto end = (*p)->reap();
  if (!end.orderly()) return fail(end.text() + ": " + printed);
  return {};
}

expected<std::shared_ptr<const host>> inspect() {
  auto h = std::make_shared<host>();
  h->bubblewrap = program_at("bwrap");
  if (h->bubblewrap.empty())
    return unexpected{errc::unsupported,
                      "bubblewrap is missing, and a module that is not trusted needs it; install it "
                      "with: apt-get install bubblewrap"};
  h->setpriv = program_at("setpriv");
  h->as_root = is_real_root();
  if (h->as_root && h->setpriv.empty())
    return unexpected{errc::unsupported, "setpriv is missing; install it with: apt-get install util-linux"};
  h->view = look_around();
  h->cgroups = find_cgroup_places(read_all("/proc/self/cgroup"), read_all("/proc/self/mountinfo"));
  remove_stale_cgroups(h->cgroups);
  if (auto ok = try_out(*h); !ok) return ok.propagate();
  return std::shared_ptr<const host>{std::move(h)};
}

/// May `sandbox_user` do that? By owner, group and mode; for the top of the tree only.
expected<void> check_access(const std::string& key, const fs::path& path, unsigned wanted) {
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) return {};  // said already, by a better check
  const unsigned shift = s.st_uid == sandbox_user ? 6 : s.st_gid == sandbox_user ? 3 : 0;
  if ((s.st_mode >> shift & wanted) == wanted) return {};
  const auto id = std::to_string(sandbox_user);
  return unexpected{errc::rejected, "`" + key + "`: the node runs as root and its sandboxes as user " + id +
                                        ", who may not " + (wanted == W_OK ? "write " : "read ") + path.string() +
                                        "; " + (wanted == W_OK ? "chown " + id + " " : "chmod o+rX ") + path.string() +
                                        ", or run the node as its owner"};
}

std::string in_megabytes(std::int64_t bytes) {
  if (bytes == unlimited) return "no limit";
  std::ostringstream out;
  out << static_cast<double>(bytes) / (1 << 20) << " MB";
  return out.str();
}

std::string number_or_none(double n, const std::string& unit = "") {
  if (n <= 0) return "no limit";
  std::ostringstream out;
  out << n << unit;
  return out.str();
}

}  // namespace

expected<std::shared_ptr<const host>> this_host() {
  static std::mutex mutex;
  static std::shared_ptr<const host> known;
  const std::lock_guard lock{mutex};
  if (known) return known;
  auto h = inspect();
  if (h) known = *h;
  return h;
}

expected<void> check(const process_image& image) {
  const auto here = this_host();
  if (!here) return here.propagate();
  const auto& may = image.confined->may;
  if (auto ok = check(may); !ok) return ok;
  if (!image.folder.empty())
    if (auto ok = check_own_folder(image.folder, may); !ok) return ok;
  if (auto ok = check_shown_places(image, (*here)->view); !ok) return ok;
  if (!(*here)->as_root) return {};
  if (!image.folder.empty())
    if (auto ok = check_access("folder", image.folder, R_OK | X_OK); !ok) return ok;
  for (const auto& path : may.read)
    if (auto ok = check_access("read", path, R_OK); !ok) return ok;
  for (const auto& path : may.write)
    if (auto ok = check_access("write", path, W_OK); !ok) return ok;
  return {};
}

expected<void> let_connect(const host& h, const fs::path& socket) {
  if (!h.as_root || ::chown(socket.c_str(), sandbox_user, sandbox_user) == 0) return {};
  return unexpected{errc::io,
                    "cannot give the socket " + socket.string() + " to the sandbox's user: " + std::strerror(errno)};
}

expected<std::string> find_shown_program(const std::string& name, const permissions& may) {
  const auto* set = std::getenv("PATH");
  std::istringstream path{set ? set : "/usr/local/bin:/usr/bin:/bin"};
  std::string hidden;
  for (std::string folder; std::getline(path, folder, ':');) {
    const auto file = folder + "/" + name;
    std::error_code ignored;
    if (folder.empty() || !fs::is_regular_file(file, ignored) || ::access(file.c_str(), X_OK) != 0) continue;
    const auto shows = [&](const auto& place) { return is_within(file, place); };
    if (std::any_of(std::begin(system_places), std::end(system_places), shows) ||
        std::any_of(may.read.begin(), may.read.end(), shows) || std::any_of(may.write.begin(), may.write.end(), shows))
      return file;
    if (hidden.empty()) hidden = file;
  }
  if (!hidden.empty())
    return unexpected{errc::not_found,
                      "\"" + name + "\" is " + hidden +
                          ", which its sandbox does not show; name one below /usr, or grant what it needs: "
                          "read = [\"" +
                          fs::path{hidden}.parent_path().string() + "\", …]"};
  return unexpected{errc::not_found,
                    "there is no program \"" + name + "\" in PATH; install it, or correct the first word of `command`"};
}

value describe_limits(const limits& l, const host& h) {
  const auto row = [](const char* limit, std::string amount, std::string by) {
    return value{object{{"limit", limit}, {"value", std::move(amount)}, {"by", std::move(by)}}};
  };
  const std::string group = h.cgroups.unified ? "cgroup v2" : "cgroup v1";
  const std::string memory = h.cgroups.memory.empty() ? "RLIMIT_DATA per process, and the node adds up" : group;
  const std::string count = std::string{h.cgroups.pids.empty() ? "" : group + " and "} + "RLIMIT_NPROC";
  return array{row("memory", in_megabytes(l.memory_bytes), memory),
               row("processes", number_or_none(static_cast<double>(l.processes)), count),
               row("cores", number_or_none(l.cores), h.cgroups.cpu.empty() ? "nothing on this host" : group),
               row("cpu", number_or_none(seconds(l.cpu), " s"), "RLIMIT_CPU per process"),
               row("wall", number_or_none(seconds(l.wall), " s"), "the node"),
               row("files", number_or_none(static_cast<double>(l.open_files)), "RLIMIT_NOFILE per process"),
               row("file_size", in_megabytes(l.file_bytes), "RLIMIT_FSIZE"),
               row("tmp", in_megabytes(l.tmp_bytes), "size of the file system, in /tmp and /dev/shm each")};
}

}  // namespace agents::sandbox
