// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/home.hpp"

#include <sys/stat.h>

#include "cluster/store/sqlite_store.hpp"
#include "libagents/home/home_folder.hpp"

namespace agents::cli {
namespace {

namespace fs = std::filesystem;

/// Earlier versions let everybody read the journal. What cannot be changed is another user's, and an error soon.
void take_from_others(const fs::path& store) {
  for (const auto* part : {"", "-wal", "-shm"}) ::chmod((store.string() + part).c_str(), S_IRUSR | S_IWUSR);
}

}  // namespace

expected<std::shared_ptr<journal::store>> open_home_store(journal::durability level, const clock& c) {
  const auto folder = make_home_folder();
  if (!folder) return folder.propagate();
  const auto file = *folder / "runs.db";
  take_from_others(file);
  auto opened = journal::open_sqlite_store({.file = file, .level = level}, c);
  if (!opened) return opened.propagate();
  return std::shared_ptr<journal::store>{std::move(*opened)};
}

}  // namespace agents::cli
