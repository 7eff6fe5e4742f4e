// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/home.hpp"

#include <cstdlib>

#include "cluster/store/sqlite_store.hpp"

namespace agents::cli {

namespace fs = std::filesystem;

fs::path home_folder() {
  const auto from = [](const char* name) -> fs::path {
    const char* v = std::getenv(name);
    return v && *v ? fs::path{v} : fs::path{};
  };
  if (auto own = from("AGENTS_HOME"); !own.empty()) return own;
  if (auto data = from("XDG_DATA_HOME"); !data.empty()) return data / "agents";
  if (auto home = from("HOME"); !home.empty()) return home / ".local/share/agents";
  return "/tmp/agents";
}

expected<std::shared_ptr<journal::store>> open_home_store(journal::durability level, const clock& c) {
  const auto folder = home_folder();
  std::error_code failure;
  if (fs::create_directories(folder, failure)) fs::permissions(folder, fs::perms::owner_all, failure);
  if (failure)
    return unexpected{errc::io, "cannot create " + folder.string() + ": " + failure.message() +
                                    "; set AGENTS_HOME to a folder that you may write"};
  auto opened = journal::open_sqlite_store({.file = folder / "runs.db", .level = level}, c);
  if (!opened) return opened.propagate();
  return std::shared_ptr<journal::store>{std::move(*opened)};
}

}  // namespace agents::cli
