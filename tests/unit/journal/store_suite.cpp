// SPDX-License-Identifier: Apache-2.0
// What every store does. Linked into one test program per store, which defines `make_store_fixture`.
#include <atomic>
#include <thread>

#include "libagents/journal/limits.hpp"
#include "libagents/journal/store.hpp"
#include "tests/catch.hpp"
#include "tests/unit/journal/samples.hpp"
#include "tests/unit/journal/store_fixture.hpp"

using namespace agents;
using namespace agents::journal;
using namespace agents::journal::samples;
using namespace agents::journal::testing;

namespace {

/// Each test's own empty store.
class fixture {
  std::unique_ptr<store_fixture> made_ = make_store_fixture();

 public:
  manual_clock& clock = made_->clock;
  store& st() { return made_->st(); }
};

/// A run of run_started, `steps` step_finished and, when `finished`, run_finished; each appended alone.
void append_run(store& st, const run_id& run, std::int64_t steps, bool finished) {
  REQUIRE(append(st, run, 0, {run_started(run)}));
  for (std::int64_t i = 1; i <= steps; ++i)
    REQUIRE(append(st, run, static_cast<std::uint64_t>(i), {step_finished(run, i)}));
  if (finished) REQUIRE(append(st, run, static_cast<std::uint64_t>(steps) + 1, {run_finished(run, steps + 1)}));
}

std::vector<event> events_of(store& st, const run_id& run) {
  auto h = st.read(run);
  REQUIRE(h);
  CHECK(!h->damage);
  return std::move(h->events);
}

std::vector<std::uint8_t> listed(store& st, std::size_t limit = 100) {
  std::vector<std::uint8_t> numbers;
  const auto runs = st.runs(limit);
  REQUIRE(runs);
  for (const auto& summary : *runs) numbers.push_back(summary.run.bytes[15]);
  return numbers;
}

constexpr auto second = std::chrono::seconds{1};

}  // namespace

TEST_CASE("what was appended is read back in order") {
  fixture f;
  const auto run = run_number(1);
  const auto events = varied(run);
  const auto by = GENERATE(commit_by::caller_if_idle, commit_by::store_thread);
  REQUIRE(append(f.st(), run, 0, {events[0]}, 0, by));
  REQUIRE(append(f.st(), run, 1, {events.begin() + 1, events.end()}, 0, by));
  const auto h = f.st().read(run);
  REQUIRE(h);
  CHECK(h->events == events);
  CHECK(h->next_sequence == events.size());
  CHECK(h->snapshot_events == 0);
}

TEST_CASE("a run that was never heard of is not found") {
  fixture f;
  CHECK(code_of(f.st().read(run_number(1))) == errc::not_found);
  CHECK(code_of(f.st().compact(run_number(1), 0, 1, {run_started(run_number(1))})) == errc::not_found);
  CHECK(code_of(f.st().truncate(run_number(1), 0, 0)) == errc::not_found);
}

TEST_CASE("a repetition and a gap are conflicts and append nothing") {
  fixture f;
  const auto run = run_number(1);
  CHECK(code_of(append(f.st(), run, 1, {run_started(run)})) == errc::conflict);
  CHECK(code_of(f.st().read(run)) == errc::not_found);
  append_run(f.st(), run, 2, false);
  CHECK(code_of(append(f.st(), run, 2, {step_finished(run, 9)})) == errc::conflict);
  CHECK(code_of(append(f.st(), run, 4, {step_finished(run, 9)})) == errc::conflict);
  CHECK(events_of(f.st(), run) == std::vector{run_started(run), step_finished(run, 1), step_finished(run, 2)});
  CHECK(append(f.st(), run, 3, {step_finished(run, 3)}));
}

