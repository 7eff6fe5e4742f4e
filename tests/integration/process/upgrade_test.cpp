// SPDX-License-Identifier: Apache-2.0
// New versions of a process module take over under load, for real.
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "tests/integration/process/process_node.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

process_options odd_version(const std::string& v) {
  auto o = odd();
  o.command.environment.push_back("ODD_VERSION=" + v);
  return o;
}

/// Threads that ask all the time.
class load {
 public:
  explicit load(process_node& n) {
    for (int t = 0; t < 4; ++t)
      threads_.emplace_back([this, &n] {
        while (!stop_) {
          const auto r = n.ask("odd.echo@1", text("hi"));
          ++(r ? good_ : failed_);
          if (r) continue;
          const std::lock_guard lock{mutex_};
          last_error_ = to_string(r.error());
        }
      });
  }
  load(const load&) = delete;
  load& operator=(const load&) = delete;
  ~load() { end(); }
  void until(std::size_t more) const {
    for (const auto wanted = good_ + more; good_ < wanted;) std::this_thread::yield();
  }
  std::size_t end() {
    stop_ = true;
    for (auto& t : threads_) t.join();
    threads_.clear();
    CHECK(good_ > 0);
    return failed_;
  }
  /// After `end`.
  [[nodiscard]] const std::string& last_error() const { return last_error_; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> good_{0};
  std::atomic<std::size_t> failed_{0};
  std::mutex mutex_;
  std::string last_error_;
  std::vector<std::thread> threads_;
};

upgrade_report upgrade(process_node& n, const std::string& to, upgrade_options how = {}) {
  std::promise<expected<upgrade_report>> end;
  const auto begun = n.get().upgrade_process(odd_version(to), process_node::often(), how,
                                             [&end](expected<upgrade_report> r) { end.set_value(std::move(r)); });
  INFO((begun ? std::string{} : to_string(begun.error())));
  REQUIRE(begun);
  const auto report = end.get_future().get();
  REQUIRE(report);
  return *report;
}

}  // namespace

TEST_CASE("under load, one version after another takes over and no call fails") {
  process_node n;
  n.add(odd_version("1.0.0"));
  const auto first = n.ask_number("odd.pid@1");
  load l{n};
  for (const auto* v : {"2.0.0", "4.0.0", "5.0.0"}) {
    l.until(200);
    const auto report = upgrade(n, v);
    CHECK_FALSE(report.rolled_back);
    CHECK(report.to == v);
  }
  l.until(200);
  const auto failed = l.end();
  INFO(l.last_error());
  CHECK(failed == 0);
  CHECK(n.ask_number("odd.pid@1") != first);
  CHECK(ends(first));
}

TEST_CASE("a bad version is taken back by its canary, at the price of a few calls") {
  process_node n;
  n.add(odd_version("1.0.0"));
  const auto first = n.ask_number("odd.pid@1");
  load l{n};
  l.until(200);
  upgrade_options how;
  how.canary.share = 0.1;
  how.canary.requests = 10'000;
  const auto report = upgrade(n, "3.0.0", how);
  CHECK(report.rolled_back);
  CHECK(report.why.find("it is worse") == 0);
  l.until(200);
  CHECK(l.end() < 30);
  CHECK(n.ask_number("odd.pid@1") == first);
}

TEST_CASE("an upgrade that waits for a silent process is given up when the node is to end") {
  process_node n;
  n.add(odd());
  auto silent = odd();
  silent.command.arguments = {"/bin/sh", "-c", "echo silent; exec sleep 100"};
  silent.start_limit = 60s;
  auto upgrading = std::async(std::launch::async, [&] { return n.get().upgrade_process(silent, {}, {}, {}); });
  n.events->wait_for(event_kind::progress, "silent");
  n.get().abandon_starts();
  REQUIRE(upgrading.wait_for(patience) == std::future_status::ready);
  const auto end = upgrading.get();
  REQUIRE_FALSE(end);
  CHECK(end.error().code == errc::cancelled);
  const auto later = n.get().add_process(odd("later"), {});
  REQUIRE_FALSE(later);
  CHECK(later.error().code == errc::cancelled);
}

TEST_CASE("a new version that does not start, or is none, changes nothing") {
  process_node n;
  n.add(odd_version("1.0.0"));
  auto gone = odd_version("2.0.0");
  gone.command.arguments = {"false"};
  const auto refused = n.get().upgrade_process(gone, {}, {}, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("it ended before it said hello") != std::string::npos);
  const auto same = n.get().upgrade_process(odd_version("1.0.0"), {}, {}, {});
  REQUIRE_FALSE(same);
  CHECK(same.error().code == errc::conflict);
  CHECK(n.error_of("odd.echo@1", text("a")) == errc::none);
}

TEST_CASE("grants are told of what runs, not of what was refused") {
  process_node n;
  n.add(odd_version("1.0.0"));
  const auto read = [&n] { return n.get().grants().as_array().at(0).find("read")->as_array().size(); };
  auto more = odd_version("1.0.0");
  more.command.may.read = {"/usr"};
  CHECK(n.get().add_process(more, {}).error().code == errc::conflict);
  CHECK(read() == 0);
  CHECK(n.get().upgrade_process(more, process_node::often(), {}, {}).error().code == errc::conflict);
  CHECK(read() == 0);
  more.command.environment = {"ODD_VERSION=2.0.0"};
  std::promise<bool> end;
  REQUIRE(n.get().upgrade_process(more, process_node::often(), {},
                                  [&end](const expected<upgrade_report>& r) { end.set_value(r && !r->rolled_back); }));
  REQUIRE(end.get_future().get());
  CHECK(read() == 1);
  CHECK(n.get().grants().as_array().size() == 1);
}
