// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/contract_planner.hpp"

#include <algorithm>
#include <limits>

#include "libagents/contract/json.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/plan/strangers.hpp"

using namespace agents;
using namespace agents::strangers;

namespace {

struct thing {
  std::string thing_text;
  AGENTS_FIELDS(thing_text)
};
struct seed {
  std::string seed_text;
  AGENTS_FIELDS(seed_text)
};

plan found(const planning_request& q, const value& catalog, std::string_view critique = {}) {
  auto p = plan_by_contracts(q, catalog, critique);
  INFO((p ? std::string{} : p.error().message));
  REQUIRE(p);
  REQUIRE(compile(*p));
  return *p;
}

error failure(const planning_request& q, const value& catalog, std::string_view critique = {}) {
  const auto p = plan_by_contracts(q, catalog, critique);
  REQUIRE_FALSE(p);
  return p.error();
}

const step_spec& step(const plan& p, const std::string& ask) {
  const auto at = std::find_if(p.steps.begin(), p.steps.end(), [&](const auto& s) { return s.ask == ask; });
  INFO(to_json(to_value(p)));
  REQUIRE(at != p.steps.end());
  return *at;
}

bool asks(const plan& p, const std::string& capability) {
  return std::any_of(p.steps.begin(), p.steps.end(), [&](const auto& s) { return s.ask == capability; });
}

bool mentions(const error& e, const std::string& text) {
  INFO(e.message);
  CHECK(e.message.find(text) != std::string::npos);
  return e.message.find(text) != std::string::npos;
}

const value type_of(const char* title) { return object{{"type", title}}; }

/// A capability by schemas written by hand.
value raw_offer(const std::string& module, const std::string& capability, value input, value output) {
  return object{
      {"module", module}, {"capability", capability}, {"input", std::move(input)}, {"output", std::move(output)}};
}

value record(const std::string& title, const std::string& member) {
  return object{{"title", title},
                {"type", "object"},
                {"properties", object{{member, object{{"type", "string"}}}}},
                {"required", array{member}}};
}

}  // namespace

TEST_CASE("a given input is used under its own name, and the wanted type is the answer") {
  const auto p = found(wanting(type_of("document"), object{{"path", "/x"}}), array{catalog()[0]});
  REQUIRE(p.steps.size() == 1);
  CHECK(p.steps[0].id == "read");
  CHECK(p.steps[0].with == value{object{{"path", "{input.path}"}}});
  CHECK(p.answer == value{object{{"answer", "{read}"}}});
}

TEST_CASE("modules of strangers compose: from a path over sections and labels to statistics") {
  const auto p = found(wanting(type_of("statistics"), object{{"path", "/x"}}), catalog());
  REQUIRE(p.steps.size() == 4);
  CHECK(step(p, "text.outline@1").with == value{"{read}"});
  const auto& label = step(p, "section.label@1");
  CHECK(label.each == "{outline.sections}");
  CHECK(label.with == value{"{item}"});
  CHECK(step(p, "label.count@1").with == value{object{{"labels", "{label}"}}});
  CHECK(p.answer == value{object{{"answer", "{count}"}, {"citations", "{count.citations}"}}});
}

TEST_CASE("the order of the catalog does not matter") {
  auto rows = catalog();
  const auto q = wanting(type_of("statistics"), object{{"path", "/x"}});
  const auto forwards = to_value(found(q, rows));
  std::reverse(rows.begin(), rows.end());
  CHECK(to_value(found(q, rows)) == forwards);
}

TEST_CASE("what is wanted can be a capability, a schema, or an object of parts") {
  const auto given = object{{"path", "/x"}};
  CHECK(found(wanting(object{{"capability", "label.count@1"}}, given), catalog()).steps.size() == 4);
  CHECK(found(wanting(schema_of<dora::statistics>(), given), catalog()).steps.size() == 4);

  const auto text = object{{"type", "string"}};
  const auto count = object{{"type", "integer"}};
  const auto parts = object{{"type", "object"},
                            {"properties", object{{"text", text}, {"count", count}}},
                            {"required", array{"text", "count"}}};
  const auto p = found(wanting(parts, given), catalog());
  CHECK(*p.answer.find("answer") == value{object{{"text", "{read.text}"}, {"count", "{count.count}"}}});
}

