// SPDX-License-Identifier: Apache-2.0
// The two layouts of cgroups, as folders: what the kernel would do with them the integration tests show.
#include "libagents/sandbox/cgroup.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::sandbox;

namespace fs = std::filesystem;

namespace {

struct folders {
  fs::path root;
  folders() {
    auto pattern = (fs::temp_directory_path() / "agents-cgroup-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
  }
  ~folders() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  folders(const folders&) = delete;
  folders& operator=(const folders&) = delete;

  fs::path add(const std::string& name, const std::string& controllers, const std::string& below,
               const std::string& processes) const {
    fs::create_directories(root / name);
    std::ofstream{root / name / "cgroup.controllers"} << controllers;
    std::ofstream{root / name / "cgroup.subtree_control"} << below;
    std::ofstream{root / name / "cgroup.procs"} << processes;
    return root / name;
  }
  [[nodiscard]] std::string unified() const {
    return "30 20 0:26 / " + root.string() + " rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
  }
};

}  // namespace

TEST_CASE("version 1: each controller has a place of its own, where one may create") {
  const folders f;
  fs::create_directories(f.root / "memory" / "job");
  fs::create_directories(f.root / "pids");
  const auto line = [&](const std::string& name) {
    return "31 20 0:27 / " + (f.root / name).string() + " rw - cgroup cgroup rw," + name + "\n";
  };
  const auto found = find_cgroup_places("4:memory:/job\n8:pids:/\n1:cpu:/\n0::/\n", line("memory") + line("pids"));
  CHECK_FALSE(found.unified);
  CHECK(found.memory == f.root / "memory" / "job");
  CHECK(found.pids == f.root / "pids");
  CHECK(found.cpu.empty());
  CHECK_FALSE(found.none());
}

TEST_CASE("version 1 in a container: the mounted part begins below the kernel's path") {
  const folders f;
  fs::create_directories(f.root / "memory" / "inner");
  const auto mounts = "31 20 0:27 /docker/x " + (f.root / "memory").string() + " rw - cgroup cgroup rw,memory\n";
  CHECK(find_cgroup_places("4:memory:/docker/x/inner\n", mounts).memory == f.root / "memory" / "inner");
}

TEST_CASE("version 2: one place, if its children have the controllers") {
  const folders f;
  const auto place = f.add("scope", "cpu memory pids", "cpu memory pids", "1\n2\n");
  const auto found = find_cgroup_places("0::/scope\n", f.unified());
  CHECK(found.unified);
  CHECK(found.memory == place);
  CHECK(found.cpu == place);
}

TEST_CASE("version 2 without delegated controllers is no place") {
  const folders f;
  f.add("scope", "cpu", "", "1\n2\n");
  CHECK(find_cgroup_places("0::/scope\n", f.unified()).none());
}

TEST_CASE("nothing mounted is no place") { CHECK(find_cgroup_places("0::/\n", "").none()); }

TEST_CASE("groups of processes that are gone are removed, others stay") {
  const folders f;
  const auto living = f.root / ("agents-" + std::to_string(::getpid()) + "-1");
  fs::create_directory(living);
  fs::create_directory(f.root / "agents-999999999-1");
  fs::create_directory(f.root / "other");
  remove_stale_cgroups({true, f.root, f.root, f.root, f.root});
  CHECK(fs::exists(living));
  CHECK(fs::exists(f.root / "other"));
  CHECK_FALSE(fs::exists(f.root / "agents-999999999-1"));
}
