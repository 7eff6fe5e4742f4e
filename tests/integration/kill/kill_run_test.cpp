// SPDX-License-Identifier: Apache-2.0
// A process that carries out a durable run is killed, at every record of its journal and at random instants; the next
// process finishes the run with the same answer and repeats nothing that was finished.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <future>
#include <set>

#include "cluster/store/sqlite_store.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/core/random.hpp"
#include "libagents/module.hpp"
#include "libagents/runtime/node.hpp"
#include "tests/actor/forwarding_store.hpp"
#include "tests/catch.hpp"
#include "tests/integration/store/temporary_folder.hpp"

using namespace agents;
using journal::testing::read_file;
using journal::testing::temporary_folder;
using journal::testing::write_file;

namespace {

constexpr int died_as_ordered = 77;
constexpr int random_rounds = 25;

struct number {
  std::int64_t n = 0;
  AGENTS_FIELDS(n)
};

/// Dies right before, or right after, its n-th append.
class dying_store final : public testing::forwarding_store {
 public:
  dying_store(std::shared_ptr<store> inner, int dies_at, bool before)
      : forwarding_store(std::move(inner)), dies_at_(dies_at), before_(before) {}
  void append(journal::append_request r) override {
    const bool last = ++appends_ == dies_at_;
    if (last && before_) ::_exit(died_as_ordered);
    inner_->append(std::move(r));
    if (!last) return;
    (void)inner_->flush();
    ::_exit(died_as_ordered);
  }

