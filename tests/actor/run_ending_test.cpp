// SPDX-License-Identifier: Apache-2.0
// Whatever throws while a run is in memory, it leaves memory: its caller is told, and it can be resumed.
#include <stdexcept>

#include "libagents/journal/memory_store.hpp"
#include "tests/actor/forwarding_store.hpp"
#include "tests/actor/node_fixture.hpp"

using namespace agents;
using namespace agents::testing;
using namespace std::chrono_literals;

namespace {

/// Throws when it is told to; counts the leases that are held.
class throwing_store final : public forwarding_store {
 public:
  using forwarding_store::forwarding_store;
  void append(journal::append_request r) override {
    if (appends-- == 0) throw std::bad_alloc{};
    forwarding_store::append(std::move(r));
  }
  expected<journal::history> read(const run_id& run) override {
    if (reads-- == 0) throw std::bad_alloc{};
    return forwarding_store::read(run);
  }
  expected<journal::lease> claim(const run_id& run, std::string_view owner, duration ttl) override {
    ++leases;
    return forwarding_store::claim(run, owner, ttl);
  }
  expected<void> release(const journal::lease& held) override {
    --leases;
    return forwarding_store::release(held);
  }

  int appends = -1;  ///< so many more; then one throws
  int reads = -1;
  int leases = 0;
};

struct fixture {
  manual_clock clock;
  std::shared_ptr<throwing_store> store =
      std::make_shared<throwing_store>(std::make_shared<journal::memory_store>(clock));
  simulated_node node{1, store};
  int cancelled = 0;

  fixture() {
    node.add([this] {
      return module("sleeper", "1.0.0").offers("number.sleep@1", [this](number x, call& c) -> task<number> {
        struct count_end {
          int& n;
          ~count_end() { ++n; }
        } at_end{cancelled};
        co_await c.sleep(10s);
        co_return x;
      });
    });
  }
  static plan one_step() {
    plan p;
    p.steps = {step("a", "number.sleep@1", object{{"n", 1}})};
    return p;
  }
  [[nodiscard]] std::size_t alerts_of(const run_id& id) const {
    std::size_t n = 0;
    for (const auto& e : node.events()) n += e.kind == event_kind::alert && e.run == id ? 1 : 0;
    return n;
  }
};

}  // namespace

TEST_CASE("a caller that throws when its run ends does not keep the run in memory") {
  fixture f;
  task_spec task;
  task.job = "test";
  const auto id = f.node.get().submit(task, share(to_value(fixture::one_step())),
                                      [](const run_result&) { throw std::runtime_error{"no room"}; });
  REQUIRE(id);
  f.node.settle();
  CHECK(f.alerts_of(*id) == 1);
  CHECK(f.node.resume(*id).status == run_status::completed);
}

TEST_CASE("an orchestrator that throws ends as `failed` with `internal`, cancels its requests, and can be resumed") {
  fixture f;
  const auto id = f.node.begin(fixture::one_step());
  f.node.turns();  // the module sleeps
  f.store->appends = 0;
  f.node.advance(10s);
  REQUIRE(f.node.finished());
  const auto r = f.node.result();
  CHECK(r.id == id);
  CHECK(r.status == run_status::failed);
  REQUIRE_FALSE(r.journal);
  CHECK(r.journal.error().code == errc::internal);
  CHECK(r.report().is_object());
  CHECK(f.alerts_of(id) == 1);
  CHECK(f.node.resume(id).status == run_status::completed);
  CHECK(f.store->leases == 0);
}

TEST_CASE("what an orchestrator that throws had asked for is cancelled") {
  fixture f;
  const auto id = f.node.begin(fixture::one_step());
  f.node.turns();
  REQUIRE(f.cancelled == 0);
  f.store->appends = 0;
  f.node.get().cancel(id, "enough");
  f.node.turns();
  REQUIRE(f.node.finished());
  CHECK(f.node.result().journal.error().code == errc::internal);
  CHECK(f.cancelled == 1);
}

TEST_CASE("a run that could not be resumed because something threw can be resumed afterwards") {
  fixture f;
  const auto id = f.node.begin(fixture::one_step());
  f.node.turns();
  f.node.get().interrupt_all();
  f.store->reads = 1;  // the history, after the run was claimed
  const auto refused = f.node.get().resume(id, {}, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::internal);
  CHECK(f.store->leases == 0);
  CHECK(f.node.resume(id).status == run_status::completed);
}

TEST_CASE("a node of real threads ends although an orchestrator threw") {
  const manual_clock clock;
  const auto store = std::make_shared<throwing_store>(std::make_shared<journal::memory_store>(clock));
  node_config config;
  config.store = store;
  auto n = std::make_unique<node>(std::move(config));
  REQUIRE(n->add(numbers("adder", "number.add@1", [](const number& x) { return number{x.n + 1}; })));
  plan p;
  p.steps = {step("a", "number.add@1", object{{"n", 1}})};
  task_spec task;
  task.job = "test";
  SECTION("in its turn") { store->appends = 0; }
  SECTION("in its caller's function") {}
  REQUIRE(n->submit(task, share(to_value(p)), [](const run_result&) { throw std::runtime_error{"no room"}; }));
  n.reset();
}
