// SPDX-License-Identifier: Apache-2.0
// The suite that every store passes, on SQLite.
#include "cluster/store/sqlite_store.hpp"
#include "libagents/core/clock.hpp"
#include "tests/integration/store/temporary_folder.hpp"

namespace {

class fixture {
  agents::journal::testing::temporary_folder folder_;

 public:
  agents::manual_clock clock;
  agents::journal::store& st() { return *store_; }

 private:
  std::unique_ptr<agents::journal::store> store_ =
      *agents::journal::open_sqlite_store({.file = folder_.file("agents.db")}, clock);
};

}  // namespace

#include "tests/unit/journal/store_suite.hpp"

TEST_CASE("the suite's store is on disk and is still there when it is opened again") {
  const agents::journal::testing::temporary_folder folder;
  const manual_clock clock;
  const auto level = GENERATE(durability::none, durability::normal, durability::full);
  const sqlite_options options{.file = folder.file("agents.db"), .level = level};
  const auto events = varied(run_number(1));
  {
    const auto st = std::move(*open_sqlite_store(options, clock));
    REQUIRE(append(*st, run_number(1), 0, events));
    REQUIRE(st->put("bucket", "key", "bytes"));
    // Queued and not waited for: the destructor commits it.
    st->append({.run = run_number(2), .events = {run_started(run_number(2))}, .by = commit_by::store_thread});
  }
  const auto st = std::move(*open_sqlite_store(options, clock));
  CHECK(events_of(*st, run_number(1)) == events);
  CHECK(events_of(*st, run_number(2)).size() == 1);
  CHECK(*st->get("bucket", "key") == "bytes");
  CHECK(append(*st, run_number(1), events.size(), {run_finished(run_number(1), 30)}));
}