TEST_CASE("what cannot be journaled is bad input") {
  fixture f;
  const auto run = run_number(1);
  CHECK(code_of(append(f.st(), run, 0, {})) == errc::bad_input);
  CHECK(code_of(append(f.st(), run, 0, {of_kind(event_kind::chunk, run, 1)})) == errc::bad_input);
  CHECK(code_of(append(f.st(), run, 0, {run_started(run_number(2))})) == errc::bad_input);
  CHECK(code_of(append(f.st(), run, max_sequence + 1, {run_started(run)})) == errc::bad_input);
  CHECK(code_of(f.st().read(run)) == errc::not_found);
}

TEST_CASE("done is called once per append, in the order of the appends of a run, and may append") {
  fixture f;
  const auto run = run_number(1);
  std::vector<std::uint64_t> told;
  const auto tell = [&](std::uint64_t n) {
    return [&told, n](const expected<void>& ok) {
      if (ok) told.push_back(n);
    };
  };
  for (std::uint64_t i = 0; i < 20; ++i)
    f.st().append({.run = run,
                   .first_sequence = i,
                   .events = {step_finished(run, 1)},
                   .by = commit_by::store_thread,
                   .done = tell(i)});
  f.st().append({.run = run,
                 .first_sequence = 20,
                 .events = {step_finished(run, 1)},
                 .by = commit_by::store_thread,
                 .done = [&](const expected<void>& ok) {
                   if (ok) told.push_back(20);
                   f.st().append(
                       {.run = run, .first_sequence = 21, .events = {step_finished(run, 1)}, .done = tell(21)});
                 }});
  REQUIRE(f.st().flush());
  REQUIRE(f.st().flush());  // the append made by `done` may have come after the first one
  REQUIRE(told.size() == 22);
  for (std::uint64_t i = 0; i < told.size(); ++i) CHECK(told[i] == i);
}

TEST_CASE("after a refused append its sequels are refused, and all can be appended again") {
  fixture f;
  const auto run = run_number(1);
  REQUIRE(append(f.st(), run, 0, {run_started(run)}));
  std::vector<errc> codes(2);
  f.st().append(
      {.run = run, .first_sequence = 1, .events = {of_kind(event_kind::chunk, run, 1)}, .done = [&](const auto& r) {
         codes[0] = code_of(r);
       }});
  f.st().append({.run = run, .first_sequence = 2, .events = {step_finished(run, 2)}, .done = [&](const auto& r) {
                   codes[1] = code_of(r);
                 }});
  REQUIRE(f.st().flush());
  CHECK(codes == std::vector{errc::bad_input, errc::conflict});
  CHECK(append(f.st(), run, 1, {step_finished(run, 1)}));
  CHECK(append(f.st(), run, 2, {step_finished(run, 2)}));
}

TEST_CASE("flush tells the failure that nobody was told, once") {
  fixture f;
  const auto run = run_number(1);
  f.st().append({.run = run, .first_sequence = 5, .events = {run_started(run)}});
  CHECK(code_of(f.st().flush()) == errc::conflict);
  CHECK(f.st().flush());
}

TEST_CASE("runs are listed newest first, with what their events say") {
  fixture f;
  append_run(f.st(), run_number(1), 1, true);
  append_run(f.st(), run_number(2), 2, false);
  REQUIRE(append(f.st(), run_number(3), 0,
                 {run_started(run_number(3)), of_kind(event_kind::approval_requested, run_number(3), 9)}));
  CHECK(listed(f.st()) == std::vector<std::uint8_t>{3, 2, 1});
  CHECK(listed(f.st(), 2) == std::vector<std::uint8_t>{3, 2});
  const auto runs = f.st().runs(3);
  REQUIRE(runs);
  CHECK((*runs)[0].status == "waiting");
  CHECK((*runs)[0].updated == of_kind(event_kind::approval_requested, run_number(3), 9).at);
  CHECK((*runs)[1].status == "running");
  CHECK((*runs)[1].events == 3);
  CHECK((*runs)[1].updated == step_finished(run_number(2), 2).at);
  CHECK((*runs)[2].status == "completed");
  CHECK((*runs)[2].job == "licence_review");
  CHECK((*runs)[2].started == run_started(run_number(1)).at);
}

