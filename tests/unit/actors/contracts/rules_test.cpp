// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/rules.hpp"

#include "actors/classify/labelled_document.hpp"
#include "actors/contracts/reading.hpp"
#include "actors/contracts/statements.hpp"
#include "actors/contracts/topics.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::contracts;

TEST_CASE("there are rules for each of the 41 categories, and each pattern compiles") {
  int categories = 0;
  for (const auto& t : topics()) {
    if (t.category.empty()) continue;
    ++categories;
    INFO(t.category);
    CHECK(has_rules(t.category));
  }
  CHECK(categories == 41);
  CHECK_FALSE(has_rules("Weather"));
  CHECK(judge_sentence("Weather", "It rains.") == 0);
}

TEST_CASE("termination for convenience is told from termination for cause") {
  const auto is = [](const char* s) { return judge_sentence("Termination For Convenience", s) >= 0.6; };
  CHECK(is("Either party may terminate this Agreement for convenience upon thirty (30) days written notice."));
  CHECK(is("Buyer may terminate this Agreement at any time, without cause, by giving sixty days' notice."));
  CHECK(is("This Agreement may be terminated by either party upon thirty (30) days prior written notice."));
  CHECK_FALSE(is("Either party may terminate on thirty days' notice if the other fails to cure a material breach."));
  CHECK_FALSE(is("Sections 4 and 5 survive termination of this Agreement for any reason."));
  CHECK_FALSE(is("Upon termination of this Agreement for any reason, Buyer shall return the Goods."));
}

TEST_CASE("a sentence that says the contrary is kept as a denial and makes no clause") {
  const auto found = judge_clauses({"c.txt",
                                    "1. Term. Neither party may terminate this lease before the end of its term.",
                                    {{"Termination For Convenience", 1}}});
  REQUIRE(found.clauses.size() == 1);
  CHECK(found.clauses.front().denies);
  CHECK_FALSE(found.opinions.front().present);
}

TEST_CASE("places found by the rules are exact bytes of the contract") {
  const auto c = read_contract({AGENTS_SOURCE_DIR "/examples/contract_review/inputs/ROSEMOUNT_LOGISTICS_SERVICES.txt"});
  REQUIRE(c);
  std::vector<weighted_category> all;
  for (const auto& t : topics())
    if (!t.category.empty()) all.push_back({std::string{t.category}, 1});
  const auto found = judge_clauses({c->source, c->text, all});
  CHECK(found.opinions.size() == 41);
  CHECK(found.clauses.size() > 30);
  for (const auto& f : found.clauses)
    CHECK(c->text.substr(static_cast<std::size_t>(f.begin), static_cast<std::size_t>(f.end - f.begin)) == f.text);
}

TEST_CASE("the rules alone find most clauses of the contracts that ship") {
  const auto documents = classify::load_labelled_documents(AGENTS_SOURCE_DIR "/examples/contract_review");
  REQUIRE(documents);
  CHECK(documents->size() == 14);
  int right = 0;
  int all = 0;
  for (const auto& d : *documents) {
    std::vector<weighted_category> asked;
    for (const auto& name : d.asked) asked.push_back({name, 1});
    CHECK(asked.size() == 41);
    for (const auto& o : judge_clauses({d.title, d.text, asked}).opinions) {
      const bool truth =
          std::any_of(d.clauses.begin(), d.clauses.end(), [&](const auto& c) { return c.category == o.category; });
      right += o.present == truth ? 1 : 0;
      ++all;
    }
  }
  CHECK(right > all * 9 / 10);
}

TEST_CASE("every span of the shipped labels is exactly its clause") {
  const auto documents = classify::load_labelled_documents(AGENTS_SOURCE_DIR "/examples/contract_review");
  REQUIRE(documents);
  std::size_t clauses = 0;
  for (const auto& d : *documents)
    for (const auto& c : d.clauses) {
      REQUIRE(c.spans.size() == 1);
      const auto& s = c.spans.front();
      CHECK(d.text.substr(static_cast<std::size_t>(s.begin), static_cast<std::size_t>(s.end - s.begin)) == c.text);
      ++clauses;
    }
  CHECK(clauses > 450);
}

TEST_CASE("statements say who, what and how much, in the words of the clause") {
  const std::vector<contract_party> parties = {{"Lessor", "", 0, 0}, {"Lessee", "", 0, 0}};
  const auto said = [&](std::string_view category, std::string_view clause) {
    return state(category, clause, parties).text;
  };
  CHECK(said("Termination For Convenience",
             "Lessee may terminate this lease without cause on thirty (30) days' notice.") ==
        "Lessee may terminate without cause on 30 days' notice");
  CHECK(said("Governing Law", "This lease is governed by the laws of the State of Ohio.") ==
        "The law of the State of Ohio governs");
  CHECK(said("Renewal Term", "It renews automatically for successive periods of two years.") ==
        "The contract renews automatically for successive periods of 2 years");
  CHECK(said("Cap On Liability", "Lessor's total liability shall not exceed $5,000.") ==
        "Liability is limited to $5,000");
  CHECK(said("Expiration Date", "This lease continues until May 1, 2030.") == "The term ends on May 1, 2030");
  CHECK(said("Insurance", "Lessee shall maintain insurance of at least $1,000,000.") ==
        "Lessee must carry insurance: $1,000,000");
}
