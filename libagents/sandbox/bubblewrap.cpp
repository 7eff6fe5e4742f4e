// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/bubblewrap.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace agents::sandbox {
namespace {

/// A command line under construction.
class words {
 public:
  template <class... Text>
  void add(Text&&... text) {
    (list_.emplace_back(std::forward<Text>(text)), ...);
  }
  /// A file system in memory that everybody may write.
  void memory_folder(const std::string& where, std::int64_t bytes) {
    add("--perms", "1777", "--size", std::to_string(bytes), "--tmpfs", where);
  }
  /// The folders above a path. bubblewrap would make them for root only.
  void folders_above(const std::filesystem::path& path) {
    std::filesystem::path made{"/"};
    for (const auto& part : path.parent_path().relative_path()) {
      made /= part;
      if (made_.insert(made.string()).second) add("--perms", "0755", "--dir", made.string());
    }
  }
  void show(const std::string& how, const std::filesystem::path& path) {
    folders_above(path);
    add(how, path.string(), path.string());
  }
  /// Nothing in it, and nothing can be put there.
  void cover(const std::filesystem::path& folder) {
    add("--perms", "0555", "--size", "4096", "--tmpfs", folder.string(), "--remount-ro", folder.string());
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
  std::set<std::string> made_{"/dev", "/proc", "/tmp", "/usr"};
};

void add_namespaces(words& w, const protections& by, const permissions& may, bool as_root) {
  const auto id = std::to_string(sandbox_user);
  if (by.user) w.add("--unshare-user", "--uid", id, "--gid", id);
  if (by.user && !as_root && by.system_calls) w.add("--disable-userns");
  if (by.processes) w.add("--unshare-pid");
  if (by.network && !may.network) w.add("--unshare-net");
  if (by.ipc) w.add("--unshare-ipc");
  w.add("--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox", "--die-with-parent", "--new-session");
  if (by.user) w.add("--cap-drop", "ALL");
  if (by.user && as_root) w.add("--cap-add", "CAP_SETUID");
}

void add_system(words& w, const system_view& view, bool network) {
  for (const auto& folder : view.folders) w.add("--ro-bind", folder, folder);
  for (const auto& [link, target] : view.links) w.add("--symlink", target, link);
  for (const auto& file : view.settings) w.show("--ro-bind-try", file);
  if (network)
    for (const auto* file : {"/etc/resolv.conf", "/etc/hosts"}) w.show("--ro-bind-try", file);
}

bool is_shown(const std::string& path, const process_image& image, const system_view& view) {
  if (!image.folder.empty() && is_within(path, image.folder)) return true;
  const auto& may = image.confined->may;
  const auto below = [&](const auto& place) { return is_within(path, place); };
  return std::any_of(view.folders.begin(), view.folders.end(), below) ||
         std::any_of(view.links.begin(), view.links.end(), [&](const auto& l) { return is_within(path, l.first); }) ||
         std::any_of(may.read.begin(), may.read.end(), below) || std::any_of(may.write.begin(), may.write.end(), below);
}

void add_files(words& w, const process_image& image, const system_view& view, const bubblewrap_start& s) {
  const auto& c = *image.confined;
  const auto tmp_bytes = c.by.limits ? c.may.at_most.tmp_bytes : std::int64_t{1} << 40;
  add_system(w, view, c.may.network);
  w.folders_above("/etc/passwd");
  if (s.accounts >= 0) w.add("--perms", "0644", "--file", std::to_string(s.accounts), "/etc/passwd");
  w.add(c.by.processes ? "--proc" : "--ro-bind");
  if (!c.by.processes) w.add("/proc");
  w.add("/proc", "--dev", "/dev");
  w.memory_folder("/tmp", tmp_bytes);
  w.memory_folder("/dev/shm", tmp_bytes);
  const auto* shown = c.by.read_only ? "--ro-bind" : "--bind";
  if (!image.folder.empty()) w.show(shown, image.folder);
  for (const auto& path : c.may.read) w.show(shown, path);
  for (const auto& path : c.may.write) w.show("--bind", path);  // over the folder, which may contain it
  if (!is_shown(image.program, image, view)) w.show(shown, image.program);
  for (const auto& folder : s.covered) w.cover(folder);
  for (const auto& socket : c.sockets) w.show("--ro-bind", socket);
  if (c.by.read_only) w.add("--remount-ro", "/dev", "--remount-ro", "/");
}

}  // namespace

bool waits_for_users(const process_image& image, const bubblewrap_start& s) {
  return image.confined->by.user && s.as_root;
}

std::vector<std::string> bubblewrap_arguments(const process_image& image, const system_view& view,
                                              const bubblewrap_start& s) {
  const auto& by = image.confined->by;
  words w;
  w.add("bwrap");
  add_namespaces(w, by, image.confined->may, s.as_root);
  if (by.files)
    add_files(w, image, view, s);
  else
    w.add("--bind", "/", "/", "--dev-bind", "/dev", "/dev");
  w.add("--chdir", image.folder.empty() ? "/" : image.folder);
  if (s.info >= 0) w.add("--info-fd", std::to_string(s.info));
  if (s.release >= 0 && waits_for_users(image, s)) w.add("--userns-block-fd", std::to_string(s.release));
  if (s.release >= 0) w.add("--block-fd", std::to_string(s.release));
  if (by.system_calls)
    w.add("--add-seccomp-fd", std::to_string(s.allowed), "--add-seccomp-fd", std::to_string(s.refused));
  w.add("--");
  if (waits_for_users(image, s)) w.add(s.setpriv, "--reuid", std::to_string(sandbox_user), "--inh-caps=-all", "--");
  w.add(image.program);
  for (std::size_t i = 1; i < image.arguments.size(); ++i) w.add(image.arguments[i]);
  return w.take();
}

}  // namespace agents::sandbox
