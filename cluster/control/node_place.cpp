// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/node_place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <utility>

#include "libagents/home/home_folder.hpp"
#include "libagents/home/owned_folder.hpp"

namespace agents::control {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_socket_path = 107;  // sun_path of Linux, without its end

struct flock whole_file(short type) {
  struct flock l {};
  l.l_type = type;
  l.l_whence = SEEK_SET;
  return l;
}

unexpected io_problem(const std::string& what) {
  return {errc::io, what + ": " + std::strerror(errno) + "; set AGENTS_HOME to a folder that you may write"};
}

/// The folder, for this user alone.
expected<fs::path> make_folder(const fs::path& home) {
  if (auto ok = make_owned_folder(home, home_remedy); !ok) return ok.propagate();
  auto folder = home / "node";
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return io_problem("cannot create " + folder.string());
  if (::chmod(folder.c_str(), S_IRWXU) != 0) return io_problem("cannot set the permissions of " + folder.string());
  return folder;
}

running_node read_lock(const fs::path& file) {
  std::ifstream in{file};
  running_node n;
  in >> n.pid >> std::ws;
  std::getline(in, n.endpoint);
  return n;
}

std::string who(const running_node& n) { return n.pid > 0 ? "(process " + std::to_string(n.pid) + ")" : "(starting)"; }

}  // namespace

expected<node_place> node_place::take(const fs::path& home) {
  auto folder = make_folder(home);
  if (!folder) return folder.propagate();
  const auto file = *folder / "lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) return io_problem("cannot open " + file.string());
  node_place place{std::move(*folder), fd};
  auto lock = whole_file(F_WRLCK);
  if (::fcntl(fd, F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES) return io_problem("cannot lock " + file.string());
    return unexpected{errc::conflict, "a node runs already in " + home.string() + " " + who(read_lock(file)) +
                                          "; end it with `agents down`, or set AGENTS_HOME to another folder"};
  }
  if (::ftruncate(fd, 0) != 0) return io_problem("cannot write " + file.string());
  return place;
}

std::optional<running_node> node_place::find(const fs::path& home) {
  const auto file = home / "node" / "lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  auto lock = whole_file(F_WRLCK);
  const bool asked = ::fcntl(fd, F_OFD_GETLK, &lock) == 0;
  ::close(fd);
  if (!asked || lock.l_type == F_UNLCK) return std::nullopt;
  return read_lock(file);
}

node_place::node_place(node_place&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      elsewhere_(std::move(other.elsewhere_)) {}

/// The files stay: a lock file that is removed could be locked twice, in the folder and out of it.
node_place::~node_place() {
  if (lock_ >= 0) ::close(lock_);
}

expected<fs::path> node_place::socket_file() {
  auto file = fs::absolute(folder_ / "control");
  if (file.string().size() > longest_socket_path) {
    auto folder = private_folder::create();
    if (!folder) return folder.propagate();
    elsewhere_.emplace(std::move(*folder));
    return elsewhere_->path() / "control";
  }
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) return io_problem("cannot remove " + file.string());
  return file;
}

expected<void> node_place::announce(const std::string& endpoint) {
  const auto text = std::to_string(::getpid()) + "\n" + endpoint + "\n";
  if (::pwrite(lock_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return io_problem("cannot write " + (folder_ / "lock").string());
  return {};
}

}  // namespace agents::control