TEST_CASE("of two ways the more reliable one is taken, unless it costs too much") {
  const auto q = wanting(type_of("thing"), object{{"seed_text", "x"}});
  const auto weak = offer<seed, thing>("weak", "thing.a@1", {.reliability = 0.6});
  const auto strong = offer<seed, thing>("strong", "thing.b@1", {.reliability = 0.95});
  CHECK(found(q, array{weak, strong}).steps[0].ask == "thing.b@1");
  const auto dear = offer<seed, thing>("strong", "thing.b@1", {.money = 3, .reliability = 0.95});
  CHECK(found(q, array{weak, dear}).steps[0].ask == "thing.a@1");
  const auto slow = offer<seed, thing>("strong", "thing.b@1", {.reliability = 0.95, .latency_seconds = 60});
  CHECK(found(q, array{weak, slow}).steps[0].ask == "thing.a@1");
}

TEST_CASE("modules with the same contract are one choice, as good as the best of them, and the router chooses") {
  const auto a = offer<seed, thing>("bad", "thing.make@1", {.reliability = 0.2});
  const auto b = offer<seed, thing>("good", "thing.make@1", {.reliability = 0.99});
  const auto other = offer<seed, thing>("other", "thing.build@1", {.reliability = 0.9});
  const auto p = found(wanting(type_of("thing"), object{{"seed_text", "x"}}), array{a, b, other});
  CHECK(p.steps[0].ask == "thing.make@1");
  CHECK(p.steps[0].only.empty());
}

TEST_CASE("where others answer the same reference with another contract, the module is named") {
  const auto mine = offer<seed, thing>("mine", "thing.make@1");
  const auto theirs = offer<ann::path_in, cem::label>("theirs", "thing.make@1.2");
  const auto p = found(wanting(type_of("thing"), object{{"seed_text", "x"}}), array{mine, theirs});
  CHECK(p.steps[0].only == std::vector<std::string>{"mine"});
}

TEST_CASE("a shared producer is one step, and counts once") {
  // Through `shared` two uses cost 6; apart each costs 5: cheaper alone, dearer together.
  const auto text = object{{"type", "string"}};
  const auto two = object{{"type", "object"},
                          {"title", "pair"},
                          {"properties", object{{"l", text}, {"r", text}}},
                          {"required", array{"l", "r"}}};
  const auto both = object{{"type", "object"},
                           {"title", "both"},
                           {"properties", object{{"l", text}, {"r", text}}},
                           {"required", array{"l", "r"}}};
  const auto p = found(wanting(type_of("both"), object{{"seed_text", "x"}}),
                       array{raw_offer("j", "x.join@1",
                                       object{{"type", "object"},
                                              {"properties", object{{"l", text}, {"r", text}}},
                                              {"required", array{"l", "r"}}},
                                       both),
                             raw_offer("s", "x.shared@1", schema_of<seed>(), two)});
  CHECK(p.steps.size() == 2);
  CHECK(asks(p, "x.shared@1"));
}

TEST_CASE("circles in the types are no trap: with a way in they are left, without one they are named") {
  const auto a = raw_offer("a", "x.a@1", record("t_b", "b"), record("t_a", "a"));
  const auto b = raw_offer("b", "x.b@1", record("t_a", "a"), record("t_b", "b"));
  const auto entry = raw_offer("e", "x.entry@1", record("t_seed", "seed_text"), record("t_b", "b"));
  const auto p = found(wanting(type_of("t_a"), object{{"seed_text", "x"}}), array{a, b, entry});
  CHECK(p.steps.size() == 2);
  CHECK_FALSE(asks(p, "x.b@1"));

  const auto e = failure(wanting(type_of("t_a")), array{a, b});
  CHECK(e.code == errc::no_route);
  CHECK(mentions(e, "circle"));
}

