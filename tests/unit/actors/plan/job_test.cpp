// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/job.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/catch.hpp"

using namespace agents;

namespace {

expected<job> read(const std::string& text) {
  const auto d = parse_toml(text, "job.toml");
  INFO((d ? std::string{} : d.error().message));
  REQUIRE(d);
  return read_job(*d);
}

job good(const std::string& text) {
  auto j = read(text);
  INFO((j ? std::string{} : j.error().message));
  REQUIRE(j);
  return *j;
}

/// A job with one step of two given keys; they begin in line 5.
std::string with_step(const std::string& lines) {
  return "name = \"x\"\n[[step]]\nid = \"a\"\nask = \"m.f@1\"\n" + lines + "\n";
}

struct mistake {
  std::string text;
  std::string place;   ///< "job.toml:LINE:"
  std::string key;     ///< is named
  std::string remedy;  ///< is said
};

}  // namespace

TEST_CASE("all keys of a job arrive in the task and the plan") {
  const auto j = good(R"(name = "all"
goal = "everything"
planner = "plan.contract@1"
reflect = ["retry", "replan"]
parallel = 7
[input]
path = "/x"
list = [1, 2]
[planner_input]
want = { type = "memo" }
[budget]
money = 1.5
tokens = 1000
time = "2m"
steps = 20
[[step]]
id = "first"
ask = "text.split@1"
with = { path = "{input.path}" }
[[step]]
id = "second"
ask = "text.read@^1.2"
each = "{first.parts}"
with = { part = "{item}" }
after = ["first"]
verify = ["verify.me@1"]
agree = { of = 3, need = 2, on = "/x" }
reflect = ["other", "ask"]
attempts = 3
timeout = "250ms"
only = ["m1", "m2"]
avoid = ["m3"]
policy = "latency"
approve = true
optional = true
[answer]
answer = "{second}"
)");
  CHECK(j.task.job == "all");
  CHECK(j.task.goal == "everything");
  CHECK(j.task.planner == "plan.contract@1");
  CHECK(j.task.input == value{object{{"path", "/x"}, {"list", array{1, 2}}}});
  CHECK(j.task.planner_input.find("want")->get_string("type") == "memo");
  CHECK(j.task.budget.money == 1.5);
  CHECK(j.task.budget.tokens == 1000);
  CHECK(j.task.budget.time_seconds == 120);
  CHECK(j.task.budget.steps == 20);
  REQUIRE(j.declared);
  CHECK(j.declared->parallel == 7);
  CHECK(j.declared->reflect == std::vector<std::string>{"retry", "replan"});
  CHECK(j.declared->answer.get_string("answer") == "{second}");
  const auto& s = j.declared->steps.at(1);
  CHECK(s.each == "{first.parts}");
  CHECK(s.after == std::vector<std::string>{"first"});
  CHECK(s.verify == std::vector<std::string>{"verify.me@1"});
  REQUIRE(s.agree);
  CHECK((s.agree->of == 3 && s.agree->need == 2 && s.agree->on == "/x"));
  CHECK(s.reflect == std::vector<std::string>{"other", "ask"});
  CHECK(s.attempts == 3);
  CHECK(s.timeout_seconds == 0.25);
  CHECK(s.only == std::vector<std::string>{"m1", "m2"});
  CHECK(s.avoid == std::vector<std::string>{"m3"});
  CHECK(s.policy == "latency");
  CHECK((s.approve && s.optional));
}

TEST_CASE("a job without steps leaves the plan to its planner") {
  const auto j = good("name = \"x\"\nplanner = \"plan.contract@1\"\n[planner_input]\nwant = { type = \"memo\" }\n");
  CHECK_FALSE(j.declared);
  CHECK(j.task.planner_input.find("want"));
}

TEST_CASE("a job says which inputs a caller must give") {
  const auto j = good("name = \"x\"\nplanner = \"plan.contract@1\"\nrequired = [\"ask\"]\n[input]\nask = \"\"\n");
  CHECK(j.required == std::vector<std::string>{"ask"});
}

