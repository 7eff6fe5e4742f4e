// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/private_folder.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/catch.hpp"

using namespace agents;
namespace fs = std::filesystem;

namespace {

/// Folders are made in an own folder meanwhile.
class own_parent {
 public:
  own_parent() {
    if (const auto* was = std::getenv("XDG_RUNTIME_DIR")) before_ = was;
    auto pattern = (fs::temp_directory_path() / "private_folder_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
    ::setenv("XDG_RUNTIME_DIR", path_.c_str(), 1);
  }
  own_parent(const own_parent&) = delete;
  own_parent& operator=(const own_parent&) = delete;
  ~own_parent() {
    if (before_.empty())
      ::unsetenv("XDG_RUNTIME_DIR");
    else
      ::setenv("XDG_RUNTIME_DIR", before_.c_str(), 1);
    fs::remove_all(path_);
  }
  /// As a process that was killed leaves it, this long ago.
  fs::path left_behind(const std::string& name, std::chrono::seconds ago) const {
    const auto folder = path_ / name;
    fs::create_directory(folder);
    fs::permissions(folder, fs::perms::owner_all);
    std::ofstream{folder / "node"} << "x";
    fs::last_write_time(folder, fs::file_time_type::clock::now() - ago);
    return folder;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  std::string before_;
};

using namespace std::chrono_literals;

}  // namespace

TEST_CASE("a private folder is the user's alone, and gone with everything in it at the end") {
  const own_parent parent;
  fs::path path;
  {
    const auto folder = private_folder::create();
    REQUIRE(folder);
    path = folder->path();
    CHECK(path.parent_path() == parent.path());
    CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms::owner_all);
    std::ofstream{path / "file"} << "x";
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("what a killed process left behind is removed; what is used, young or somebody else's is not") {
  const own_parent parent;
  const auto used = private_folder::create();
  REQUIRE(used);
  fs::last_write_time(used->path(), fs::file_time_type::clock::now() - 1h);
  const auto dead = parent.left_behind("agents-dEAd12", 1h);
  const auto young = parent.left_behind("agents-y0ung1", 1s);
  const auto other = parent.left_behind("agents-of-mine", 1h);
  const auto open = parent.left_behind("agents-0pen12", 1h);
  fs::permissions(open, fs::perms::others_read, fs::perm_options::add);
  fs::create_directory_symlink(other, parent.path() / "agents-1ink12");
  REQUIRE(private_folder::create());
  CHECK(fs::exists(used->path()));
  CHECK_FALSE(fs::exists(dead));
  CHECK(fs::exists(young));
  CHECK(fs::exists(other / "node"));
  CHECK(fs::exists(open));
  CHECK(fs::is_symlink(parent.path() / "agents-1ink12"));
}