TEST_CASE("compaction replaces a prefix by a snapshot") {
  fixture f;
  const auto run = run_number(1);
  const auto events = varied(run);
  REQUIRE(append(f.st(), run, 0, {events.begin(), events.begin() + 6}));
  REQUIRE(append(f.st(), run, 6, {events.begin() + 6, events.end()}));
  const std::vector snapshot{run_started(run), step_finished(run, 1)};
  const auto up_to = GENERATE(std::uint64_t{1}, std::uint64_t{6}, std::uint64_t{9}, std::uint64_t{20});
  REQUIRE(f.st().compact(run, 0, up_to, snapshot));
  auto remaining = snapshot;
  remaining.insert(remaining.end(), events.begin() + static_cast<std::ptrdiff_t>(up_to), events.end());
  const auto h = f.st().read(run);
  REQUIRE(h);
  CHECK(!h->damage);
  CHECK(h->events == remaining);
  CHECK(h->snapshot_events == 2);
  CHECK(h->next_sequence == 20);
  SECTION("the run goes on with the next number") {
    CHECK(code_of(append(f.st(), run, 19, {run_finished(run, 21)})) == errc::conflict);
    CHECK(append(f.st(), run, 20, {run_finished(run, 21)}));
    CHECK(f.st().runs(1)->front().events == 21);
    CHECK(events_of(f.st(), run).size() == remaining.size() + 1);
  }
  SECTION("what is compacted cannot be compacted again, the rest can") {
    CHECK(code_of(f.st().compact(run, 0, up_to, snapshot)) == errc::conflict);
    CHECK(code_of(f.st().compact(run, 0, 21, snapshot)) == errc::conflict);
    if (up_to < 20) {
      CHECK(f.st().compact(run, 0, 20, {run_started(run)}));
      CHECK(events_of(f.st(), run) == std::vector{run_started(run)});
    }
  }
}

TEST_CASE("a compaction needs a snapshot of the same run") {
  fixture f;
  const auto run = run_number(1);
  append_run(f.st(), run, 2, false);
  CHECK(code_of(f.st().compact(run, 0, 2, {})) == errc::bad_input);
  CHECK(code_of(f.st().compact(run, 0, 2, {run_started(run_number(2))})) == errc::bad_input);
  CHECK(code_of(f.st().compact(run, 0, 0, {run_started(run)})) == errc::conflict);
  CHECK(events_of(f.st(), run).size() == 3);
}

TEST_CASE("truncation drops the tail, inside a record too, and the run goes on from there") {
  fixture f;
  const auto run = run_number(1);
  const auto events = varied(run);
  REQUIRE(append(f.st(), run, 0, {events.begin(), events.begin() + 6}));
  REQUIRE(append(f.st(), run, 6, {events.begin() + 6, events.end()}));
  CHECK(f.st().runs(1)->front().status == "partial");
  const auto from =
      GENERATE(std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{6}, std::uint64_t{10}, std::uint64_t{20});
  REQUIRE(f.st().truncate(run, 0, from));
  const auto h = f.st().read(run);
  REQUIRE(h);
  CHECK(h->events == std::vector(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(from)));
  CHECK(h->next_sequence == from);
  CHECK(append(f.st(), run, from, {step_finished(run, 1)}));
  if (from == 3) CHECK(f.st().runs(1)->front().status == "running");
  CHECK(code_of(f.st().truncate(run, 0, from + 2)) == errc::conflict);
}

TEST_CASE("truncation does not reach into a snapshot") {
  fixture f;
  const auto run = run_number(1);
  append_run(f.st(), run, 5, false);
  REQUIRE(f.st().compact(run, 0, 3, {run_started(run)}));
  CHECK(code_of(f.st().truncate(run, 0, 2)) == errc::conflict);
  CHECK(f.st().truncate(run, 0, 3));
  CHECK(events_of(f.st(), run) == std::vector{run_started(run)});
  CHECK(append(f.st(), run, 3, {step_finished(run, 3)}));
}

