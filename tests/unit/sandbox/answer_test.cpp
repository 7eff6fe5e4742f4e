// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/answer.hpp"

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::sandbox;
using verdict = grant_answer::verdict;

namespace {

grant_answer one(grant_request asked, const permissions& given = {}) {
  return answer({std::move(asked)}, given).front();
}

}  // namespace

TEST_CASE("a limit is granted when the operator's is as high") {
  CHECK(one({.grant = "memory", .amount = 512.0 * (1 << 20)}).said == verdict::granted);
  const auto more = one({.grant = "memory", .amount = 513.0 * (1 << 20)});
  CHECK(more.said == verdict::lowered);
  CHECK(more.remedy == "memory = 537919488");
  CHECK(one({.grant = "memory"}).remedy == "memory = \"unlimited\"");
  CHECK(one({.grant = "cores", .amount = 1.5}).remedy == "cores = 1.5");
  CHECK(one({.grant = "processes", .amount = 65}).remedy == "processes = 65");
  CHECK(one({.grant = "wall"}).said == verdict::granted);  // there is no limit by default
  permissions unbounded;
  unbounded.at_most.memory_bytes = unlimited;
  CHECK(one({.grant = "memory"}, unbounded).said == verdict::granted);
}

TEST_CASE("a path is granted when it lies in one that the operator gave") {
  permissions p;
  p.read = {"/srv/corpus"};
  p.write = {"/srv/index"};
  CHECK(one({.grant = "read", .path = "/srv/corpus/a"}, p).said == verdict::granted);
  CHECK(one({.grant = "read", .path = "/srv/index"}, p).said == verdict::granted);
  CHECK(one({.grant = "read", .path = "/usr/share/dict"}, p).said == verdict::granted);
  CHECK(one({.grant = "write", .path = "/srv/corpus"}, p).said == verdict::refused);
  CHECK(one({.grant = "read", .path = "/srv/corpus2"}, p).remedy == "read = [\"/srv/corpus2\"]");
  CHECK(one({.grant = "read", .path = "/srv/corpus/../secret"}, p).said == verdict::refused);
}

TEST_CASE("what is unknown is refused, and everything is granted to a trusted module") {
  CHECK(one({.grant = "telepathy"}).said == verdict::refused);
  permissions p;
  CHECK(one({.grant = "network"}, p).remedy == "network = true");
  p.trusted = true;
  CHECK(one({.grant = "network"}, p).said == verdict::granted);
}

TEST_CASE("only what is not optional is an error, which names table, key and reason") {
  const auto answers = answer({{.grant = "network", .optional = true}, {.grant = "network", .why = "to fetch"}}, {});
  CHECK(check("fetcher", {answers[0]}));
  const auto bad = check("fetcher", answers);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == errc::rejected);
  CHECK(bad.error().message ==
        "it asks for the grant network (to fetch), which is refused; if you agree, set in "
        "[module.fetcher.grants]: network = true");
}
