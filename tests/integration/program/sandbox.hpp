// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "libagents/contract/json.hpp"
#include "tests/catch.hpp"

extern char** environ;

namespace agents::testing {

namespace fs = std::filesystem;

inline std::string content(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct finished {
  int code = -1;
  std::string out;
  std::string err;

  [[nodiscard]] value json() const {
    auto parsed = parse_json(out);
    INFO(out);
    INFO(err);
    REQUIRE(parsed);
    return *parsed;
  }
};

/// A program that is run as its users do, in a folder with a data folder of its own; everything in it is removed at the
/// end.
class sandbox {
 public:
  explicit sandbox(std::string program) : program_(std::move(program)) {
    std::string name = (fs::temp_directory_path() / "agents-program-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    setenv("AGENTS_HOME", (folder_ / "home").c_str(), 1);
  }
  ~sandbox() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name, std::ios::binary} << text;
    return folder_ / name;
  }
  /// What it prints is kept in files that begin with `name`: two that run at once take two.
  [[nodiscard]] pid_t start(std::vector<std::string> arguments, const std::string& name = {}) const {
    arguments.insert(arguments.begin(), program_);
    std::vector<char*> raw;
    for (auto& a : arguments) raw.push_back(a.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&actions, 1, (folder_ / (name + "out")).c_str(), flags, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, (folder_ / (name + "err")).c_str(), flags, 0600);
    pid_t pid = 0;
    REQUIRE(posix_spawn(&pid, program_.c_str(), &actions, nullptr, raw.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
  }
  [[nodiscard]] finished wait(pid_t pid, const std::string& name = {}) const {
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content(folder_ / (name + "out")),
            content(folder_ / (name + "err"))};
  }
  [[nodiscard]] finished run(std::vector<std::string> arguments) const { return wait(start(std::move(arguments))); }
  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  std::string program_;
  fs::path folder_;
};

}  // namespace agents::testing
