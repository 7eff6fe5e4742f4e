// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/clause_model.hpp"

#include "actors/classify/classify_module.hpp"
#include "actors/classify/model_file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/classify/sample.hpp"

using namespace agents;
using namespace agents::classify;

TEST_CASE("ten small contracts are enough to find and to type clauses") {
  const auto model = train_clause_model(sample::documents());
  REQUIRE(model);
  CHECK(model->categories() == std::vector<std::string>{"Governing Law", "Termination"});
  const std::string text =
      "The Seller ships the goods to the port.\n\nThis contract shall be governed by the laws of the State of Utah.\n\n"
      "The Buyer shall pay within ten days.";
  const auto review = model->review(text, {}, 2);
  REQUIRE(review.presence.size() == 2);
  CHECK(review.presence[0].present);
  CHECK(review.presence[0].probability > review.presence[1].probability);
  REQUIRE_FALSE(review.hits.empty());
  const auto& best = review.hits[0];
  CHECK(text.substr(static_cast<std::size_t>(best.begin), static_cast<std::size_t>(best.end - best.begin)) ==
        "This contract shall be governed by the laws of the State of Utah.");
  const auto types = model->classify("Either party may terminate this Agreement upon notice.");
  CHECK(types[0].category == "Termination");
  CHECK(types[0].probability + types[1].probability == Approx(1));
}

TEST_CASE("the surroundings of a clause change its probabilities, and a clause without any is judged without them") {
  const auto model = train_clause_model(sample::documents());
  REQUIRE(model);
  const std::string clause = "It ends upon notice by either party.";
  const auto bare = model->classify(clause, "Term");
  const auto unplaced = model->classify(clause_place{clause, "Term", {}, {}});
  const auto placed =
      model->classify(clause_place{clause, "Term", "The parties agree.", "Governing law is that of Utah."});
  CHECK(unplaced[0].probability == bare[0].probability);
  CHECK(placed[0].probability != bare[0].probability);
  CHECK(placed[0].probability + placed[1].probability == Approx(1));
}

TEST_CASE("only the categories asked for are searched; unknown ones are left out") {
  const auto model = train_clause_model(sample::documents());
  REQUIRE(model);
  const std::vector<std::string> wanted{"Termination", "Insurance"};
  const auto hits = find_clauses(*model, sample::documents()[0].text, wanted, 3);
  CHECK(hits.size() <= 3);
  REQUIRE_FALSE(hits.empty());
  for (const auto& h : hits) CHECK(h.category == "Termination");
  for (std::size_t i = 1; i < hits.size(); ++i) CHECK(hits[i - 1].score >= hits[i].score);
}

TEST_CASE("training is deterministic and does not depend on the number of threads") {
  const auto documents = sample::documents();
  const auto one = train_clause_model(documents, {.seed = 3, .threads = 1});
  const auto two = train_clause_model(documents, {.seed = 3, .threads = 2});
  REQUIRE((one && two));
  CHECK(encode_model(*one) == encode_model(*two));
}

TEST_CASE("without enough to learn from training says what is missing") {
  CHECK(train_clause_model(std::vector<labelled_document>{}).error().code == errc::bad_input);
  auto documents = sample::documents();
  CHECK(train_clause_model(documents, {.categories = {"Insurance"}}).error().code == errc::bad_input);
  documents.resize(1);
  CHECK(train_clause_model(documents));
}

TEST_CASE("a model without categories finds nothing") {
  CHECK(clause_model{}.review("Some text.", {}, 5).hits.empty());
  CHECK(clause_model{}.classify("Some text.").empty());
}

TEST_CASE("a text without segments gives absences, not errors") {
  const auto model = train_clause_model(sample::documents());
  REQUIRE(model);
  const auto review = model->review("", {}, 5);
  CHECK(review.hits.empty());
  for (const auto& p : review.presence) CHECK(p.probability < 0.6);
}

TEST_CASE("the module offers a pure capability and is well described") {
  const auto m = classify_module(clause_model{});
  CHECK(check(m.manifest()).has_value());
  CHECK(m.manifest().capabilities.at(0).effect == effect::pure);
}
