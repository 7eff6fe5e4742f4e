// SPDX-License-Identifier: Apache-2.0
#include "monitoring/run_table.hpp"

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::monitoring;
using namespace std::chrono_literals;

namespace {

run_id numbered(std::uint8_t n) {
  run_id id;
  id.bytes.back() = n;
  return id;
}

// The table never looks behind the reference: an address is enough.
struct fake_entries {
  alignas(64) unsigned char storage[2]{};
  request_entry& operator[](std::size_t i) {
    void* const address = &storage[i];
    return *static_cast<request_entry*>(address);
  }
};

constexpr time_point start{1'000};

}  // namespace

TEST_CASE("a run is known from its start to its end") {
  run_table table;
  CHECK_FALSE(table.finish(numbered(1), start));
  CHECK(table.start(numbered(1), start) == run_arrival::is_new);
  CHECK(table.start(numbered(1), start) == run_arrival::was_running);
  const auto end = table.finish(numbered(1), start + 5s);
  REQUIRE(end);
  CHECK(end->lived == 5s);
  CHECK(end->was == run_state::running);
  CHECK_FALSE(table.finish(numbered(1), start));
}

TEST_CASE("a run that waits for a person goes on counting its time") {
  run_table table;
  table.start(numbered(1), start);
  REQUIRE(table.wait(numbered(1), start + 1s));
  CHECK(table.start(numbered(1), start + 10s) == run_arrival::was_waiting);
  CHECK(table.finish(numbered(1), start + 11s)->lived == 11s);
}

TEST_CASE("an attempt is closed once, under the labels it was opened with") {
  run_table table;
  fake_entries entries;
  table.start(numbered(1), start);
  CHECK(table.open(numbered(1), "classify", 1, entries[0]));
  CHECK(table.open(numbered(1), "classify", 2, entries[1]));
  CHECK(table.close(numbered(1), "classify", 2) == &entries[1]);
  CHECK(table.close(numbered(1), "classify", 2) == nullptr);
  CHECK(table.close(numbered(2), "classify", 1) == nullptr);
  CHECK_FALSE(table.open(numbered(2), "classify", 1, entries[0]));
}

TEST_CASE("the end of a run hands back the attempts that nobody closed") {
  run_table table;
  fake_entries entries;
  table.start(numbered(1), start);
  table.open(numbered(1), "draft", 1, entries[1]);
  const auto end = table.finish(numbered(1), start);
  REQUIRE(end);
  CHECK(end->open == std::vector<request_entry*>{&entries[1]});
}

TEST_CASE("a clock that goes back gives no negative duration") {
  run_table table;
  table.start(numbered(1), start);
  CHECK(table.finish(numbered(1), start - 5s)->lived == duration{0});
}

TEST_CASE("the table is bounded") {
  run_table table;
  run_id id;  // all in one shard: the last byte stays
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < run_table::max_runs; ++i) {
    id.bytes[0] = static_cast<std::uint8_t>(i);
    id.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    if (table.start(id, start) == run_arrival::refused) break;
    ++accepted;
  }
  CHECK(accepted == run_table::max_runs / 64);
}
