// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/schema_command.hpp"

#include <sstream>

#include "libagents/contract/json.hpp"
#include "tests/catch.hpp"
#include "tests/unit/contract/temp_folder.hpp"

using namespace agents;

namespace {

struct outcome {
  int code = 0;
  std::string out;
  std::string err;
};

outcome test_suite(const std::filesystem::path& dir, bool json) {
  std::ostringstream out, err;
  const int code = cli::schema_test(dir, json, out, err);
  return {code, out.str(), err.str()};
}

outcome compare(const std::filesystem::path& a, const std::filesystem::path& b, bool json) {
  std::ostringstream out, err;
  const int code = cli::schema_compatible(a, b, json, out, err);
  return {code, out.str(), err.str()};
}

const std::filesystem::path own_suite = std::filesystem::path{AGENTS_SOURCE_DIR} / "tests/unit/contract/suite";

}  // namespace

TEST_CASE("schema test prints passed and failed, and ends with 0 when all passed") {
  const auto result = test_suite(own_suite, true);
  CHECK(result.code == 0);
  const auto printed = parse_json(result.out);
  REQUIRE(printed);
  CHECK(*printed == value{object{{"passed", 48}, {"failed", array{}}}});
  CHECK(test_suite(own_suite, false).out == "48 passed, 0 failed\n");
}

TEST_CASE("schema test lists what failed and ends with 1") {
  const temp_folder folder;
  folder.write("a.json",
               R"([{"description": "g", "schema": false, "tests": [{"description": "t", "data": 1, "valid": true}]}])");
  const auto result = test_suite(folder.path, true);
  CHECK(result.code == 1);
  CHECK(*parse_json(result.out) ==
        value{object{{"passed", 0}, {"failed", array{object{{"file", "a.json"}, {"group", "g"}, {"test", "t"}}}}}});
  CHECK(test_suite(folder.path, false).out.find("a.json: g: t") == 0);
}

TEST_CASE("schema test of a folder without tests ends with 2 and says what to give") {
  const temp_folder folder;
  const auto result = test_suite(folder.path, true);
  CHECK(result.code == 2);
  CHECK(result.out.empty());
  CHECK(result.err.find("JSON Schema Test Suite") != std::string::npos);
}

TEST_CASE("schema compatible prints result, counterexample and reason") {
  const temp_folder folder;
  const auto narrow = folder.write("narrow.json", R"({"type": "integer"})");
  const auto wide = folder.write("wide.json", R"({"type": ["integer", "null"]})");
  const auto good = compare(narrow, wide, true);
  CHECK(good.code == 0);
  CHECK(*parse_json(good.out) == value{object{{"result", "yes"}, {"counterexample", nullptr}, {"reason", ""}}});
  const auto bad = compare(wide, narrow, true);
  CHECK(bad.code == 1);
  CHECK(parse_json(bad.out)->get_string("result") == "no");
  CHECK(parse_json(bad.out)->find("counterexample")->is_null());
  CHECK(compare(wide, narrow, false).out.find("no\ncounter-example: null\n") == 0);
  CHECK(compare(narrow, wide, false).out == "yes\n");
}

TEST_CASE("schema compatible names the file, the line and the remedy for input that cannot be used") {
  const temp_folder folder;
  const auto good = folder.write("good.json", "true");
  const auto broken = folder.write("broken.json", "{\n  \"type\": }");
  const auto invalid = folder.write("invalid.json", R"({"type": 3})");
  CHECK(compare(good, broken, true).code == 2);
  CHECK(compare(good, broken, true).err.find("broken.json: JSON, line 2") != std::string::npos);
  CHECK(compare(invalid, good, true).err.find("invalid.json: schema, at #/type") != std::string::npos);
  const auto missing = compare(folder.path / "missing.json", good, true);
  CHECK(missing.code == 2);
  CHECK(missing.err.find("missing.json: cannot be read; give") != std::string::npos);
  CHECK(compare(folder.path, good, true).code == 2);
}
