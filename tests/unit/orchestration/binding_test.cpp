// SPDX-License-Identifier: Apache-2.0
#include "libagents/orchestration/binding.hpp"

#include "tests/catch.hpp"

using namespace agents;

namespace {

const value step_output = object{{"list", array{object{{"n", 1}}, object{{"n", 2}}}}, {"name", "x"}, {"none", nullptr}};

const value* lookup(std::string_view root) { return root == "a" ? &step_output : nullptr; }

value resolved(const value& source) { return binding::parse(source).resolve(lookup); }

}  // namespace

TEST_CASE("a reference is a whole string in braces: a root and a path") {
  const auto r = parse_reference("{a.list.1.n}");
  REQUIRE(r);
  CHECK(r->root == "a");
  CHECK(r->path == std::vector<std::string>{"list", "1", "n"});
  CHECK(r->to_string() == "{a.list.1.n}");
}

TEST_CASE("what is no reference stays a literal") {
  const auto* text =
      GENERATE("", "{}", "{", "plain", "{a b}", "{a..b}", "{.a}", "{a.}", "say {a}", "{a} {b}", "{{a}}", "{a{b}");
  CAPTURE(text);
  CHECK_FALSE(parse_reference(text));
}

TEST_CASE("two braces at the start escape one") {
  CHECK(resolved("{{a.name}") == value{"{a.name}"});
  CHECK(resolved(object{{"x", "{{"}}) == value{object{{"x", "{"}}});
  CHECK(resolved("{not a reference}") == value{"{not a reference}"});
}

TEST_CASE("references are replaced anywhere in a template, and literals are kept") {
  const value source =
      object{{"all", "{a}"}, {"n", 7}, {"deep", object{{"list", array{"{a.name}", 1, "{a.list.0.n}"}}}}};
  CHECK(resolved(source) ==
        value{object{{"all", step_output}, {"n", 7}, {"deep", object{{"list", array{"x", 1, 1}}}}}});
}

TEST_CASE("a member whose reference leads nowhere is left out; in a list and at the top it is null") {
  CHECK(resolved(object{{"gone", "{a.nobody}"}, {"kept", 1}}) == value{object{{"kept", 1}}});
  CHECK(resolved(array{"{a.nobody}", "{b}"}) == value{array{nullptr, nullptr}});
  CHECK(resolved("{a.list.9}") == value{});
  CHECK(resolved(object{{"given", "{a.none}"}}) == value{object{{"given", nullptr}}});
}

TEST_CASE("a path does not go through a list by name, nor through a text") {
  CHECK(follow(step_output, {"list", "n"}) == nullptr);
  CHECK(follow(step_output, {"list", "-1"}) == nullptr);
  CHECK(follow(step_output, {"list", "1x"}) == nullptr);
  CHECK(follow(step_output, {"name", "0"}) == nullptr);
  REQUIRE(follow(step_output, {"list", "01", "n"}) != nullptr);
  CHECK(*follow(step_output, {}) == step_output);
}

TEST_CASE("all references of a template are found, in order of the members") {
  const auto found =
      binding::parse(object{{"a", array{"{x.1}", "{y}"}}, {"b", object{{"c", "{z.w}"}}}, {"d", "{{x}"}}).references();
  REQUIRE(found.size() == 3);
  CHECK(found[0].to_string() == "{x.1}");
  CHECK(found[1].to_string() == "{y}");
  CHECK(found[2].to_string() == "{z.w}");
}
