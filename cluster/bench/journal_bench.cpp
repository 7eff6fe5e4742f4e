// SPDX-License-Identifier: Apache-2.0
// Durable steps and runs on SQLite, beside SQLite alone committing the same bytes in the same run.
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <span>

#include "cluster/bench/bench_node.hpp"
#include "cluster/bench/measure.hpp"
#include "cluster/store/sqlite_store.hpp"

namespace agents::bench {
namespace {

namespace fs = std::filesystem;

/// A folder that is removed with everything in it.
class scratch_folder {
 public:
  scratch_folder()
      : path_(fs::temp_directory_path() /
              ("agents-bench-" + std::to_string(::getpid()) + "-" + std::to_string(++count_))) {
    fs::create_directories(path_);
  }
  ~scratch_folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  static inline int count_ = 0;
  fs::path path_;
};

std::shared_ptr<journal::store> open_store(const scratch_folder& folder, journal::durability level) {
  static const system_clock clock;
  auto opened = journal::open_sqlite_store({.file = folder.path() / "runs.db", .level = level}, clock);
  AGENTS_ASSERT(opened.has_value());
  return std::move(*opened);
}

/// SQLite alone: one row a commit.
class raw_sqlite {
 public:
  raw_sqlite(const scratch_folder& folder, std::string_view synchronous) {
    AGENTS_ASSERT(sqlite3_open((folder.path() / "raw.db").c_str(), &db_) == SQLITE_OK);
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=" + std::string{synchronous});
    run("CREATE TABLE rows(id INTEGER PRIMARY KEY, bytes BLOB)");
    AGENTS_ASSERT(sqlite3_prepare_v2(db_, "INSERT INTO rows(bytes) VALUES(?)", -1, &insert_, nullptr) == SQLITE_OK);
  }
  ~raw_sqlite() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }
  void commit(const std::string& bytes) {
    sqlite3_bind_blob(insert_, 1, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
    AGENTS_ASSERT(sqlite3_step(insert_) == SQLITE_DONE);
    sqlite3_reset(insert_);
  }

 private:
  void run(const std::string& sql) {
    AGENTS_ASSERT(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

/// Interleaved: a chain of steps, then as many raw commits of as many bytes.
std::vector<measurement> durable_step(double scale) {
  constexpr int length = 100;
  constexpr std::size_t payload = 800;  // with its envelope and its events a step then journals about 1 kB
  const scratch_folder folder;
  const auto store = open_store(folder, journal::durability::normal);
  raw_sqlite raw{folder, "NORMAL"};
  bench_node n{store};
  const auto plan = chain_plan(length);
  const auto task = text_task(payload);
  std::vector<double> ours;
  std::vector<double> theirs;
  const std::string row(1000, 'x');
  for (int i = 0; i < std::max(5, static_cast<int>(60 * scale)); ++i) {
    ours.push_back(time_of([&] { (void)n.run(task, plan); }) * 1e6 / length);
    theirs.push_back(time_of([&] {
                       for (int k = 0; k < length; ++k) raw.commit(row);
                     }) *
                     1e6 / length);
  }
  return {summary("durable_step_normal", "µs", ours, "per step of a chain of 100, each step journaled (about 1 kB)"),
          summary("raw_sqlite_commit_normal", "µs", theirs, "SQLite alone, 1 kB a commit, WAL, NORMAL")};
}

std::vector<measurement> full_group_commit(double scale) {
  const scratch_folder folder;
  const auto store = open_store(folder, journal::durability::full);
  raw_sqlite raw{folder, "FULL"};
  bench_node n{store, 0, 2};
  const auto plan = chain_plan(5);
  const auto task = text_task(400);
  std::vector<measurement> out;
  for (const int concurrent : {1, 10, 100}) {
    std::vector<double> samples;
    const int rounds = std::max(4, static_cast<int>((concurrent == 1 ? 200 : 40) * scale));
    for (int i = 0; i < rounds; ++i)
      samples.push_back(concurrent * 5 / time_of([&] { n.run_many(task, plan, concurrent); }));
    out.push_back(
        summary("durable_steps_full_" + std::to_string(concurrent) + "_runs", "steps/s", samples, "group commit"));
  }
  std::vector<double> theirs;
  const std::string row(1000, 'x');
  for (int i = 0; i < std::max(20, static_cast<int>(500 * scale)); ++i)
    theirs.push_back(time_of([&] { raw.commit(row); }) * 1e6);
  out.push_back(summary("raw_sqlite_commit_full", "µs", theirs, "SQLite alone, 1 kB a commit, WAL, FULL"));
  return out;
}

std::vector<measurement> durable_runs(double scale) {
  const scratch_folder folder;
  bench_node n{open_store(folder, journal::durability::normal), 0, 2};
  const auto plan = chain_plan(5);
  const auto task = text_task(100);
  constexpr int runs = 1000;
  std::vector<double> samples;
  for (int i = 0; i < std::max(3, static_cast<int>(10 * scale)); ++i)
    samples.push_back(runs / time_of([&] { n.run_many(task, plan, runs); }));
  return {summary("runs_durable", "runs/s", samples, "1,000 concurrent runs of 5 steps, SQLite normal")};
}

/// Runs that wait for a person: out of memory, in the store.
std::vector<measurement> paused_runs(double scale) {
  const scratch_folder folder;
  const auto store = open_store(folder, journal::durability::normal);
  auto chain = *from_value<plan>(*chain_plan(5));
  chain.steps[2].approve = true;
  const auto source = share(to_value(chain));
  const int runs = static_cast<int>(100'000 * scale);
  double took = 0;
  {
    bench_node n{store, 0, 2};
    const auto task = text_task(100);
    for (int done = 0; done < runs; done += 1000) took += time_of([&] { n.run_many(task, source, 1000); });
  }
  AGENTS_ASSERT(store->flush().has_value());
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator{folder.path()}) bytes += entry.file_size();
  measurement size = summary("paused_run_bytes", "bytes", {static_cast<double>(bytes) / runs},
                             std::to_string(runs) + " runs paused after 2 of 5 steps; on disk, none in memory");
  return {size, summary("paused_runs_per_second", "runs/s", {runs / took}, "started and paused durably")};
}

}  // namespace

std::vector<suite> journal_suites() {
  return {{"durable_step", durable_step},
          {"durable_full", full_group_commit},
          {"runs_durable", durable_runs},
          {"paused_runs", paused_runs}};
}

}  // namespace agents::bench
