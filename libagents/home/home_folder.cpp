// SPDX-License-Identifier: Apache-2.0
#include "libagents/home/home_folder.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "libagents/home/owned_folder.hpp"

namespace agents {
namespace {

namespace fs = std::filesystem;

fs::path from_environment(const char* name) {
  const auto* set = std::getenv(name);
  return set && *set ? fs::path{set} : fs::path{};
}

/// Services and cron jobs may have no HOME.
fs::path from_account() {
  std::array<char, 4096> text{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, text.data(), text.size(), &found) != 0 || !found) return {};
  const fs::path home{found->pw_dir};
  std::error_code ignored;
  return home.is_absolute() && fs::is_directory(home, ignored) ? home : fs::path{};
}

fs::path wanted_folder() {
  if (auto own = from_environment("AGENTS_HOME"); !own.empty()) return own;
  if (auto data = from_environment("XDG_DATA_HOME"); !data.empty()) return data / "agents";
  auto home = from_environment("HOME");
  if (home.empty()) home = from_account();
  return home.empty() ? home : home / ".local/share/agents";
}

}  // namespace

expected<fs::path> home_folder() {
  const auto folder = wanted_folder();
  if (!folder.empty()) return fs::absolute(folder).lexically_normal();
  return unexpected{errc::not_found,
                    "there is no place for data: AGENTS_HOME and HOME are not set, and the account of "
                    "user " +
                        std::to_string(::geteuid()) + " has no home folder; " + home_remedy};
}

expected<fs::path> make_home_folder() {
  auto folder = home_folder();
  if (!folder) return folder;
  if (auto ok = make_owned_folder(*folder, home_remedy); !ok) return ok.propagate();
  return folder;
}

expected<fs::path> home_keys_folder() {
  const auto folder = home_folder();
  if (!folder) return folder;
  if (auto ok = check_owned_folder(*folder, home_remedy); !ok) return ok.propagate();
  return *folder / "keys";
}

}  // namespace agents