TEST_CASE("the error names the missing type, who needs it, the nearest miss and the remedy") {
  SECTION("nothing gives it") {
    const auto e = failure(wanting(type_of("statistics")), catalog());
    CHECK(e.code == errc::no_route);
    CHECK(mentions(e, "member `path` of file.read@1"));
    CHECK(mentions(e, "give it as the input \"path\""));
  }
  SECTION("an input is given but does not fit") {
    const auto e = failure(wanting(type_of("statistics"), object{{"path", 3}}), catalog());
    CHECK(mentions(e, "the input \"path\" is given but does not fit"));
    CHECK(mentions(e, "string"));
  }
  SECTION("a type of that name has another shape") {
    const auto wrong = raw_offer("x", "x.x@1", record("t_seed", "seed_text"), record("label", "colour"));
    const auto e = failure(wanting(schema_of<cem::label>(), object{{"seed_text", "x"}}), array{wrong});
    CHECK(mentions(e, "x.x@1 gives label, which does not fit"));
  }
  SECTION("nobody knows the type") {
    const auto e = failure(wanting(type_of("statistic")), catalog());
    CHECK(mentions(e, "statistics"));
  }
}

TEST_CASE("the same title is stronger evidence than the same shape") {
  const auto impostor =
      raw_offer("impostor", "x.impostor@1", record("t_seed", "seed_text"), record("stranger", "thing_text"));
  const auto real = offer<seed, thing>("real", "x.real@1", {.reliability = 0.88});
  const auto p = found(wanting(schema_of<thing>(), object{{"seed_text", "x"}}), array{impostor, real});
  CHECK(p.steps[0].ask == "x.real@1");
  CHECK(found(wanting(schema_of<thing>(), object{{"seed_text", "x"}}), array{impostor}).steps[0].ask == "x.impostor@1");
}

TEST_CASE("a list is made by asking per item of a given list, named after the member") {
  const auto many = object{{"type", "array"}, {"items", schema_of<ann::document>()}};
  const auto p = found(wanting(many, object{{"paths", array{"/x", "/y"}}}), array{catalog()[0]});
  REQUIRE(p.steps.size() == 1);
  CHECK(p.steps[0].each == "{input.paths}");
  CHECK(p.steps[0].with == value{object{{"path", "{item}"}}});
}

TEST_CASE("where only one value can be had, it is collected into a list of one") {
  const auto p = found(wanting(type_of("statistics"), object{{"body", "x"}}), catalog());
  CHECK(p.steps.size() == 2);
  CHECK(step(p, "label.count@1").with == value{object{{"labels", array{"{label}"}}}});
}

TEST_CASE("optional members are filled from the inputs and from earlier steps of the plan, never by new steps") {
  const auto text = object{{"type", "string"}};
  const auto input = object{{"type", "object"},
                            {"properties", object{{"text", text}, {"path", text}, {"language", text}, {"style", text}}},
                            {"required", array{"text"}}};
  const auto writer = raw_offer("w", "x.write@1", input, record("essay", "essay"));
  const auto styles = raw_offer("s", "x.style@1", record("t_seed", "seed_text"), record("styled", "style"));
  const auto p = found(wanting(type_of("essay"), object{{"path", "/x"}, {"language", "en"}, {"seed_text", "x"}}),
                       array{catalog()[0], writer, styles});
  CHECK(step(p, "x.write@1").with ==
        value{object{{"text", "{read.text}"}, {"path", "{input.path}"}, {"language", "{input.language}"}}});
  CHECK_FALSE(asks(p, "x.style@1"));
}

TEST_CASE("verifiers, ladder and answer are taken from planner_input") {
  auto q = wanting(type_of("statistics"), object{{"path", "/x"}});
  auto& more = q.planner_input.as_object();
  more["verify"] = array{"verify.me@1"};
  more["reflect"] = array{"retry", "replan"};
  more["answer"] = object{{"answer", "{want.count}"}, {"all", "{want}"}};
  const auto p = found(q, catalog());
  CHECK(p.steps.back().verify == std::vector<std::string>{"verify.me@1"});
  CHECK(p.steps.front().verify.empty());
  CHECK(p.reflect == std::vector<std::string>{"retry", "replan"});
  CHECK(p.answer == value{object{{"answer", "{count.count}"}, {"all", "{count}"}}});
}

