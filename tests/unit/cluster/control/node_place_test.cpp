// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/node_place.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::control;

namespace {

namespace fs = std::filesystem;

struct home {
  home() {
    auto pattern = (fs::temp_directory_path() / "agents-place-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~home() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

}  // namespace

TEST_CASE("a home has room for one node, and says which it is") {
  const home h;
  CHECK_FALSE(node_place::find(h.path));
  {
    auto first = node_place::take(h.path / "new");
    REQUIRE(first);
    CHECK(node_place::find(h.path / "new")->endpoint.empty());
    REQUIRE(first->announce("ipc:///x"));
    const auto found = node_place::find(h.path / "new");
    REQUIRE(found);
    CHECK(found->pid == ::getpid());
    CHECK(found->endpoint == "ipc:///x");
    const auto second = node_place::take(h.path / "new");
    REQUIRE_FALSE(second);
    CHECK(second.error().code == errc::conflict);
    CHECK(second.error().message.find(std::to_string(::getpid())) != std::string::npos);
    CHECK(second.error().message.find("agents down") != std::string::npos);
  }
  CHECK_FALSE(node_place::find(h.path / "new"));
  CHECK(node_place::take(h.path / "new"));
}

TEST_CASE("what a killed node left behind is nobody's") {
  const home h;
  fs::create_directories(h.path / "node");
  std::ofstream{h.path / "node" / "lock"} << "1\nipc:///gone\n";
  std::ofstream{h.path / "node" / "control"} << "stale";
  CHECK_FALSE(node_place::find(h.path));
  auto place = node_place::take(h.path);
  REQUIRE(place);
  const auto file = place->socket_file();
  REQUIRE(file);
  CHECK_FALSE(fs::exists(*file));
}

TEST_CASE("nobody else may enter the place") {
  const home h;
  REQUIRE(::mkdir((h.path / "node").c_str(), 0777) == 0);
  auto place = node_place::take(h.path);
  REQUIRE(place);
  struct stat s {};
  REQUIRE(::stat((h.path / "node").c_str(), &s) == 0);
  CHECK((s.st_mode & 0777) == 0700);
}

TEST_CASE("the socket of a home with a long name is elsewhere, and goes with the place") {
  const home h;
  fs::path elsewhere;
  {
    auto place = node_place::take(h.path / std::string(120, 'x'));
    REQUIRE(place);
    const auto file = place->socket_file();
    REQUIRE(file);
    CHECK(file->string().size() <= 107);
    elsewhere = file->parent_path();
    CHECK(fs::exists(elsewhere));
  }
  CHECK_FALSE(fs::exists(elsewhere));
}

TEST_CASE("a home that cannot be written is an error with the remedy") {
  const auto place = node_place::take("/proc/nowhere");
  REQUIRE_FALSE(place);
  CHECK(place.error().code == errc::io);
  CHECK(place.error().message.find("AGENTS_HOME") != std::string::npos);
}
