// SPDX-License-Identifier: Apache-2.0
// Speed of the journal: the codec, and the SQLite store beside raw SQLite writing the same bytes in the same run.
// Prints one line per measurement, or with --json the object of `./bench --json`. --quick for a tenth of the rounds.
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "cluster/store/sqlite_store.hpp"
#include "libagents/core/assert.hpp"
#include "libagents/core/random.hpp"
#include "libagents/journal/codec.hpp"
#include "libagents/journal/crc32c.hpp"
#include "libagents/journal/memory_store.hpp"
#include "libagents/journal/record.hpp"

using namespace agents;
using namespace agents::journal;

namespace {

namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

struct result {
  std::string name;
  std::string unit;
  double median = 0;
  double p99 = 0;
  std::size_t runs = 0;
};

std::vector<result> results;

double micros_since(steady::time_point begin) {
  return std::chrono::duration<double, std::micro>(steady::now() - begin).count();
}

void report(std::string name, std::string unit, std::vector<double> samples, bool higher_is_better = false) {
  std::sort(samples.begin(), samples.end());
  const auto n = samples.size();
  const auto worst = higher_is_better ? n / 100 : std::min(n - 1, n * 99 / 100);
  results.push_back({std::move(name), std::move(unit), samples[n / 2], samples[worst], n});
  const auto& r = results.back();
  std::fprintf(stderr, "%-58s %12.3f %-8s p99 %12.3f  (%zu)\n", r.name.c_str(), r.median, r.unit.c_str(), r.p99, n);
}

/// Samples of the mean of `inner` calls.
std::vector<double> sample(std::size_t rounds, std::size_t inner, const std::function<void()>& body) {
  std::vector<double> samples;
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto begin = steady::now();
    for (std::size_t j = 0; j < inner; ++j) body();
    samples.push_back(micros_since(begin) / static_cast<double>(inner));
  }
  return samples;
}

class scratch {
 public:
  scratch() : dir_(fs::temp_directory_path() / ("agents_journal_bench_" + std::to_string(getpid()))) {
    fs::create_directories(dir_);
  }
  ~scratch() { fs::remove_all(dir_); }
  fs::path file(const std::string& name) const { return dir_ / name; }

 private:
  fs::path dir_;
};

system_clock wall;
seeded_random dice{7};

run_id new_run() { return {uuid::make(wall.now(), dice)}; }

event small_event(const run_id& run) {
  event e;
  e.kind = event_kind::attempt_started;
  e.at = wall.now();
  e.run = run;
  e.step = "classify[3]";
  e.attempt = 1;
  e.capability = "text.classify@1";
  e.module = "linear_classifier";
  e.version = "1.2.0";
  return e;
}

event kilobyte_event(const run_id& run) {
  auto e = small_event(run);
  e.kind = event_kind::attempt_finished;
  e.data = share(object{{"text", std::string(760, 'x')}, {"score", 0.5}, {"k", 3}, {"tags", array{"a", "b"}}});
  return e;
}

std::unique_ptr<store> open(const fs::path& file, durability level) {
  auto opened = open_sqlite_store({.file = file, .level = level}, wall);
  if (!opened) std::fprintf(stderr, "%s\n", to_string(opened.error()).c_str());
  return std::move(*opened);
}

void must(const expected<void>& ok) {
  if (ok) return;
  std::fprintf(stderr, "%s\n", to_string(ok.error()).c_str());
  std::abort();
}

