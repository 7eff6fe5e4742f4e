// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/manifest_reader.hpp"

#include "tests/catch.hpp"

using namespace agents;

namespace {

value shouting() {
  return object{{"name", "shouter"},
                {"version", "1.2.0"},
                {"capabilities", array{object{{"id", "text.shout@1"},
                                              {"effect", "effectful"},
                                              {"input", object{{"type", "object"}}},
                                              {"output", true},
                                              {"timeout_seconds", 2.5},
                                              {"money", 0.000123},
                                              {"tokens", 7}}}}};
}

std::string problem_of(value v) {
  const auto m = read_manifest(v);
  return m ? "" : m.error().message;
}

value with(std::string_view name, value what) {
  auto v = shouting();
  v.as_object()[name] = std::move(what);
  return v;
}

value with_capability(std::string_view name, value what) {
  auto v = shouting();
  v.as_object().find("capabilities")->as_array()[0].as_object()[name] = std::move(what);
  return v;
}

}  // namespace

TEST_CASE("a manifest survives the way to a value and back") {
  const auto m = read_manifest(shouting());
  REQUIRE(m);
  CHECK(m->name == "shouter");
  const auto& c = m->capabilities.at(0);
  CHECK(c.effect == effect::effectful);
  CHECK(c.timeout == std::chrono::milliseconds{2500});
  CHECK(c.micro_money == 123);
  CHECK(c.tokens == 7);
  const auto again = read_manifest(to_value(*m));
  REQUIRE(again);
  CHECK(to_value(*again) == to_value(*m));
  CHECK(check(*m));
}

TEST_CASE("a manifest's mistake is named by its field") {
  CHECK(problem_of(array{}) == "manifest: expected a map");
  CHECK(problem_of(with("name", 7)) == "manifest, `name`: expected a text");
  CHECK(problem_of(with("capabilities", "none")) == "manifest, `capabilities`: expected a list");
  CHECK(problem_of(with_capability("id", nullptr)) == "manifest, `capabilities[0].id`: expected a text");
  CHECK(problem_of(with_capability("input", 3)) ==
        "manifest, `capabilities[0].input`: expected a JSON Schema: a map or a boolean");
  CHECK(problem_of(with_capability("effect", "magic")) ==
        "manifest, `capabilities[0].effect`: expected \"pure\", \"idempotent\" or \"effectful\"");
  CHECK(problem_of(with_capability("timeout_seconds", -1)).find("not negative") != std::string::npos);
  CHECK(problem_of(with_capability("money", 1e300)).find("at most 9007199254") != std::string::npos);
}

TEST_CASE("grants of a manifest are read, written and checked") {
  const auto grant = object{{"grant", "read"}, {"path", "/srv/a"}, {"optional", true}, {"why", "a corpus"}};
  const auto m = read_manifest(with("grants", array{grant, object{{"grant", "memory"}, {"amount", 1e9}}}));
  REQUIRE(m);
  CHECK(m->grants.size() == 2);
  CHECK(m->grants[0].path == "/srv/a");
  CHECK(m->grants[0].optional);
  CHECK(m->grants[1].amount == 1e9);
  CHECK(to_value(*read_manifest(to_value(*m))) == to_value(*m));
  CHECK(check(*m));
  CHECK(problem_of(with("grants", 1)) == "manifest, `grants`: expected a list");
  CHECK(problem_of(with("grants", array{object{{"path", "/"}}})) == "manifest, `grants[0].grant`: expected a text");
  CHECK(problem_of(with("grants", array{object{{"grant", "cpu"}, {"optional", 1}}})) ==
        "manifest, `grants[0].optional`: expected a boolean");
  const auto bare = read_manifest(with("grants", array{object{{"grant", "write"}, {"path", "here"}}}));
  REQUIRE(bare);
  CHECK(check(*bare).error().message.find("needs an absolute `path`") != std::string::npos);
}