TEST_CASE("every mistake is an error that names file, line, key and remedy") {
  const auto m = GENERATE(values<mistake>({
      {"name = \"x\"\nstpe = 1\n", "job.toml:2:", "\"stpe\"", "known here are name, goal"},
      {"goal = \"x\"\n", "job.toml", "name", "name = \"licence_review\""},
      {"name = 3\n", "job.toml:1:", "`name`", "text"},
      {"name = \"x\"\ngoal = [1]\n", "job.toml:2:", "`goal`", "text"},
      {"name = \"x\"\n", "job.toml", "neither steps nor a planner", "add [[step]]"},
      {"name = \"x\"\nplanner = \"Plan It\"\n", "job.toml:2:", "`planner`", "name"},
      {"name = \"x\"\nplanner = \"plan.contract@1\"\nreflect = [\"retry\"]\n", "job.toml:3:", "`reflect`",
       "[planner_input]"},
      {"name = \"x\"\nplanner = \"plan.contract@1\"\n[answer]\na = 1\n", "job.toml:3:", "`answer`", "[planner_input]"},
      {"name = \"x\"\nplanner = \"plan.contract@1\"\nparallel = 2\n", "job.toml:3:", "`parallel`", "[planner_input]"},
      {"name = \"x\"\ninput = 3\n", "job.toml:2:", "[input]", "table"},
      {"name = \"x\"\nplanner = \"plan.contract@1\"\nrequired = [\"ask\"]\n", "job.toml:3:", "`ask`", "add it"},
      {"name = \"x\"\nstep = 3\n", "job.toml:2:", "steps", "[[step]]"},
      {"name = \"x\"\n[[step]]\nask = \"m.f@1\"\n", "job.toml:2:", "id", "id = \"…\""},
      {"name = \"x\"\n[[step]]\nid = \"a\"\n", "job.toml:2:", "ask", "ask = \"text.retrieve@1\""},
      {"name = \"x\"\n[[step]]\nid = \"a\"\nask = \"NO\"\n", "job.toml:4:", "`ask`", "NO"},
      {with_step("aks = 1"), "job.toml:5:", "\"aks\"", "known here are id, ask"},
      {with_step("attempts = 0"), "job.toml:5:", "`attempts`", "at least 1"},
      {with_step("attempts = \"two\""), "job.toml:5:", "`attempts`", "integer"},
      {with_step("timeout = \"soon\""), "job.toml:5:", "`timeout`", "\"250ms\""},
      {with_step("timeout = -1"), "job.toml:5:", "`timeout`", "not negative"},
      {with_step("verify = \"v@1\""), "job.toml:5:", "`verify`", "array"},
      {with_step("verify = [\"v@1\", \"V@\"]"), "job.toml:5:", "`verify`", "V"},
      {with_step("reflect = [\"again\"]"), "job.toml:2:", "again", "retry, other, replan, ask and partial"},
      {with_step("reflect = [\"replan\"]"), "job.toml:5:", "replan", "add planner ="},
      {with_step("agree = { of = 2, need = 3 }"), "job.toml:2:", "`agree`", "make `need` at most `of`"},
      {with_step("agree = { of = 2, ned = 3 }"), "job.toml:5:", "\"ned\"", "known here are of, need, on"},
      {with_step("agree = { of = 0, need = 0 }"), "job.toml:5:", "`agree/", "at least 1"},
      {with_step("policy = \"best\""), "job.toml:5:", "`policy`", "reliability, priority"},
      {with_step("approve = \"yes\""), "job.toml:5:", "`approve`", "boolean"},
      {with_step("each = \"all\""), "job.toml:2:", "`each`", "one reference to a list"},
      {with_step("with = 3"), "job.toml:2:", "`with`", "table"},
      {with_step("with = { x = \"{b.y}\" }"), "job.toml:2:", "{b.y}", "refers to no step"},
      {with_step("with = { x = \"{item}\" }"), "job.toml:2:", "{item}", "`each`"},
      {with_step("after = [\"b\"]"), "job.toml:2:", "`after`", "\"b\""},
      {with_step("[[step]]\nid = \"a\"\nask = \"m.f@1\""), "job.toml:", "\"a\"", "unique"},
      {with_step("[[step]]\nid = \"input\"\nask = \"m.f@1\""), "job.toml:5:", "\"input\"", "choose another id"},
      {with_step("[[step]]\nid = \"b c\"\nask = \"m.f@1\""), "job.toml:5:", "b c", "letters, digits"},
      {with_step("with = { x = \"{b}\" }\n[[step]]\nid = \"b\"\nask = \"m.f@1\"\nwith = { x = \"{a}\" }"),
       "job.toml:", "waits for itself", "break the cycle"},
      {with_step("[answer]\nx = \"{b}\""), "job.toml:5:", "{b}", "refers to no step"},
      {"name = \"x\"\nparallel = 0\n" + with_step("").substr(11), "job.toml:2:", "`parallel`", "at least 1"},
      {with_step("[budget]\nmony = 1"), "job.toml:6:", "\"mony\"", "known here are money, tokens, time, steps"},
      {with_step("[budget]\nmoney = -1"), "job.toml:6:", "`money`", "negative"},
      {with_step("[budget]\ntokens = 1.5"), "job.toml:6:", "`tokens`", "integer"},
      {with_step("[budget]\ntime = \"x\""), "job.toml:6:", "`time`", "\"2m\""},
      {with_step("[planner_input]\nwant = 1"), "job.toml:5:", "[planner_input]", "planner ="},
  }));
  const auto j = read(m.text);
  INFO(m.text);
  REQUIRE_FALSE(j);
  const auto& message = j.error().message;
  INFO(message);
  CHECK(j.error().code == errc::bad_input);
  CHECK(message.starts_with(m.place));
  CHECK(message.find(m.key) != std::string::npos);
  CHECK(message.find(m.remedy) != std::string::npos);
}

TEST_CASE("a job is loaded from a file or from the folder of a job.toml") {
  const auto folder = std::filesystem::temp_directory_path() / ("agents_job_test_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "job.toml"} << with_step("");
  CHECK(load_job(folder)->task.job == "x");
  CHECK(load_job(folder / "job.toml")->task.job == "x");
  const auto missing = load_job(folder / "other.toml");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == errc::not_found);
  CHECK(missing.error().message.find("takes a job file or a folder with a job.toml") != std::string::npos);
  std::filesystem::remove_all(folder);
}
