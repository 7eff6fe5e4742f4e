// SPDX-License-Identifier: Apache-2.0
#include "actors/evaluate/evaluate_cuad.hpp"

#include <fstream>

#include "libagents/core/random.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/classify/sample.hpp"

using namespace agents;
using namespace agents::evaluate;
namespace fs = std::filesystem;

namespace {

struct folder {
  fs::path path = fs::temp_directory_path() / ("agents_cuad_" + std::to_string(system_random()->next()));
  ~folder() { fs::remove_all(path); }
};

/// The sample contracts in the layout of legal_cuad (they are ASCII: bytes are characters).
void write_sample(const fs::path& path) {
  fs::create_directories(path / "contracts" / "x");
  std::ofstream labels{path / "labels_x.jsonl"};
  for (const auto& d : classify::sample::documents()) {
    std::ofstream{path / "contracts" / "x" / (d.title + ".txt")} << d.text;
    labels << R"({"contract":")" << d.title << R"(","labels":[)";
    for (std::size_t i = 0; i < d.asked.size(); ++i) {
      labels << (i > 0 ? "," : "") << R"({"category":")" << d.asked[i] << R"(","clauses":[)";
      for (const auto& c : d.clauses)
        if (c.category == d.asked[i])
          labels << R"({"text":"","spans":[[)" << c.spans[0].begin << "," << c.spans[0].end << "]]}";
      labels << "]}";
    }
    labels << "]}\n";
  }
}

}  // namespace

TEST_CASE("an easy data set is solved, and every promised metric is there") {
  const folder f;
  write_sample(f.path);
  const auto e = evaluate_cuad(f.path, f.path, {.split = holdout{1, 3}});
  REQUIRE(e);
  CHECK(e->examples > 0);
  CHECK(e->examples < 10);
  CHECK(e->metrics.at("clause_type_accuracy") == 1);
  CHECK(e->metrics.at("retrieval_recall_at_1") == 1);
  CHECK(e->metrics.at("citation_exactness") == 1);
  for (const auto* name :
       {"presence_micro_f1", "presence_macro_f1", "presence_micro_f1_single", "retrieval_recall_at_5",
        "retrieval_recall_at_10", "retrieval_recall_at_1_single", "micros_per_document",
        "micros_per_document_classifier", "micros_per_document_composed", "clause_type_accuracy_41_way"})
    CHECK(e->metrics.contains(name));
  CHECK(e->baseline.at("clause_type_accuracy") == Approx(0.712));
}

TEST_CASE("training and testing on the same contracts is refused") {
  const folder f;
  write_sample(f.path);
  CHECK(evaluate_cuad(f.path, f.path).error().code == errc::bad_input);
  const folder copy;
  write_sample(copy.path);
  CHECK(evaluate_cuad(f.path, copy.path).error().code == errc::bad_input);
  CHECK(evaluate_cuad(f.path, f.path / "none").error().code == errc::not_found);
}

TEST_CASE("parts of a split are disjoint and cover everything") {
  for (const auto& d : classify::sample::documents()) {
    int held_out = 0;
    for (std::uint32_t part = 0; part < 4; ++part) held_out += is_held_out({part, 4}, d.title) ? 1 : 0;
    CHECK(held_out == 1);
    CHECK((is_held_out({8, 10, 3}, d.title)) ==
          (is_held_out({8, 10}, d.title) || is_held_out({9, 10}, d.title) || is_held_out({0, 10}, d.title)));
  }
}

TEST_CASE("F1 counts hits twice") {
  confusion c;
  c.add(true, true);
  c.add(true, false);
  c.add(false, true);
  c.add(false, false);
  CHECK(c.f1() == Approx(0.5));
  CHECK(confusion{}.f1() == 0);
}