TEST_CASE("mistakes in planner_input are errors that say what is expected") {
  auto q = wanting(type_of("statistics"));
  q.planner_input.as_object()["verfy"] = array{};
  CHECK(mentions(failure(q, catalog()), "verfy is unknown"));
  q.planner_input = object{};
  CHECK(mentions(failure(q, catalog()), "want says what the plan is to give"));
  q.planner_input = value{};
  CHECK(failure(q, catalog()).code == errc::bad_input);
  CHECK(mentions(failure(wanting(object{{"capability", "No Name"}}), catalog()), "want.capability"));
  CHECK(mentions(failure(wanting(object{{"type", 7}}), catalog()), "no JSON Schema"));
}

TEST_CASE("replanning keeps finished steps word by word and goes around what failed") {
  auto rows = catalog();
  rows.push_back(offer<cem::section, cem::label>("cecile", "section.classify@1", {.reliability = 0.5}));
  auto q = wanting(type_of("statistics"), object{{"path", "/x"}});
  const auto first = found(q, rows);
  REQUIRE(asks(first, "section.label@1"));
  q.previous_plan = to_value(first);
  q.done = object{{"read", object{{"path", "/x"}, {"text", "t"}}}, {"outline", object{{"sections", array{}}}}};

  const auto again = found(q, rows, "step \"label[2]\" failed: no answer");
  CHECK(to_value(step(again, "file.read@1")) == to_value(step(first, "file.read@1")));
  CHECK(to_value(step(again, "text.outline@1")) == to_value(step(first, "text.outline@1")));
  CHECK_FALSE(asks(again, "section.label@1"));
  const auto& other = step(again, "section.classify@1");
  CHECK(other.each == "{outline.sections}");
  CHECK(other.avoid == std::vector<std::string>{"cem"});
  CHECK(found(q, rows).steps.size() == again.steps.size());  // without a critique: what could have run

  const auto e = failure(q, catalog(), "step \"label\" failed: no answer");
  CHECK(e.code == errc::no_route);
  CHECK(mentions(e, "section.label@1 failed and is left out"));
}

TEST_CASE("replanning refuses the whole module first, and only then the capability") {
  const auto a = offer<seed, thing>("one", "thing.a@1");
  const auto b = offer<seed, thing>("one", "thing.b@1", {.reliability = 0.89});
  const auto c = offer<seed, thing>("two", "thing.c@1", {.reliability = 0.2});
  auto q = wanting(type_of("thing"), object{{"seed_text", "x"}});
  const auto first = found(q, array{a, b, c});
  REQUIRE(first.steps[0].ask == "thing.a@1");
  q.previous_plan = to_value(first);
  q.done = object{};
  CHECK(found(q, array{a, b, c}).steps[0].ask == "thing.c@1");
  const auto same_module = found(q, array{a, b});
  CHECK(same_module.steps[0].ask == "thing.b@1");
  CHECK(same_module.steps[0].avoid.empty());
}

TEST_CASE("replanning avoids the module that failed; another one with the same contract takes the step") {
  const auto bad = offer<seed, thing>("bad", "thing.a@1");
  const auto good = offer<seed, thing>("good", "thing.a@1");
  const auto worse = offer<seed, thing>("worse", "thing.b@1", {.reliability = 0.2});
  auto q = wanting(type_of("thing"), object{{"seed_text", "x"}});
  const auto first = found(q, array{bad, good, worse});
  REQUIRE(first.steps[0].ask == "thing.a@1");
  q.previous_plan = to_value(first);
  q.done = object{};
  q.failed = failed_step{first.steps[0].id, "bad", {"bad"}, "crashed", "it broke"};
  const auto again = found(q, array{bad, good, worse}, "the last plan was no good");
  CHECK(again.steps[0].ask == "thing.a@1");
  CHECK(again.steps[0].avoid == std::vector<std::string>{"bad"});
  q.failed->tried = {"bad", "good"};
  CHECK(found(q, array{bad, good, worse}).steps[0].ask == "thing.b@1");
  CHECK(mentions(failure(q, array{bad, good}), "thing.a@1 failed and is left out"));
}

