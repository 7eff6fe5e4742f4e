// SPDX-License-Identifier: Apache-2.0
#include "actors/evaluate/evaluate_legalbench.hpp"

#include <fstream>

#include "actors/evaluate/task_rows.hpp"
#include "libagents/core/random.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::evaluate;
namespace fs = std::filesystem;

namespace {

struct folder {
  fs::path path = fs::temp_directory_path() / ("agents_tasks_" + std::to_string(system_random()->next()));
  ~folder() { fs::remove_all(path); }
  void write(const std::string& task, const std::string& file, const std::string& rows) const {
    fs::create_directories(path / "tasks" / task);
    std::ofstream{path / "tasks" / task / file, std::ios::binary} << rows;
  }
};

/// Two tasks whose yes-texts are each other's no-texts.
void write_sample(const folder& f, int first, int last) {
  std::string law = "label\ttext\n";
  std::string fee = "label\ttext\n";
  for (int i = first; i < last; ++i) {
    const auto about_law =
        "This contract is governed by the laws of state number" + std::string(static_cast<std::size_t>(i), 'x');
    const auto about_fee = "The customer pays a monthly fee of dollars" + std::string(static_cast<std::size_t>(i), 'y');
    law += "Yes\t" + about_law + "\nNo\t" + about_fee + "\n";
    fee += "No\t\"" + about_law + "\"\nYes\t" + about_fee + "\n";
  }
  f.write("CUAD_Law", "test.tsv", law);
  f.write("CUAD_Fee", "test.tsv", fee);
}

}  // namespace

TEST_CASE("rows are read with quotes, tabs and line breaks inside") {
  const folder f;
  f.write("CUAD_A", "test.tsv", "text\tlabel\n\"say \"\"yes\"\"\tor\nno\"\tYes\nplain\tNo\n");
  const auto rows = load_task_rows(f.path, "CUAD_", "test.tsv");
  REQUIRE(rows);
  REQUIRE(rows->at("CUAD_A").size() == 2);
  CHECK(rows->at("CUAD_A")[0].text == "say \"yes\"\tor\nno");
  CHECK(rows->at("CUAD_A")[0].yes);
  CHECK_FALSE(rows->at("CUAD_A")[1].yes);
}

TEST_CASE("rows with another label or without columns name their line") {
  const folder f;
  CHECK(load_task_rows(f.path, "CUAD_", "test.tsv").error().code == errc::not_found);
  f.write("CUAD_A", "test.tsv", "label\ttext\nYes\ta\nMaybe\tb\n");
  const auto e = load_task_rows(f.path, "CUAD_", "test.tsv").error();
  CHECK(e.code == errc::corrupt);
  CHECK(e.message.find("test.tsv:3") != std::string::npos);
  f.write("CUAD_A", "test.tsv", "label\ttext\nYes\n");
  CHECK(load_task_rows(f.path, "CUAD_", "test.tsv").error().code == errc::corrupt);
}

TEST_CASE("easy tasks are solved, from two folders or from a split of one") {
  const folder train;
  const folder test;
  write_sample(train, 0, 20);
  write_sample(test, 20, 25);
  const auto two = evaluate_legalbench(train.path, test.path);
  REQUIRE(two);
  CHECK(two->metrics.at("micro_accuracy") == 1);
  CHECK(two->metrics.at("accuracy/CUAD_Law") == 1);
  CHECK(two->examples == 20);
  const auto one = evaluate_legalbench(train.path, train.path, {.split = holdout{0, 10, 3}});
  REQUIRE(one);
  CHECK(one->examples > 0);
  CHECK(one->examples < 80);
  CHECK(one->metrics.at("macro_accuracy") == 1);
}

TEST_CASE("texts that are tested are not trained on") {
  const folder f;
  const folder same;
  write_sample(f, 0, 5);
  write_sample(same, 0, 5);
  CHECK(evaluate_legalbench(f.path, f.path).error().code == errc::bad_input);
  CHECK(evaluate_legalbench(f.path, same.path).error().code == errc::bad_input);
}
