// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema_suite.hpp"

#include <cstdlib>
#include <fstream>

#include "tests/catch.hpp"
#include "tests/unit/contract/temp_folder.hpp"

using namespace agents;

namespace {

namespace fs = std::filesystem;

const fs::path own_suite = fs::path{AGENTS_SOURCE_DIR} / "tests/unit/contract/suite";

fs::path official_suite() {
  const auto* data = std::getenv("AGENTS_DATA");
  const fs::path root = data ? fs::path{data} : fs::path{AGENTS_SOURCE_DIR} / "../shared/data";
  return root / "json_schema_2020_12";
}

std::string listed(const suite_report& report) {
  std::string out;
  for (const auto& f : report.failed) out += f.file + ": " + f.group + ": " + f.test + ": " + f.why + "\n";
  return out;
}

}  // namespace

TEST_CASE("the validator passes our own suite") {
  const auto report = run_schema_suite(own_suite);
  REQUIRE(report);
  INFO(listed(*report));
  CHECK(report->failed.empty());
  CHECK(report->passed == 48);
}

TEST_CASE("the folders inside a suite are found from its root, from tests and from the folder itself") {
  for (const auto& dir : {own_suite, own_suite / "tests", own_suite / "tests/draft2020-12"}) {
    const auto report = run_schema_suite(dir);
    REQUIRE(report);
    CHECK(report->passed == 48);
  }
}

TEST_CASE("the validator passes all required tests of the official suite") {
  const auto suite = official_suite();
  if (!fs::is_directory(suite / "tests")) {
    WARN("SKIPPED: the official JSON Schema suite is not at " << suite.string() << "; set AGENTS_DATA to run it");
    return;
  }
  const auto report = run_schema_suite(suite);
  REQUIRE(report);
  INFO(listed(*report));
  CHECK(report->failed.empty());
  CHECK(report->passed == 1299);
}

TEST_CASE("a test with another result than declared is reported with file, group and test") {
  const temp_folder folder;
  folder.write("a.json", R"([{"description": "g", "schema": {"type": "null"}, "tests": [
    {"description": "right", "data": null, "valid": true}, {"description": "wrong", "data": 1, "valid": true}]},
    {"description": "broken", "schema": {"type": 1}, "tests": [{"description": "t", "data": 1, "valid": true}]}])");
  const auto report = run_schema_suite(folder.path);
  REQUIRE(report);
  CHECK(report->passed == 1);
  REQUIRE(report->failed.size() == 2);
  CHECK(report->failed[0].file == "a.json");
  CHECK(report->failed[0].group == "g");
  CHECK(report->failed[0].test == "wrong");
  CHECK(report->failed[1].why.find("#/type") != std::string::npos);
}

TEST_CASE("a suite that is missing or malformed is an error that names the file") {
  const temp_folder folder;
  CHECK(run_schema_suite(folder.path).error().code == errc::not_found);
  folder.write("a.json", "[{");
  const auto broken = run_schema_suite(folder.path);
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message.find("a.json: JSON, line 1") != std::string::npos);
  folder.write("a.json", R"([{"description": "g"}])");
  CHECK(run_schema_suite(folder.path).error().message.find("lacks schema") != std::string::npos);
}
