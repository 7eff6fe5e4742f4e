// SPDX-License-Identifier: Apache-2.0
// A process that appends is killed at random points: what it had been told to be durable is there, without gaps.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>

#include "cluster/store/sqlite_store.hpp"
#include "libagents/core/random.hpp"
#include "tests/catch.hpp"
#include "tests/integration/store/temporary_folder.hpp"
#include "tests/unit/journal/samples.hpp"

using namespace agents;
using namespace agents::journal;
using namespace agents::journal::samples;

namespace {

constexpr std::uint8_t runs = 3;
constexpr int rounds = 40;

/// What the child writes into the pipe for each acknowledged append; small enough to be written at once or not at all.
struct acknowledgement {
  std::uint32_t run = 0;
  std::uint32_t next_sequence = 0;
};

event event_number(const run_id& run, std::uint64_t sequence) {
  return step_finished(run, static_cast<std::int64_t>(sequence));
}

/// Appends to three runs for ever: to one waiting, to one through the store's thread, to one in records of three.
/// Stops by itself only on an error.
void append_until_killed(store& st, int pipe) {
  std::array<std::uint64_t, runs + 1> next{};
  for (std::uint8_t n = 1; n <= runs; ++n)
    if (const auto h = st.read(run_number(n))) next[n] = h->next_sequence;
  for (bool good = true; good;) {
    for (std::uint8_t n = 1; n <= runs; ++n) {
      const auto run = run_number(n);
      append_request request{.run = run, .first_sequence = next[n]};
      for (int i = 0; i < (n == 3 ? 3 : 1); ++i) request.events.push_back(event_number(run, next[n]++));
      request.by = n == 2 ? commit_by::store_thread : commit_by::caller_if_idle;
      const acknowledgement told{n, static_cast<std::uint32_t>(next[n])};
      request.done = [pipe, told](const expected<void>& ok) {
        if (ok && ::write(pipe, &told, sizeof told) != sizeof told) ::_exit(3);
      };
      if (n == 1)
        good = st.append_and_wait(std::move(request)).has_value();
      else
        st.append(std::move(request));
    }
  }
}

/// This program again, running only the hidden test below.
class child {
 public:
  explicit child(const std::filesystem::path& file) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    read_end_ = ends[0];
    const auto write_end = std::to_string(ends[1]);
    id_ = ::fork();
    REQUIRE(id_ >= 0);
    if (id_ == 0) {
      ::setenv("AGENTS_KILL_TEST_FILE", file.c_str(), 1);
      ::setenv("AGENTS_KILL_TEST_PIPE", write_end.c_str(), 1);
      const int quiet = ::open("/dev/null", O_WRONLY);
      ::dup2(quiet, 1);
      ::execl("/proc/self/exe", "child", "[.killed_child]", static_cast<char*>(nullptr));
      ::_exit(4);
    }
    ::close(ends[1]);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child() { ::close(read_end_); }

  /// The next acknowledgement; false when the child is gone and the pipe is empty.
  bool next(acknowledgement& told) { return ::read(read_end_, &told, sizeof told) == sizeof told; }

  /// Kills the child; true when it had not ended by itself.
  bool kill() {
    ::kill(id_, SIGKILL);
    int status = 0;
    ::waitpid(id_, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  int read_end_ = -1;
  pid_t id_ = -1;
};

/// Lets the child reach a random point: a number of acknowledgements and then some microseconds of its work.
std::map<std::uint32_t, std::uint32_t> run_and_kill(const std::filesystem::path& file, agents::random& dice) {
  std::map<std::uint32_t, std::uint32_t> acknowledged;
  child victim{file};
  acknowledgement told;
  for (auto left = 1 + dice.below(300); left > 0; --left) {
    REQUIRE(victim.next(told));
    acknowledged[told.run] = told.next_sequence;
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds{dice.below(500)};
  while (std::chrono::steady_clock::now() < end) {
  }
  CHECK(victim.kill());
  while (victim.next(told)) acknowledged[told.run] = told.next_sequence;
  return acknowledged;
}

}  // namespace

TEST_CASE("the process that is killed", "[.killed_child]") {
  const char* file = std::getenv("AGENTS_KILL_TEST_FILE");
  const char* pipe = std::getenv("AGENTS_KILL_TEST_PIPE");
  if (!file || !pipe) return;
  const system_clock clock;
  const auto st = open_sqlite_store({.file = file}, clock);
  REQUIRE(st);
  append_until_killed(**st, std::atoi(pipe));
}

TEST_CASE("whatever was acknowledged survives kill -9 at any point, without gaps") {
  const testing::temporary_folder folder;
  const auto file = folder.file("agents.db");
  const system_clock clock;
  seeded_random dice{20'261'121};
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const auto acknowledged = run_and_kill(file, dice);
    const auto st = open_sqlite_store({.file = file}, clock);
    REQUIRE(st);
    for (const auto& [n, next] : acknowledged) {
      const auto run = run_number(static_cast<std::uint8_t>(n));
      const auto h = (*st)->read(run);
      REQUIRE(h);
      CHECK(!h->damage);
      CHECK(h->next_sequence >= next);
      REQUIRE(h->events.size() == h->next_sequence);
      for (std::uint64_t i = 0; i < h->next_sequence; ++i) REQUIRE(h->events[i] == event_number(run, i));
    }
  }
}
