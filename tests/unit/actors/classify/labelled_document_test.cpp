// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/labelled_document.hpp"

#include <fstream>

#include "libagents/core/random.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::classify;
namespace fs = std::filesystem;

namespace {

struct folder {
  fs::path path = fs::temp_directory_path() / ("agents_labels_" + std::to_string(system_random()->next()));
  folder() { fs::create_directories(path / "contracts" / "train"); }
  ~folder() { fs::remove_all(path); }
  void write(const fs::path& name, const std::string& content) const {
    std::ofstream{path / name, std::ios::binary} << content;
  }
};

const std::string labels =
    R"({"contract":"A","split":"train","labels":[{"category":"Law","clauses":[{"text":"law","spans":[[4,7]]}]},)"
    R"({"category":"Term","clauses":[]}]})";

}  // namespace

TEST_CASE("spans of characters become spans of bytes") {
  const folder f;
  f.write("contracts/train/A.txt", "\xC3\xA9\xC3\xA9 \xE2\x80\x9Claw\xE2\x80\x9D");
  f.write("labels_train.jsonl", labels + "\n");
  const auto documents = load_labelled_documents(f.path);
  REQUIRE(documents);
  const auto& d = documents->at(0);
  CHECK(d.asked == std::vector<std::string>{"Law", "Term"});
  REQUIRE(d.clauses.size() == 1);
  const auto s = d.clauses[0].spans.at(0);
  CHECK(d.text.substr(static_cast<std::size_t>(s.begin), static_cast<std::size_t>(s.end - s.begin)) == "law");
}

TEST_CASE("what is missing or wrong is named") {
  const folder f;
  CHECK(load_labelled_documents(f.path).error().code == errc::not_found);
  f.write("labels_train.jsonl", labels);
  CHECK(load_labelled_documents(f.path).error().code == errc::not_found);
  f.write("contracts/train/A.txt", "short");
  const auto beyond = load_labelled_documents(f.path);
  CHECK(beyond.error().code == errc::corrupt);
  CHECK(beyond.error().message.find("labels_train.jsonl:1") != std::string::npos);
  f.write("labels_train.jsonl", "\n{\"contract\": 7}\n");
  const auto wrong = load_labelled_documents(f.path);
  CHECK(wrong.error().code == errc::corrupt);
  CHECK(wrong.error().message.find(":2") != std::string::npos);
}

TEST_CASE("questions are read from the description of the categories") {
  const folder f;
  CHECK(load_category_questions(f.path).empty());
  f.write(
      "category_descriptions.csv",
      "Category,Description\nCategory: Audit Rights,\"Description: May it audit the \"\"books\"\", or records?\",x\n");
  const auto questions = load_category_questions(f.path);
  CHECK(questions.at("audit rights") == "May it audit the \"books\", or records?");
}
