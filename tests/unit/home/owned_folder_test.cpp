// SPDX-License-Identifier: Apache-2.0
#include "libagents/home/owned_folder.hpp"

#include <fstream>

#include "tests/unit/home/home_fixture.hpp"

using namespace agents;
using namespace agents::testing;

TEST_CASE("a folder is made for its user alone, with all that is missing above it") {
  const temporary_folder t;
  REQUIRE(make_owned_folder(t.path / "a" / "b", "remedy"));
  CHECK(mode_of(t.path / "a") == 0700);
  CHECK(mode_of(t.path / "a" / "b") == 0700);
  CHECK(make_owned_folder(t.path / "a" / "b", "remedy"));
}

TEST_CASE("a folder that others may write is refused, one that they may read is not") {
  const temporary_folder t;
  const auto folder = t.path / "a";
  for (const mode_t open : {0770, 0702, 0777}) {
    REQUIRE(::mkdir(folder.c_str(), open) == 0);
    for (const auto& r : {make_owned_folder(folder, "take another"), check_owned_folder(folder, "take another")}) {
      REQUIRE_FALSE(r);
      CHECK(r.error().code == errc::rejected);
      CHECK(r.error().message == "others may write in " + folder.string() +
                                     ", and could replace what is in it; if nobody has: chmod go-w " + folder.string() +
                                     ", or take another");
    }
    REQUIRE(::rmdir(folder.c_str()) == 0);
  }
  REQUIRE(::mkdir(folder.c_str(), 0755) == 0);
  CHECK(make_owned_folder(folder, ""));
}

TEST_CASE("a folder of another user is refused, for root too") {
  if (::geteuid() != 0) {  // only root can give one away; /root is root's
    CHECK(check_owned_folder("/", ""));
    return;
  }
  const temporary_folder t;
  REQUIRE(::chown(t.path.c_str(), 12345, 12345) == 0);
  const auto r = make_owned_folder(t.path, "take another");
  REQUIRE_FALSE(r);
  CHECK(r.error().message ==
        t.path.string() + " belongs to another user (12345), who could replace what is in it; take another");
}

TEST_CASE("what is no folder, or cannot be made, is an error with the remedy") {
  const temporary_folder t;
  std::ofstream{t.path / "file"} << "x";
  CHECK(make_owned_folder(t.path / "file", "take another").error().message ==
        (t.path / "file").string() + " is no folder; take another");
  const auto below = make_owned_folder(t.path / "file" / "folder", "take another");
  CHECK(below.error().code == errc::io);
  CHECK(below.error().message.find("Not a directory; take another") != std::string::npos);
  CHECK(check_owned_folder(t.path / "missing", ""));
}
