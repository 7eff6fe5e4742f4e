// SPDX-License-Identifier: Apache-2.0
#include "libagents/registry/registry.hpp"

#include "tests/catch.hpp"

using namespace agents;

namespace {

std::shared_ptr<const manifest> of(std::string name, std::string version, std::vector<std::string> capabilities) {
  auto m = std::make_shared<manifest>();
  m->name = std::move(name);
  m->version = std::move(version);
  for (auto& id : capabilities) {
    capability_contract c;
    c.id = std::move(id);
    c.input = object{{"type", "object"}};
    c.output = true;
    m->capabilities.push_back(std::move(c));
  }
  return m;
}

std::vector<std::string> modules(const registry& r, std::string_view reference) {
  std::vector<std::string> names;
  const auto found = r.resolve(reference);
  REQUIRE(found);
  for (const auto& o : **found) names.push_back(o->from->name + " " + o->from->version);
  return names;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("several versions of a capability are served side by side; a reference chooses among them") {
  registry r;
  REQUIRE(r.add(of("old", "1.0.0", {"text.retrieve@1.0"}), {}));
  REQUIRE(r.add(of("mid", "1.0.0", {"text.retrieve@1.4"}), {}));
  REQUIRE(r.add(of("new", "1.0.0", {"text.retrieve@2.0"}), {}));
  CHECK(modules(r, "text.retrieve@1") == names{"old 1.0.0", "mid 1.0.0"});
  CHECK(modules(r, "text.retrieve@1.2") == names{"mid 1.0.0"});
  CHECK(modules(r, "text.retrieve@2") == names{"new 1.0.0"});
  CHECK(modules(r, "text.retrieve@3").empty());
  CHECK(modules(r, "text.other@1").empty());
}

TEST_CASE("two versions of one module can be registered at once, the same version cannot") {
  registry r;
  REQUIRE(r.add(of("m", "1.0.0", {"a.b@1"}), {}));
  REQUIRE(r.add(of("m", "1.1.0", {"a.b@1"}), {}));
  const auto again = r.add(of("m", "1.0.0", {"c.d@1"}), {});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == errc::conflict);
  CHECK(again.error().message.find("\"m\" 1.0.0") != std::string::npos);
  CHECK(modules(r, "a.b@1") == names{"m 1.0.0", "m 1.1.0"});
  CHECK(modules(r, "c.d@1").empty());
}

TEST_CASE("a module with one broken contract is not registered at all, and the error names the capability") {
  registry r;
  auto m = std::make_shared<manifest>(*of("m", "1.0.0", {"a.b@1", "c.d@1"}));
  m->capabilities[1].output = object{{"type", "nonsense"}};
  const auto refused = r.add(m, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("c.d@1") != std::string::npos);
  CHECK(r.all().empty());
  CHECK_FALSE(r.add(of("m", "1.0.0", {"no version"}), {}));
}

TEST_CASE("what was looked up before a change is looked up anew after it") {
  registry r;
  CHECK(modules(r, "a.b@1").empty());
  REQUIRE(r.add(of("m", "1.0.0", {"a.b@1"}), {}));
  CHECK(modules(r, "a.b@1") == names{"m 1.0.0"});
  r.remove("m", "2.0.0");
  CHECK(modules(r, "a.b@1") == names{"m 1.0.0"});
  r.remove("m", "1.0.0");
  CHECK(modules(r, "a.b@1").empty());
}

TEST_CASE("a malformed reference is bad_input") {
  registry r;
  for (const auto* text : {"", "a.b@", "a.b@one", "@1", "a b@1"}) {
    CAPTURE(text);
    const auto found = r.resolve(text);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == errc::bad_input);
  }
}

TEST_CASE("offers stay usable for whoever holds them after their module has gone") {
  registry r;
  REQUIRE(r.add(of("m", "1.0.0", {"a.b@1"}), {}));
  const auto held = *r.resolve("a.b@1");
  r.remove("m", "1.0.0");
  CHECK(held->at(0)->contract->id == "a.b@1");
  CHECK(held->at(0)->from->name == "m");
}

TEST_CASE("reliability starts at 0.9 with the weight of ten outcomes") {
  const reliability q;
  CHECK(q.mean() == Approx(0.9));
  CHECK(q.weight() == Approx(10));
  CHECK(q.latency() == duration{});
}

TEST_CASE("each outcome moves the estimate its way") {
  reliability q;
  q.add(false);
  CHECK(q.mean() < 0.9);
  const auto low = q.mean();
  q.add(true);
  CHECK(q.mean() > low);
}

TEST_CASE(
    "old outcomes are forgotten: a module that broke, or was repaired, is noticed within some two hundred outcomes") {
  reliability q;
  for (int i = 0; i < 10'000; ++i) q.add(true);
  CHECK(q.mean() > 0.99);
  CHECK(q.weight() == Approx(200).margin(1));
  for (int i = 0; i < 200; ++i) q.add(false);
  CHECK(q.mean() < 0.4);
  for (int i = 0; i < 400; ++i) q.add(true);
  CHECK(q.mean() > 0.85);
}

TEST_CASE("an estimate can be saved and restored") {
  reliability q;
  for (int i = 0; i < 50; ++i) q.add(i % 3 != 0);
  reliability restored;
  restored.restore(q.mean(), q.weight());
  CHECK(restored.mean() == Approx(q.mean()));
  CHECK(restored.weight() == Approx(q.weight()));
  q.add(true);
  restored.add(true);
  CHECK(restored.mean() == Approx(q.mean()));
}

TEST_CASE("what is restored is kept within bounds") {
  reliability q;
  q.restore(7, 1e9);
  CHECK(q.mean() == Approx(1));
  CHECK(q.weight() == Approx(200).margin(1));
  q.restore(-1, -5);
  CHECK(q.mean() == Approx(0));
  CHECK(q.weight() == Approx(1));
}

TEST_CASE("latency follows the observations, smoothed") {
  reliability q;
  q.add_latency(std::chrono::milliseconds{80});
  CHECK(q.latency() == std::chrono::milliseconds{80});
  q.add_latency(std::chrono::milliseconds{160});
  CHECK(q.latency() == std::chrono::milliseconds{90});
  for (int i = 0; i < 100; ++i) q.add_latency(std::chrono::milliseconds{10});
  CHECK(seconds(q.latency()) == Approx(0.01).epsilon(0.01));
}

TEST_CASE("the estimate of a module is found by module and capability") {
  registry r;
  REQUIRE(r.add(of("m", "1.0.0", {"a.b@1"}), {}));
  REQUIRE(r.find("m", "", "a.b@1"));
  r.find("m", "", "a.b@1")->quality->add(false);
  CHECK((*r.resolve("a.b@1"))->at(0)->quality->mean() < 0.9);
  CHECK_FALSE(r.find("x", "", "a.b@1"));
  CHECK_FALSE(r.find("m", "9.9.9", "a.b@1"));
  CHECK_FALSE(r.find("m", "", "malformed"));
}

TEST_CASE("the catalog shows what is declared and what is measured") {
  registry r;
  REQUIRE(r.add(of("m", "1.0.0", {"a.b@1.2"}), {}));
  const auto row = catalog(r).as_array().at(0);
  CHECK(row.get_string("module") == "m");
  CHECK(row.get_string("capability") == "a.b@1.2");
  CHECK(row.get_number("reliability") == Approx(0.9));
}
