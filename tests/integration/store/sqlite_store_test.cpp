// SPDX-License-Identifier: Apache-2.0
// What only a store in a file can do wrong: full disks, locks, damage, other processes, other versions.
#include "cluster/store/sqlite_store.hpp"

#include <sys/stat.h>

#include <array>
#include <latch>
#include <thread>
#include <vector>

#include "tests/catch.hpp"
#include "tests/integration/store/raw_database.hpp"
#include "tests/integration/store/temporary_folder.hpp"
#include "tests/unit/journal/samples.hpp"
#include "tests/unit/journal/store_fixture.hpp"

using namespace agents;
using namespace agents::journal;
using namespace agents::journal::samples;
using namespace agents::journal::testing;

namespace {

class in_folder {
 public:
  temporary_folder folder;
  manual_clock clock;
  sqlite_options options{.file = folder.file("agents.db")};

  expected<std::unique_ptr<store>> try_open() { return open_sqlite_store(options, clock); }
  std::unique_ptr<store> open() {
    auto st = try_open();
    REQUIRE(st);
    return std::move(*st);
  }
  errc refusal() {
    const auto st = try_open();
    return st ? errc::none : st.error().code;
  }
};

event large_event(const run_id& run, std::size_t bytes) {
  auto e = step_finished(run, 1);
  e.text = std::string(bytes, 'x');
  return e;
}

bool is_prefix(const std::vector<event>& part, const std::vector<event>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

/// A closed store with the 20 varied events of run 1 in four records.
std::vector<event> write_sample(in_folder& f) {
  const auto events = varied(run_number(1));
  const auto st = f.open();
  for (std::size_t i = 0; i < 4; ++i) {
    const auto first = events.begin() + static_cast<std::ptrdiff_t>(5 * i);
    REQUIRE(append(*st, run_number(1), 5 * i, {first, first + 5}));
  }
  return events;
}

}  // namespace

TEST_CASE("nobody else may read the files of a new store, whatever the mask of the process") {
  const auto mask = ::umask(0);
  in_folder f;
  const auto st = f.open();
  ::umask(mask);
  REQUIRE(append(*st, run_number(1), 0, varied(run_number(1))));
  for (const auto* part : {"", "-wal", "-shm"}) {
    struct stat s {};
    REQUIRE(::stat((f.options.file.string() + part).c_str(), &s) == 0);
    CHECK((s.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a file that cannot be a store is refused with the reason") {
  in_folder f;
  SECTION("the folder does not exist") {
    f.options.file = f.folder.file("nowhere/agents.db");
    CHECK(f.refusal() == errc::io);
  }
  SECTION("no database") {
    write_file(f.options.file, std::string(8192, 'x'));
    CHECK(f.refusal() == errc::corrupt);
  }
  SECTION("a database of another program") {
    raw_database{f.options.file}.run("CREATE TABLE theirs(x)");
    CHECK(f.refusal() == errc::unsupported);
    CHECK(raw_database{f.options.file}.query("SELECT count(*) FROM sqlite_schema") == 1);
  }
  SECTION("a store of a newer version") {
    f.open();
    raw_database{f.options.file}.run("PRAGMA user_version = 99");
    const auto st = f.try_open();
    REQUIRE(!st);
    CHECK(st.error().code == errc::unsupported);
    CHECK(st.error().message.find("99") != std::string::npos);
  }
}

TEST_CASE("a truncated file is reported, not read as a shorter history") {
  in_folder f;
  const auto events = write_sample(f);
  const auto whole = read_file(f.options.file);
  for (std::size_t size = 512; size < whole.size(); size += 512) {
    write_file(f.options.file, whole.substr(0, size));
    CAPTURE(size);
    const auto st = f.try_open();
    if (!st) {
      CHECK(st.error().code == errc::corrupt);
      continue;
    }
    // The last page is an empty table, which reads the same when its end is missing.
    const auto h = (*st)->read(run_number(1));
    CHECK((!h || h->events == events));
    CHECK((!h || size > whole.size() - 4096));
  }
}

TEST_CASE("whichever byte of the file is flipped, no altered event is ever read") {
  in_folder f;
  const auto events = write_sample(f);
  const auto whole = read_file(f.options.file);
  std::size_t detected = 0;
  for (std::size_t i = 0; i < whole.size(); i += 11) {
    auto damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x5a);
    write_file(f.options.file, damaged);
    const auto st = f.try_open();
    const auto h = st ? (*st)->read(run_number(1)) : expected<history>{st.propagate()};
    if (!h || h->damage) ++detected;
    if (!h) continue;
    CAPTURE(i);
    REQUIRE(is_prefix(h->events, events));
  }
  CHECK(detected > 100);  // most bytes of the file are unused; the records and their pages are not
}

TEST_CASE("a damaged record ends the history; the run goes on after it was cut off") {
  in_folder f;
  const auto events = write_sample(f);
  const auto damage = GENERATE(
      as<std::string>{},
      "UPDATE records SET body = substr(body, 1, 40) || x'00' || substr(body, 42) WHERE id = (1 << 32) + 10",
      "UPDATE records SET body = substr(body, 1, 40) WHERE id = (1 << 32) + 10",
      "UPDATE records SET body = body || x'00' WHERE id = (1 << 32) + 10",
      "DELETE FROM records WHERE id = (1 << 32) + 10", "UPDATE records SET id = id + 1 WHERE id = (1 << 32) + 10");
  raw_database{f.options.file}.run(damage);
  const auto st = f.open();
  const auto h = st->read(run_number(1));
  REQUIRE(h);
  REQUIRE(h->damage);
  CHECK(h->damage->code == errc::corrupt);
  CHECK(h->events == std::vector(events.begin(), events.begin() + 10));
  CHECK(h->next_sequence == 10);
  CHECK(st->compact(run_number(1), 0, 5, {run_started(run_number(1))}).error().code == errc::corrupt);
  REQUIRE(st->truncate(run_number(1), 0, 10));
  CHECK(append(*st, run_number(1), 10, {step_finished(run_number(1), 1)}));
  CHECK(!st->read(run_number(1))->damage);
}

TEST_CASE("when there is no room, appends fail with the remedy and leave no gap, and go on when there is room again") {
  in_folder f;
  f.options.max_file_bytes = 200'000;
  const auto st = f.open();
  REQUIRE(append(*st, run_number(1), 0, {run_started(run_number(1)), run_finished(run_number(1), 1)}));
  REQUIRE(append(*st, run_number(2), 0, {large_event(run_number(2), 100'000), run_finished(run_number(2), 1)}));
  std::uint64_t next = 0;
  expected<void> last;
  while ((last = append(*st, run_number(3), next, {large_event(run_number(3), 10'000)}))) ++next;
  CHECK(last.error().code == errc::io);
  CHECK(last.error().message.find("free space") != std::string::npos);
  CHECK(append(*st, run_number(3), next + 1, {large_event(run_number(3), 10'000)}).error().code == errc::conflict);
  CHECK(st->read(run_number(3))->next_sequence == next);
  retention_policy policy;
  policy.max_runs = 0;
  REQUIRE(*st->retain(policy, run_finished(run_number(2), 1).at) == 2);
  CHECK(append(*st, run_number(3), next, {large_event(run_number(3), 10'000)}));
}

TEST_CASE("appends queued in one batch that finds no room all fail") {
  in_folder f;
  f.options.max_file_bytes = 200'000;
  const auto st = f.open();
  std::vector<errc> codes;
  {
    const raw_database other{f.options.file};
    raw_database blocker{f.options.file};
    blocker.run("BEGIN IMMEDIATE");  // so that both wait in the queue
    for (std::uint8_t n = 1; n <= 2; ++n)
      st->append({.run = run_number(n),
                  .events = {large_event(run_number(n), 150'000)},
                  .done = [&](const expected<void>& r) { codes.push_back(r ? errc::none : r.error().code); }});
    blocker.run("ROLLBACK");
  }
  (void)st->flush();
  CHECK(codes.size() == 2);
  for (std::uint8_t n = 1; n <= 2; ++n) {
    const auto h = st->read(run_number(n));
    CHECK(h.has_value() == (codes[n - 1U] == errc::none));
  }
  CHECK(std::count(codes.begin(), codes.end(), errc::io) >= 1);
}

TEST_CASE("more queued bytes than allowed are refused at once") {
  in_folder f;
  f.options.max_queued_bytes = 50'000;
  const auto st = f.open();
  std::vector<errc> codes;
  raw_database blocker{f.options.file};
  blocker.run("BEGIN IMMEDIATE");
  errc third = errc::none;
  const auto run = run_number(1);
  for (std::uint64_t i = 0; i < 2; ++i)
    st->append(
        {.run = run, .first_sequence = i, .events = {large_event(run, 20'000)}, .done = [&](const expected<void>& r) {
           codes.push_back(r ? errc::none : r.error().code);
         }});
  st->append(
      {.run = run, .first_sequence = 2, .events = {large_event(run, 20'000)}, .done = [&](const expected<void>& r) {
         third = r ? errc::none : r.error().code;
       }});
  CHECK(third == errc::overloaded);
  blocker.run("ROLLBACK");
  REQUIRE(st->flush());
  CHECK(codes == std::vector{errc::none, errc::none});
  CHECK(append(*st, run, 2, {large_event(run, 60'000)}));  // larger than the queue, but alone in it
}

TEST_CASE("a store that another process holds locked is overloaded, and works again afterwards") {
  in_folder f;
  f.options.busy_timeout = std::chrono::milliseconds{20};
  const auto st = f.open();
  raw_database blocker{f.options.file};
  blocker.run("BEGIN IMMEDIATE");
  const auto by = GENERATE(commit_by::caller_if_idle, commit_by::store_thread);
  const auto blocked = append(*st, run_number(1), 0, {run_started(run_number(1))}, 0, by);
  REQUIRE(!blocked);
  CHECK(blocked.error().code == errc::overloaded);
  CHECK(st->put("bucket", "key", "x").error().code == errc::overloaded);
  blocker.run("ROLLBACK");
  CHECK(append(*st, run_number(1), 0, {run_started(run_number(1))}, 0, by));
}

TEST_CASE("two stores on one file see each other's appends and claims") {
  in_folder f;
  const auto a = f.open();
  const auto b = f.open();
  const auto run = run_number(1);
  const auto first = a->claim(run, "a", std::chrono::seconds{1});
  REQUIRE(first);
  REQUIRE(append(*a, run, 0, {run_started(run)}, first->epoch));
  REQUIRE(append(*b, run, 1, {step_finished(run, 1)}, first->epoch));
  CHECK(append(*a, run, 1, {step_finished(run, 1)}, first->epoch).error().code == errc::conflict);
  REQUIRE(append(*a, run, 2, {step_finished(run, 2)}, first->epoch));
  f.clock.advance(std::chrono::seconds{2});
  const auto taken = b->claim(run, "b", std::chrono::seconds{1});
  REQUIRE(taken);
  CHECK(append(*a, run, 3, {step_finished(run, 3)}, first->epoch).error().code == errc::conflict);
  REQUIRE(append(*b, run, 3, {step_finished(run, 3)}, taken->epoch));
  CHECK(a->read(run)->events.size() == 4);
}

TEST_CASE("the write-ahead log stays bounded while appends go on") {
  in_folder f;
  const auto st = f.open();
  const auto log = f.options.file.string() + "-wal";
  std::uintmax_t largest = 0;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    REQUIRE(append(*st, run_number(1), i, {large_event(run_number(1), 20'000)}));
    if (i % 100 == 0) largest = std::max(largest, std::filesystem::file_size(log));
  }
  CHECK(largest < 40'000'000);  // 60 MB were appended; a checkpoint begins at 4 MB
}

TEST_CASE("several may make, open and close one store at the same time") {
  for (int round = 0; round < 40; ++round) {
    in_folder f;
    std::vector<std::thread> threads;
    std::array<errc, 4> refusals{};
    std::latch all_there{static_cast<std::ptrdiff_t>(refusals.size())};
    for (auto& refusal : refusals)
      threads.emplace_back([&f, &refusal, &all_there] {
        all_there.arrive_and_wait();
        for (int i = 0; i < 5 && refusal == errc::none; ++i) refusal = f.refusal();
      });
    for (auto& t : threads) t.join();
    CHECK(refusals == std::array<errc, 4>{});
  }
}
