// SPDX-License-Identifier: Apache-2.0
// Places for workers that others start, while nobody has come.
#include "libagents/runtime/supervised_remote.hpp"

#include "libagents/contract/manifest_reader.hpp"
#include "libagents/contract/msgpack.hpp"
#include "tests/actor/node_fixture.hpp"
#include "tests/actor/supervised_double.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<supervised_remote> open_place(supervisor_fixture& f) {
  const auto unknown = std::make_shared<manifest>();
  unknown->name = "far";
  process_options how;
  how.name = "far";
  return std::make_shared<supervised_remote>(f.all, *f.host, how, unknown, std::make_shared<replica>("far", 1));
}

/// A worker elsewhere: keeps what it is asked, answers and is lost when the test says so.
class distant_worker final : public wire::worker_link {
 public:
  explicit distant_worker(std::shared_ptr<wire::worker_listener> node) : node_(std::move(node)) {}

  void accept(std::optional<wire::saved_state>) override {}
  void refuse(const error& why) override { close(why.code, why.message); }
  expected<std::int64_t> start(wire::call c, time_point) override {
    asked.push_back(std::move(c));
    open_.push_back(++last_);
    return last_;
  }
  void cancel(std::int64_t, std::string) override {}
  void grant(std::int64_t, std::int64_t) override {}
  void reply(wire::answer) override {}
  void confirm_saved(std::int64_t) override {}
  void drain(duration) override {}
  void close(errc code, const std::string& text) override {
    if (std::exchange(closed_, true)) return;
    for (const auto id : std::exchange(open_, {}))
      node_->on_report(wire::report::finished{id, code, text, true, {}, {}, {}});
    node_->on_report(wire::report::closed{code, text});
  }
  [[nodiscard]] std::int64_t room() const override { return 10; }

  /// What it was asked comes back as it is.
  void answer() {
    for (const auto id : std::exchange(open_, {}))
      node_->on_report(wire::report::finished{id, errc::none, {}, true, {}, {}, asked.back().input});
  }
  [[nodiscard]] bool is_busy() const { return !open_.empty(); }

  std::vector<wire::call> asked;

 private:
  std::shared_ptr<wire::worker_listener> node_;
  std::vector<std::int64_t> open_;
  std::int64_t last_ = 0;
  bool closed_ = false;
};

/// Registers a worker with this manifest.
std::shared_ptr<distant_worker> come(simulated_node& n, const manifest& of) {
  auto place = n.get().admission()->admit(of, "gpu");
  REQUIRE(place);
  const auto worker = std::make_shared<distant_worker>(place->listener);
  place->begin(worker);
  wire::hello hello;
  hello.manifest = pack(to_value(of));
  place->listener->on_report(wire::report::introduced{hello});
  n.turns();
  return worker;
}

process_options far() {
  process_options how;
  how.name = "far";
  return how;
}

}  // namespace

TEST_CASE("an open place that is to be killed at once has ended at once, and observers hear nothing of it") {
  supervisor_fixture f;
  auto place = f.child("far", open_place(f));
  place.spec.shutdown = supervision::brutal_kill;
  const auto team = f.group("team", {}, {std::move(place)});
  f.start(team);
  team->stop();
  f.host->run();
  REQUIRE(f.end);
  CHECK(f.end->what == supervision::exit_reason::kind::shutdown);
  CHECK(f.log.events().empty());
}

TEST_CASE("an open place ends with its supervisor when that crashes itself") {
  supervisor_fixture f;
  const auto b = f.make("b");
  const auto team = f.group("team", {}, {f.child("far", open_place(f)), f.child("b", b)});
  f.start(team);
  b->throws_when = supervision::note_command::kind::exited;
  b->crash();
  f.host->run();
  REQUIRE(f.end);
  CHECK(f.end->what == supervision::exit_reason::kind::crashed);
}

TEST_CASE("a node with open places that are killed at once ends") {
  node n{node_config{}};
  module_options o;
  o.shutdown = supervision::brutal_kill;
  REQUIRE(n.add_remote(far(), o));
}

TEST_CASE("a remote module is bounded as its manifest says once a worker has come") {
  simulated_node n;
  module_options o;
  o.replicas = 2;
  REQUIRE(n.get().add_remote(far(), o));
  n.turns();
  const auto of = module("far", "1.0.0").offers("far.do@1", [](const number& x) { return x; }).mailbox(3).manifest();
  REQUIRE(n.get().admission()->admit(of, "gpu-1"));
  const auto offer = n.get().registry().of("far", "1.0.0").front();
  for (const auto& place : offer->replicas) CHECK(place->capacity == 3);
  auto& first = static_cast<replica&>(*offer->replicas.front());
  first.begin_life();
  const auto submit = [&first, &offer] {
    const auto c = std::make_shared<pending_call>();
    c->offer = offer;
    return first.submit(c);
  };
  for (int i = 0; i < 3; ++i) CHECK(submit());
  CHECK_FALSE(submit());
}

TEST_CASE("a remote module is expected once, and says how it is replaced") {
  simulated_node n;
  REQUIRE(n.get().add_remote(far(), {}));
  CHECK(n.get().add_remote(far(), {}).error().code == errc::conflict);
  const auto refused = n.get().upgrade(numbers("far", "far.do@1", [](const number& x) { return x; }), {}, {}, {});
  CHECK(refused.error().code == errc::unsupported);
  CHECK(refused.error().message.find("restart the node") != std::string::npos);
}

TEST_CASE("a step whose worker is lost is tried again on another one") {
  simulated_node n;
  module_options o;
  o.replicas = 2;
  o.hedge.enabled = false;
  REQUIRE(n.get().add_remote(far(), o));
  n.turns();
  const auto of = module("far", "1.0.0").offers("far.do@1", [](const number& x) { return x; }).manifest();
  const std::vector workers{come(n, of), come(n, of)};
  plan p;
  p.steps = {step("a", "far.do@1", object{{"n", 7}})};
  p.steps[0].attempts = 2;
  n.begin(p);
  n.turns();
  REQUIRE(workers[0]->is_busy() != workers[1]->is_busy());
  const auto& lost = workers[workers[0]->is_busy() ? 0 : 1];
  const auto& other = workers[workers[0]->is_busy() ? 1 : 0];
  lost->close(errc::node_down, "the connection was lost");
  for (int i = 0; i < 50 && !n.finished(); ++i) {
    n.advance(100ms);
    other->answer();
    n.turns();
  }
  CHECK(n.result().status == run_status::completed);
  CHECK(other->asked.size() == 1);
  std::vector<errc> outcomes;
  for (const auto& e : n.events())
    if (e.kind == event_kind::attempt_finished) outcomes.push_back(e.outcome);
  CHECK(outcomes == std::vector{errc::node_down, errc::none});
}