/// Waits until a number of appends was acknowledged.
class countdown {
 public:
  explicit countdown(std::size_t n) : left_(n) {}
  std::function<void(expected<void>)> one() {
    return [this](const expected<void>& ok) {
      must(ok);
      const std::lock_guard lock{mutex_};
      if (--left_ == 0) zero_.notify_one();
    };
  }
  void wait() {
    std::unique_lock lock{mutex_};
    zero_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable zero_;
  std::size_t left_;
};

void codec(std::size_t rounds) {
  const auto run = new_run();
  for (const auto& [name, e] : {std::pair{"small event", small_event(run)}, std::pair{"1 kB event", kilobyte_event(run)}}) {
    const std::vector events{e};
    const auto bytes = encode_record(0, events);
    const auto label = std::string{name} + " (" + std::to_string(bytes.size()) + " B)";
    report("encode record, " + label, "us", sample(rounds, 1000, [&] { (void)encode_record(0, events); }));
    report("decode record, " + label, "us", sample(rounds, 1000, [&] {
             std::string_view rest = bytes;
             must(decode_record(rest) ? expected<void>{} : unexpected{errc::corrupt, "bench"});
           }));
  }
  const std::string block(1024, 'x');
  std::atomic<std::uint32_t> sink = 0;
  report("CRC-32C of 1 kB", "us", sample(rounds, 1000, [&] { sink = crc32c(block, sink); }));
}

/// What any store on SQLite must do: one insertion of these bytes per transaction.
class raw_sqlite {
 public:
  raw_sqlite(const fs::path& file, const char* synchronous) {
    AGENTS_ASSERT(sqlite3_open(file.c_str(), &db_) == SQLITE_OK);
    run("PRAGMA journal_mode = WAL");
    run(synchronous);
    run("CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB NOT NULL)");
    for (const auto& [to, sql] : {std::pair{&begin_, "BEGIN IMMEDIATE"}, std::pair{&commit_, "COMMIT"},
                                  std::pair{&insert_, "INSERT INTO t(body) VALUES(?)"}})
      sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, to, nullptr);
  }
  raw_sqlite(const raw_sqlite&) = delete;
  raw_sqlite& operator=(const raw_sqlite&) = delete;
  ~raw_sqlite() {
    for (auto* s : {begin_, commit_, insert_}) sqlite3_finalize(s);
    sqlite3_close(db_);
  }
  void commit(const std::string& body, int rows) {
    step(begin_);
    for (int i = 0; i < rows; ++i) {
      sqlite3_bind_blob(insert_, 1, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
      step(insert_);
    }
    step(commit_);
  }

 private:
  void run(const char* sql) { AGENTS_ASSERT(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK); }
  static void step(sqlite3_stmt* s) {
    AGENTS_ASSERT(sqlite3_step(s) == SQLITE_DONE);
    sqlite3_reset(s);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

void one_appender(const scratch& dir, durability level, std::size_t rounds) {
  const std::string name = level == durability::full ? "full" : "normal";
  const auto run = new_run();
  const auto body = encode_record(0, std::vector{kilobyte_event(run)});
  raw_sqlite raw{dir.file("raw1_" + name), level == durability::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"};
  const auto inline_store = open(dir.file("inline_" + name), level);
  const auto thread_store = open(dir.file("thread_" + name), level);
  std::vector<double> raw_samples, inline_samples, thread_samples;
  // Interleaved, so that a change of the machine's speed meets all three.
  for (std::uint64_t i = 0; i < rounds; ++i) {
    auto begin = steady::now();
    raw.commit(body, 1);
    raw_samples.push_back(micros_since(begin));
    for (auto* samples : {&inline_samples, &thread_samples}) {
      const bool by_caller = samples == &inline_samples;
      append_request request{.run = run, .first_sequence = i, .events = {kilobyte_event(run)}};
      request.by = by_caller ? commit_by::caller_if_idle : commit_by::store_thread;
      begin = steady::now();
      must((by_caller ? inline_store : thread_store)->append_and_wait(std::move(request)));
      samples->push_back(micros_since(begin));
    }
  }
  report(name + ": raw SQLite, 1 kB, one a commit", "us", raw_samples);
  report(name + ": store, 1 kB, caller_if_idle, waiting", "us", inline_samples);
  report(name + ": store, 1 kB, store_thread, waiting", "us", thread_samples);
}

void hundred_at_once(const scratch& dir, durability level, std::size_t rounds, std::size_t runs_count, const char* label) {
  const std::string name = level == durability::full ? "full" : "normal";
  const auto st = open(dir.file("hundred_" + name + std::to_string(runs_count)), level);
  std::vector<run_id> runs;
  for (std::size_t i = 0; i < runs_count; ++i) runs.push_back(new_run());
  std::vector<std::uint64_t> next(runs_count, 0);
  std::vector<double> rates;
  for (std::size_t i = 0; i < rounds; ++i) {
    std::vector<append_request> requests;
    countdown all{100};
    for (std::size_t j = 0; j < 100; ++j) {
      const auto r = j % runs_count;
      requests.push_back({.run = runs[r], .first_sequence = next[r]++, .events = {kilobyte_event(runs[r])},
                          .by = commit_by::store_thread, .done = all.one()});
    }
    const auto begin = steady::now();
    for (auto& request : requests) st->append(std::move(request));
    all.wait();
    rates.push_back(100e6 / micros_since(begin));
  }
  report(name + ": store, 100 rows of 1 kB at once, " + label, "rows/s", rates, true);
}

void raw_hundred(const scratch& dir, std::size_t rounds) {
  raw_sqlite raw{dir.file("raw100"), "PRAGMA synchronous=NORMAL"};
  const auto body = encode_record(0, std::vector{kilobyte_event(new_run())});
  std::vector<double> rates;
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto begin = steady::now();
    raw.commit(body, 100);
    rates.push_back(100e6 / micros_since(begin));
  }
  report("normal: raw SQLite, 100 rows of 1 kB a commit", "rows/s", rates, true);
}

/// Rows a second when `concurrent` runs each wait for their last append before the next, driven by the store's thread.
void concurrent_runs(const scratch& dir, durability level, std::size_t concurrent, std::size_t rounds) {
  const std::string name = level == durability::full ? "full" : "normal";
  const auto st = open(dir.file("concurrent_" + name + std::to_string(concurrent)), level);
  std::vector<run_id> runs;
  for (std::size_t i = 0; i < concurrent; ++i) runs.push_back(new_run());
  std::vector<double> rates;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    countdown all{concurrent};
    const auto begin = steady::now();
    for (const auto& run : runs)
      st->append({.run = run, .first_sequence = i, .events = {kilobyte_event(run)}, .by = commit_by::store_thread, .done = all.one()});
    all.wait();
    rates.push_back(static_cast<double>(concurrent) * 1e6 / micros_since(begin));
  }
  report(name + ": " + std::to_string(concurrent) + " concurrent runs, each waiting", "rows/s", rates, true);
}

std::vector<event> lifecycle_event(const run_id& run, std::uint64_t i) {
  auto e = small_event(run);
  if (i == 0) e.kind = event_kind::run_started, e.data = share(object{{"job", "bench"}, {"goal", "measure"}});
  if (i == 5) e.kind = event_kind::run_finished, e.text = "completed";
  return {std::move(e)};
}

void pipelined_runs(const scratch& dir, commit_by by, const char* label, std::size_t runs_per_thread, std::size_t repeats) {
  std::vector<double> rates;
  for (std::size_t round = 0; round < repeats; ++round) {
    const auto st = open(dir.file("pipelined_" + std::string{label} + std::to_string(round)), durability::normal);
    countdown all{2 * runs_per_thread * 6};
    const auto drive = [&] {
      // 500 runs in flight per thread, round-robin, as concurrent runs do.
      for (std::size_t done = 0; done < runs_per_thread; done += 500) {
        std::vector<run_id> runs;
        for (std::size_t i = 0; i < 500; ++i) runs.push_back(new_run());
        for (std::uint64_t sequence = 0; sequence < 6; ++sequence)
          for (const auto& run : runs)
            st->append({.run = run, .first_sequence = sequence, .events = lifecycle_event(run, sequence), .by = by, .done = all.one()});
      }
    };
    const auto begin = steady::now();
    std::thread other{drive};
    drive();
    other.join();
    all.wait();
    rates.push_back(2.0 * static_cast<double>(runs_per_thread) * 1e6 / micros_since(begin));
  }
  report(std::string{"normal: runs of 6 records, 2 threads, "} + label, "runs/s", rates, true);
}

void paused_runs(const scratch& dir, std::size_t count) {
  const auto file = dir.file("paused");
  {
    const auto st = open(file, durability::normal);
    countdown all{count * 6};
    for (std::size_t done = 0; done < count; ++done) {
      const auto run = new_run();
      for (std::uint64_t sequence = 0; sequence < 6; ++sequence) {
        auto events = lifecycle_event(run, sequence);
        if (sequence == 5) events[0].kind = event_kind::approval_requested;
        st->append({.run = run, .first_sequence = sequence, .events = std::move(events), .by = commit_by::store_thread, .done = all.one()});
      }
    }
    all.wait();
  }
  const auto st = open(file, durability::normal);
  const auto n = std::to_string(count) + " paused runs";
  report(n + ": bytes on disk per run of 6 small records", "bytes", {static_cast<double>(fs::file_size(file)) / static_cast<double>(count)});
  report(n + ": list the newest 20", "us", sample(50, 1, [&] { AGENTS_ASSERT(st->runs(20)->size() == 20); }));
  report(n + ": list all", "us", sample(5, 1, [&] { AGENTS_ASSERT(st->runs(count)->size() == count); }));
  report(n + ": open the store", "us", sample(20, 1, [&] { (void)open(file, durability::normal); }));
}

void in_memory(std::size_t rounds) {
  memory_store st{wall};
  const auto run = new_run();
  std::uint64_t sequence = 0;
  report("memory store: append of a small event", "us", sample(rounds, 1000, [&] {
           st.append({.run = run, .first_sequence = sequence++, .events = {small_event(run)}});
         }));
}

void print_json() {
  std::printf("{\"results\":[");
  for (std::size_t i = 0; i < results.size(); ++i)
    std::printf("%s{\"name\":\"%s\",\"unit\":\"%s\",\"median\":%.4f,\"p99\":%.4f,\"runs\":%zu}", i ? "," : "",
                results[i].name.c_str(), results[i].unit.c_str(), results[i].median, results[i].p99, results[i].runs);
  std::printf("]}\n");
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments{argv + 1, argv + argc};
  const auto given = [&](const char* flag) {
    return std::any_of(arguments.begin(), arguments.end(), [&](const char* a) { return std::strcmp(a, flag) == 0; });
  };
  const std::size_t scale = given("--quick") ? 1 : 10;
  const scratch dir;
  codec(10 * scale);
  in_memory(10 * scale);
  one_appender(dir, durability::normal, 2'000 * scale);
  one_appender(dir, durability::full, 300 * scale);
  raw_hundred(dir, 200 * scale);
  hundred_at_once(dir, durability::normal, 200 * scale, 1, "one run");
  hundred_at_once(dir, durability::normal, 200 * scale, 100, "100 runs");
  for (const std::size_t concurrent : {1, 10, 100}) concurrent_runs(dir, durability::full, concurrent, 40 * scale);
  pipelined_runs(dir, commit_by::store_thread, "store_thread", 500 * scale, 5);
  pipelined_runs(dir, commit_by::caller_if_idle, "caller_if_idle", 500 * scale, 5);
  paused_runs(dir, 10'000 * scale);
  if (given("--json")) print_json();
}
