// SPDX-License-Identifier: Apache-2.0
// The suite that every store passes, on SQLite.
#include "cluster/store/sqlite_store.hpp"
#include "tests/catch.hpp"
#include "tests/integration/store/temporary_folder.hpp"
#include "tests/unit/journal/samples.hpp"
#include "tests/unit/journal/store_fixture.hpp"

using namespace agents;
using namespace agents::journal;
using namespace agents::journal::samples;
using namespace agents::journal::testing;

namespace agents::journal::testing {
namespace {

class sqlite_fixture final : public store_fixture {
 public:
  store& st() override { return *store_; }

 private:
  temporary_folder folder_;
  std::unique_ptr<store> store_ = *open_sqlite_store({.file = folder_.file("agents.db")}, clock);
};

}  // namespace

std::unique_ptr<store_fixture> make_store_fixture() { return std::make_unique<sqlite_fixture>(); }

}  // namespace agents::journal::testing

TEST_CASE("a store on disk is still there when it is opened again") {
  const temporary_folder folder;
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
  CHECK(st->read(run_number(1))->events == events);
  CHECK(st->read(run_number(2))->events.size() == 1);
  CHECK(*st->get("bucket", "key") == "bytes");
  CHECK(append(*st, run_number(1), events.size(), {run_finished(run_number(1), 30)}));
}
