// SPDX-License-Identifier: Apache-2.0
#include "libagents/home/home_folder.hpp"

#include <pwd.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "tests/unit/home/home_fixture.hpp"

using namespace agents;
using namespace agents::testing;

namespace {

namespace fs = std::filesystem;

/// None of the variables that say where the home is, until the end.
class bare_environment {
 public:
  bare_environment() {
    for (const auto* name : {"AGENTS_HOME", "XDG_DATA_HOME", "HOME"}) {
      if (const auto* set = std::getenv(name)) before_[name] = set;
      ::unsetenv(name);
    }
  }
  ~bare_environment() {
    for (const auto* name : {"AGENTS_HOME", "XDG_DATA_HOME", "HOME"}) ::unsetenv(name);
    for (const auto& [name, text] : before_) ::setenv(name.c_str(), text.c_str(), 1);
  }
  bare_environment(const bare_environment&) = delete;
  bare_environment& operator=(const bare_environment&) = delete;

 private:
  std::map<std::string, std::string> before_;
};

}  // namespace

TEST_CASE("the home is where the environment says, the nearest word first") {
  const bare_environment e;
  ::setenv("HOME", "/srv/u", 1);
  CHECK(*home_folder() == "/srv/u/.local/share/agents");
  CHECK(*home_keys_folder() == "/srv/u/.local/share/agents/keys");
  ::setenv("XDG_DATA_HOME", "/data", 1);
  CHECK(*home_folder() == "/data/agents");
  ::setenv("AGENTS_HOME", "/own", 1);
  CHECK(*home_folder() == "/own");
  ::setenv("AGENTS_HOME", "own", 1);
  CHECK(*home_folder() == fs::current_path() / "own");
}

TEST_CASE("without variables it is in the home of the account, or nowhere, but never where all may write") {
  const bare_environment e;
  const auto* account = ::getpwuid(::geteuid());
  const auto found = home_folder();
  if (account && fs::is_directory(account->pw_dir)) {
    CHECK(*found == fs::path{account->pw_dir} / ".local/share/agents");
  } else {
    REQUIRE_FALSE(found);
    CHECK(found.error().message.find("set AGENTS_HOME") != std::string::npos);
  }
}

TEST_CASE("the home is made for its user alone, whoever makes it first") {
  const temporary_folder t;
  const bare_environment e;
  ::setenv("AGENTS_HOME", (t.path / "new").c_str(), 1);
  REQUIRE(make_home_folder());
  CHECK(mode_of(t.path / "new") == 0700);
  REQUIRE(::chmod((t.path / "new").c_str(), 0777) == 0);
  CHECK(make_home_folder().error().message.find("chmod go-w") != std::string::npos);
  CHECK(home_keys_folder().error().message.find("chmod go-w") != std::string::npos);
}
