// SPDX-License-Identifier: Apache-2.0
#include "cluster/process/process_watch.hpp"

#include <future>

#include "cluster/process/line_splitter.hpp"
#include "cluster/process/worker_environment.hpp"
#include "libagents/runtime/line_limit.hpp"
#include "tests/integration/process/process_node.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

class printed final : public worker_observer {
 public:
  void on_report(wire::node_report) override {}
  void on_line(std::string line) override { lines.push_back(std::move(line)); }
  void on_exit(const std::string& how, bool orderly) override { end.set_value({how, orderly}); }

  std::vector<std::string> lines;
  std::promise<std::pair<std::string, bool>> end;
};

process_image image_of(std::string script) {
  worker_command c;
  c.arguments = {"sh", "-c", std::move(script)};
  c.may.trusted = true;
  auto image = make_image(c, {});
  REQUIRE(image);
  return *image;
}

std::vector<std::string> lines_of(std::vector<std::string_view> parts) {
  std::vector<std::string> out;
  line_splitter s;
  const auto keep = [&](std::string line) { out.push_back(std::move(line)); };
  for (const auto p : parts) s.feed(p, keep);
  s.finish(keep);
  return out;
}

}  // namespace

TEST_CASE("bytes become lines that can be shown") {
  CHECK(lines_of({"one\ntw", "o\n\nthree"}) == std::vector<std::string>{"one", "two", "three"});
  CHECK(lines_of({"\x1b[31mred\x1b[0m\r\n"}) == std::vector<std::string>{"\\x1b[31mred\\x1b[0m"});
  CHECK(lines_of({"a\xff"
                  "b\n"}) == std::vector<std::string>{"a\\xffb"});
  CHECK(lines_of({std::string(5000, 'x'), "y\nz"}) == std::vector<std::string>{std::string(1024, 'x'), "z"});
}

TEST_CASE("lines are limited in number, and those dropped are counted") {
  line_limit l{time_point{0}};
  int passed = 0;
  for (int i = 0; i < 1000; ++i) passed += l.admit(time_point{0}) ? 1 : 0;
  CHECK(passed == 50);
  CHECK(l.take_dropped() == 950);
  CHECK(l.admit(time_point{0} + 1s));
  CHECK(l.take_dropped() == 0);
}

TEST_CASE("a watched process is heard to its last line") {
  process_watch w;
  const auto p = std::make_shared<printed>();
  const auto running = w.start(image_of("echo out; echo err >&2; printf end; exit 3"), p);
  const auto [how, orderly] = p->end.get_future().get();
  CHECK(how == "exit code 3");
  CHECK_FALSE(orderly);
  CHECK(p->lines == std::vector<std::string>{"out", "err", "end"});
  running->kill();  // too late, and harmless
}

TEST_CASE("a watched process is ended by signals to its group") {
  process_watch w;
  const auto p = std::make_shared<printed>();
  const auto running = w.start(image_of("sleep 1000"), p);
  SECTION("kill") { running->kill(); }
  SECTION("terminate, until it runs") {
    for (auto end = p->end.get_future(); end.wait_for(1ms) != std::future_status::ready;) running->terminate();
    return;
  }
  const auto how = p->end.get_future().get().first;
  CHECK((how == "signal 9 (Killed)" || how == "it was not wanted any more"));
}

TEST_CASE("a watch that ends takes its processes along") {
  const auto p = std::make_shared<printed>();
  std::shared_ptr<watched_process> running;
  {
    process_watch w;
    running = w.start(image_of("trap '' TERM; while true; do sleep 1000; done"), p);
  }
  auto end = p->end.get_future();
  REQUIRE(end.wait_for(0s) == std::future_status::ready);
  CHECK_FALSE(end.get().second);
}