 private:
  const int dies_at_;
  const bool before_;
  std::atomic<int> appends_{0};
};

/// One line per finished execution: "step attempt". Written at once, so that it survives the process.
class execution_log {
 public:
  explicit execution_log(const std::filesystem::path& file)
      : fd_(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600)) {}
  void add(const call& c) const {
    const auto line = c.request().step + " " + std::to_string(c.request().attempt) + "\n";
    if (::write(fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
  }

 private:
  int fd_;
};

void add_modules(node& n, const std::shared_ptr<execution_log>& log) {
  const auto add = [&n](module_factory f) { REQUIRE(n.add(std::move(f))); };
  for (const auto* name : {"one", "two"})
    add([=] {
      return module(name, "1.0.0").offers("number.increment@1", [log](const number& x, call& c) {
        log->add(c);
        return number{x.n + 1};
      });
    });
  add([=] {
    return module("picky", "1.0.0").offers("number.double@1", [log](const number& x, call& c) {
      log->add(c);
      return number{c.critique().empty() ? 0 : x.n * 2};
    });
  });
  add([] {
    return module("judge", "1.0.0").offers("number.judge@1", [](const value& in) -> value {
      const bool good = in.find("output")->get_integer("n") != 0;
      return object{{"pass", good}, {"critique", good ? "" : "zero is no answer"}};
    });
  });
}

plan the_plan() {
  const auto make = [](std::string id, std::string ask, std::string n) {
    step_spec s;
    s.id = std::move(id);
    s.ask = std::move(ask);
    s.with = object{{"n", std::move(n)}};
    return s;
  };
  plan p;
  auto all = make("all", "number.increment@1", "{item}");
  all.each = "{input.list}";
  auto agreed = make("agreed", "number.increment@1", "{first.n}");
  agreed.after = {"all"};
  agreed.agree = {.of = 2, .need = 2, .on = "/n"};
  auto judged = make("judged", "number.double@1", "{agreed.n}");
  judged.verify = {"number.judge@1"};
  p.steps = {make("first", "number.increment@1", "{input.n}"), all, agreed, judged,
             make("last", "number.increment@1", "{judged.n}")};
  p.answer = object{{"first", "{first.n}"}, {"all", "{all}"}, {"last", "{last.n}"}};
  return p;
}

/// Begins the run, or continues the one that is in the store, and writes its answer into a file.
void work(const std::filesystem::path& folder, int dies_at, bool before) {
  auto clock = std::make_shared<system_clock>();
  auto opened = journal::open_sqlite_store({.file = folder / "agents.db"}, *clock);
  REQUIRE(opened);
  std::shared_ptr<journal::store> store = std::move(*opened);
  const auto known = store->runs(1);
  node_config config;
  config.clock = clock;
  config.store = std::make_shared<dying_store>(store, dies_at, before);
  node n{std::move(config)};
  add_modules(n, std::make_shared<execution_log>(folder / "executions"));
  std::promise<run_result> ended;
  const auto done = [&ended](run_result r) { ended.set_value(std::move(r)); };
  if (known->empty()) {
    task_spec t;
    t.job = "kill";
    t.input = object{{"n", 1}, {"list", array{10, 20, 30}}};
    REQUIRE(n.submit(t, share(to_value(the_plan())), done));
  } else {
    REQUIRE(n.resume(known->front().run, {}, done));
  }
  const auto r = ended.get_future().get();
  REQUIRE(r.journal);
  REQUIRE(r.status == run_status::completed);
  write_file(folder / "answer", to_json(object{{"first", *r.report().find("first")},
                                               {"all", *r.report().find("all")},
                                               {"last", *r.report().find("last")}}));
}

/// This program again, running only the hidden test below.
class worker_process {
 public:
  worker_process(const std::filesystem::path& folder, int dies_at, bool before = false) {
    const auto at = std::to_string(dies_at);
    id_ = ::fork();
    REQUIRE(id_ >= 0);
    if (id_ > 0) return;
    ::setenv("AGENTS_KILL_TEST_FOLDER", folder.c_str(), 1);
    ::setenv("AGENTS_KILL_TEST_AT", at.c_str(), 1);
    ::setenv("AGENTS_KILL_TEST_BEFORE", before ? "1" : "", 1);
    const int report = ::open((folder / "output").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(report, 1);
    ::dup2(report, 2);
    ::execl("/proc/self/exe", "worker", "[.killed_worker]", static_cast<char*>(nullptr));
    ::_exit(4);
  }
  void kill() const { ::kill(id_, SIGKILL); }
  /// How it ended: its exit code, or minus the signal.
  [[nodiscard]] int wait() const {
    int status = 0;
    ::waitpid(id_, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t id_ = -1;
};

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The executions whose end is in the journal: they must never happen again.
std::set<std::string> finished_in_journal(const std::filesystem::path& folder) {
  std::set<std::string> finished;
  const system_clock clock;
  const auto store = journal::open_sqlite_store({.file = folder / "agents.db"}, clock);
  REQUIRE(store);
  const auto runs = (*store)->runs(1);
  REQUIRE(runs);
  if (runs->empty()) return finished;
  const auto h = (*store)->read(runs->front().run);
  REQUIRE(h);
  CHECK_FALSE(h->damage);
  for (const auto& e : h->events)
    if (e.kind == event_kind::attempt_finished) finished.insert(e.step + " " + std::to_string(e.attempt));
  return finished;
}

void finish_and_check(const std::filesystem::path& folder, const std::string& answer) {
  const auto finished = finished_in_journal(folder);
  const auto before = lines_of(folder / "executions").size();
  const auto code = worker_process{folder, 0}.wait();
  INFO(read_file(folder / "output"));
  REQUIRE(code == 0);
  CHECK(read_file(folder / "answer") == answer);
  const auto lines = lines_of(folder / "executions");
  for (auto i = before; i < lines.size(); ++i) {
    CAPTURE(lines[i]);
    CHECK_FALSE(finished.contains(lines[i]));
  }
  const system_clock clock;
  CHECK((*journal::open_sqlite_store({.file = folder / "agents.db"}, clock))->runs(1)->at(0).status == "completed");
}

std::string undisturbed_answer() {
  const temporary_folder folder;
  const auto code = worker_process{folder.path(), 0}.wait();
  INFO(read_file(folder.file("output")));
  REQUIRE(code == 0);
  CHECK(lines_of(folder.file("executions")).size() == 9);
  return read_file(folder.file("answer"));
}

}  // namespace

TEST_CASE("the process that is killed", "[.killed_worker]") {
  const char* folder = std::getenv("AGENTS_KILL_TEST_FOLDER");
  if (!folder) return;
  work(folder, std::atoi(std::getenv("AGENTS_KILL_TEST_AT")), *std::getenv("AGENTS_KILL_TEST_BEFORE") != '\0');
}

TEST_CASE("a process that dies right after, or right before, any append is succeeded by one that finishes its run") {
  const bool before = GENERATE(false, true);
  const auto answer = undisturbed_answer();
  CHECK(answer == R"({"all":[{"n":11},{"n":21},{"n":31}],"first":2,"last":7})");
  int deaths = 0;
  for (int at = before ? 2 : 1;; ++at) {
    CAPTURE(at, before);
    const temporary_folder folder;
    const auto code = worker_process{folder.path(), at, before}.wait();
    if (code == 0) break;  // it was done before that append
    INFO(read_file(folder.file("output")));
    REQUIRE(code == died_as_ordered);
    ++deaths;
    finish_and_check(folder.path(), answer);
  }
  CHECK(deaths >= 5);
}

TEST_CASE("a process that is killed at a random instant, several times in one run, is succeeded all the same") {
  const auto answer = undisturbed_answer();
  seeded_random dice{20'261'121};
  int killed = 0;
  for (int round = 0; round < random_rounds; ++round) {
    CAPTURE(round);
    const temporary_folder folder;
    for (auto lives = 1 + dice.below(3); lives > 0; --lives) {
      const worker_process victim{folder.path(), 0};
      // From the start of the process on; it takes about twenty milliseconds in all.
      const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds{dice.below(30'000)};
      while (std::chrono::steady_clock::now() < end) {
      }
      victim.kill();
      killed += victim.wait() == -SIGKILL ? 1 : 0;
    }
    finish_and_check(folder.path(), answer);
  }
  CHECK(killed > 0);
}