TEST_CASE("a claimed run accepts only the holder of the last epoch") {
  fixture f;
  const auto run = run_number(1);
  const auto first = f.st().claim(run, "node-a", 10 * second);
  REQUIRE(first);
  CHECK(first->expires == f.clock.now() + 10 * second);
  CHECK(code_of(append(f.st(), run, 0, {run_started(run)})) == errc::conflict);
  REQUIRE(append(f.st(), run, 0, {run_started(run)}, first->epoch));
  f.clock.advance(11 * second);
  CHECK(append(f.st(), run, 1, {step_finished(run, 1)}, first->epoch));  // nobody else has claimed it
  const auto later = f.st().claim(run, "node-b", 10 * second);
  REQUIRE(later);
  CHECK(later->epoch > first->epoch);
  CHECK(code_of(append(f.st(), run, 2, {step_finished(run, 2)}, first->epoch)) == errc::conflict);
  CHECK(code_of(f.st().renew(*first, second)) == errc::conflict);
  CHECK(code_of(f.st().release(*first)) == errc::conflict);
  CHECK(code_of(f.st().compact(run, first->epoch, 1, {run_started(run)})) == errc::conflict);
  CHECK(code_of(f.st().truncate(run, first->epoch, 1)) == errc::conflict);
  CHECK(append(f.st(), run, 2, {step_finished(run, 2)}, later->epoch));
  CHECK(f.st().compact(run, later->epoch, 1, {run_started(run)}));
}

TEST_CASE("a lease keeps others away until it ends, is released, or is not renewed") {
  fixture f;
  const auto run = run_number(1);
  const auto held = f.st().claim(run, "node-a", 10 * second);
  REQUIRE(held);
  CHECK(code_of(f.st().claim(run, "node-b", second)) == errc::conflict);
  f.clock.advance(9 * second);
  const auto renewed = f.st().renew(*held, 10 * second);
  REQUIRE(renewed);
  CHECK(renewed->epoch == held->epoch);
  f.clock.advance(9 * second);
  CHECK(code_of(f.st().claim(run, "node-b", second)) == errc::conflict);
  REQUIRE(f.st().release(*renewed));
  CHECK(f.st().claim(run, "node-b", second));
}

TEST_CASE("a process that claims again fences its own earlier self") {
  fixture f;
  const auto run = run_number(1);
  const auto before = f.st().claim(run, "node-a", 10 * second);
  const auto after = f.st().claim(run, "node-a", 10 * second);
  REQUIRE(before);
  REQUIRE(after);
  CHECK(code_of(append(f.st(), run, 0, {run_started(run)}, before->epoch)) == errc::conflict);
  CHECK(append(f.st(), run, 0, {run_started(run)}, after->epoch));
}

TEST_CASE("open runs that nobody owns can be claimed, oldest first") {
  fixture f;
  append_run(f.st(), run_number(1), 1, false);
  append_run(f.st(), run_number(2), 1, true);
  append_run(f.st(), run_number(3), 1, false);
  append_run(f.st(), run_number(4), 1, false);
  REQUIRE(f.st().claim(run_number(3), "node-a", second));
  CHECK(*f.st().claimable(10) == std::vector{run_number(1), run_number(4)});
  CHECK(*f.st().claimable(1) == std::vector{run_number(1)});
  f.clock.advance(second);
  CHECK(f.st().claimable(10)->size() == 3);
}

