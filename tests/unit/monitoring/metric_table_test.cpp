// SPDX-License-Identifier: Apache-2.0
#include "monitoring/metric_table.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/catch.hpp"

using namespace agents::monitoring;

namespace {

std::string documented_line(const metric_row& row) {
  return "| `" + std::string{row.name} + "` | " + std::string{row.type} + " | " + std::string{row.labels} + " | " +
         std::string{row.help} + " |";
}

std::vector<std::string> lines_in_document() {
  std::ifstream file{AGENTS_SOURCE_DIR "/docs/metrics.md"};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (line.rfind("| `agents_", 0) == 0) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("docs/metrics.md lists exactly the metrics of the code") {
  std::vector<std::string> expected_lines;
  for (const auto& row : metric_table()) expected_lines.push_back(documented_line(row));
  CHECK(lines_in_document() == expected_lines);
}

TEST_CASE("metric names follow Prometheus' conventions") {
  std::set<std::string_view> names;
  for (const auto& row : metric_table()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(row.name.substr(0, 7) == "agents_");
    CHECK((row.type == "counter" || row.type == "gauge" || row.type == "histogram"));
    CHECK((row.type == "counter") == row.name.ends_with("_total"));
    CHECK((row.type != "histogram" || row.name.ends_with("_seconds")));
    CHECK_FALSE(row.help.empty());
  }
}

TEST_CASE("histogram bounds rise from microseconds to minutes") {
  const auto bounds = request_bounds_seconds();
  CHECK(std::is_sorted(bounds.begin(), bounds.end()));
  CHECK(bounds.front() <= 1e-5);
  CHECK(bounds.back() >= 60);
  CHECK(std::is_sorted(run_bounds_seconds().begin(), run_bounds_seconds().end()));
}