TEST_CASE("a hostile catalog ends in a plan or an error, soon") {
  const auto q = wanting(type_of("thing"), object{{"seed_text", "x"}});
  const auto good = offer<seed, thing>("good", "thing.make@1");
  SECTION("rows that are no offers are skipped") {
    const auto odd = array{3, value{}, object{},
                           object{{"module", "x"}, {"capability", "No Name"}, {"input", true}, {"output", true}}, good};
    CHECK(found(q, odd).steps.size() == 1);
  }
  SECTION("numbers that are none do not win") {
    auto lying = offer<seed, thing>("lying", "thing.lie@1");
    lying.as_object()["reliability"] = std::numeric_limits<double>::quiet_NaN();
    lying.as_object()["latency_seconds"] = -1e300;
    lying.as_object()["money"] = -std::numeric_limits<double>::infinity();
    CHECK(found(q, array{lying, good}).steps[0].ask == "thing.make@1");
  }
  SECTION("no catalog, an empty one, one too large") {
    CHECK(failure(q, object{}).code == errc::bad_input);
    CHECK(failure(q, array{}).code == errc::no_route);
    CHECK(mentions(failure(q, array(10'001, good)), "10001 offers"));
  }
  SECTION("schemas of the wrong shape") {
    const auto odd = object{
        {"title", 3}, {"properties", array{}}, {"required", object{{"a", 1}}}, {"type", array{"x"}}, {"items", 7}};
    CHECK(found(q, array{raw_offer("odd", "odd.odd@1", odd, odd), raw_offer("odd", "odd.more@1", 7, "x"), good})
              .steps.size() == 1);
  }
  SECTION("everybody needs everybody") {
    array rows;
    for (int i = 0; i < 60; ++i) {
      object members;
      array names;
      for (int k = 0; k < 60; ++k)
        if (k != i)
          members["m" + std::to_string(k)] = object{{"type", "string"}}, names.emplace_back("m" + std::to_string(k));
      const auto input = object{{"type", "object"}, {"properties", members}, {"required", names}};
      rows.push_back(raw_offer("x" + std::to_string(i), "x.n" + std::to_string(i) + "@1", input,
                               record("t" + std::to_string(i), "m" + std::to_string(i))));
    }
    CHECK(failure(wanting(type_of("t0")), rows).code == errc::no_route);
  }
  SECTION("a chain that is too long is refused, one of fifty steps is found") {
    array rows;
    for (int i = 0; i < 400; ++i)
      rows.push_back(raw_offer("c" + std::to_string(i), "x.c" + std::to_string(i) + "@1",
                               record("t" + std::to_string(i), "m" + std::to_string(i)),
                               record("t" + std::to_string(i + 1), "m" + std::to_string(i + 1))));
    CHECK(found(wanting(type_of("t50"), object{{"m0", "x"}}), rows).steps.size() == 50);
    CHECK(mentions(failure(wanting(type_of("t400"), object{{"m0", "x"}}), rows), "64 in a row"));
  }
}

TEST_CASE("ten thousand offers are searched within bounds") {
  array rows;
  for (int i = 0; i < 9'999; ++i) {
    const auto n = std::to_string(i);
    rows.push_back(raw_offer("m" + n, "x.c" + n + "@1", record("t" + n, "text"),
                             record("t" + std::to_string(i / 3 + 5'000), "text")));
  }
  rows.push_back(offer<seed, thing>("good", "thing.make@1"));
  CHECK(found(wanting(type_of("thing"), object{{"seed_text", "x"}}), rows).steps.size() == 1);
  const auto wide = plan_by_contracts(wanting(object{{"type", "object"},
                                                     {"properties", object{{"text", object{{"type", "string"}}}}},
                                                     {"required", array{"text"}}}),
                                      rows);
  CHECK_FALSE(wide);
}