TEST_CASE("retention removes finished runs beyond the number, oldest first, and never open ones") {
  fixture f;
  for (std::uint8_t n = 1; n <= 6; ++n) append_run(f.st(), run_number(n), 1, n != 2);
  retention_policy policy;
  policy.max_runs = 2;
  const auto now = run_finished(run_number(1), 2).at + second;
  CHECK(*f.st().retain(policy, now) == 3);
  CHECK(listed(f.st()) == std::vector<std::uint8_t>{6, 5, 2});
  CHECK(code_of(f.st().read(run_number(1))) == errc::not_found);
  CHECK(events_of(f.st(), run_number(5)).size() == 3);
  CHECK(*f.st().retain(policy, now) == 0);
  CHECK(append(f.st(), run_number(1), 0, {run_started(run_number(1))}));  // a removed run leaves nothing behind
}

TEST_CASE("retention removes finished runs beyond the age and the bytes") {
  fixture f;
  for (std::uint8_t n = 1; n <= 3; ++n) append_run(f.st(), run_number(n), 3 * n, true);
  const auto last = run_finished(run_number(3), 10).at;
  retention_policy policy;
  SECTION("nothing is removed by default soon after") { CHECK(*f.st().retain(policy, last + second) == 0); }
  SECTION("age counts from the end of a run") {
    policy.max_age = 5 * second;  // the runs ended 6, 3 and 0 seconds before `last`
    CHECK(*f.st().retain(policy, last) == 1);
    CHECK(listed(f.st()) == std::vector<std::uint8_t>{3, 2});
  }
  SECTION("bytes are those of the newest runs together") {
    policy.max_bytes = 1;
    CHECK(*f.st().retain(policy, last) == 3);
    CHECK(listed(f.st()).empty());
  }
}

TEST_CASE("small state is kept by bucket and key") {
  fixture f;
  CHECK(code_of(f.st().get("reliability", "linear")) == errc::not_found);
  const std::string bytes("\0\xff\n", 3);
  REQUIRE(f.st().put("reliability", "linear", bytes));
  REQUIRE(f.st().put("reliability", "bayes", "0.5"));
  REQUIRE(f.st().put("prices", "linear", ""));
  CHECK(*f.st().get("reliability", "linear") == bytes);
  CHECK(f.st().get("prices", "linear")->empty());
  REQUIRE(f.st().put("reliability", "linear", "0.9"));
  using entries = std::vector<std::pair<std::string, std::string>>;
  CHECK(*f.st().list("reliability") == entries{{"bayes", "0.5"}, {"linear", "0.9"}});
  CHECK(f.st().list("none")->empty());
  REQUIRE(f.st().erase("reliability", "bayes"));
  REQUIRE(f.st().erase("reliability", "never was"));
  CHECK(*f.st().list("reliability") == entries{{"linear", "0.9"}});
}

TEST_CASE("threads that append to their own runs at once lose nothing") {
  fixture f;
  constexpr std::uint64_t appends = 300;
  std::atomic<int> failures = 0;
  const auto drive = [&](std::uint8_t n, commit_by by) {
    const auto run = run_number(n);
    for (std::uint64_t i = 0; i < appends; ++i)
      if (!append(f.st(), run, i, {step_finished(run, static_cast<std::int64_t>(i))}, 0, by)) ++failures;
  };
  std::thread a{drive, std::uint8_t{1}, commit_by::caller_if_idle};
  std::thread b{drive, std::uint8_t{2}, commit_by::caller_if_idle};
  std::thread c{drive, std::uint8_t{3}, commit_by::store_thread};
  for (std::uint8_t n = 0; n < 50; ++n) {
    REQUIRE(f.st().put("bucket", std::to_string(n), "x"));
    REQUIRE(f.st().runs(3));
  }
  for (auto* thread : {&a, &b, &c}) thread->join();
  CHECK(failures == 0);
  for (std::uint8_t n = 1; n <= 3; ++n) {
    const auto events = events_of(f.st(), run_number(n));
    REQUIRE(events.size() == appends);
    for (std::uint64_t i = 0; i < appends; ++i)
      CHECK(events[i] == step_finished(run_number(n), static_cast<std::int64_t>(i)));
  }
}
