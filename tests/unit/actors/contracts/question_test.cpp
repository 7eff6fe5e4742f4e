// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/question.hpp"

#include <cstdio>
#include <set>

#include "actors/contracts/stems.hpp"
#include "actors/contracts/topics.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/contracts/questions.hpp"

using namespace agents;
using namespace agents::contracts;

namespace {

understanding understand(std::string_view question) {
  auto u = understand_question({std::string{question}});
  REQUIRE(u);
  return *u;
}

std::string best_category(std::string_view question) {
  const auto u = understand(question);
  return u.categories.empty() ? "" : u.categories.front().name;
}

/// The share of questions whose best category is right; the wrong ones are printed.
double accuracy(const std::vector<examples::asked>& questions) {
  int right = 0;
  for (const auto& q : questions) {
    const auto got = best_category(q.question);
    if (got == q.category)
      ++right;
    else
      std::printf("  %.*s -> '%s', not '%.*s'\n", static_cast<int>(q.question.size()), q.question.data(), got.c_str(),
                  static_cast<int>(q.category.size()), q.category.data());
  }
  std::printf("question.understand: %d of %zu\n", right, questions.size());
  return right / static_cast<double>(questions.size());
}

}  // namespace

TEST_CASE("questions lead to their clause category, also those that were not used to choose the constants") {
  CHECK(accuracy(examples::tuning_questions) >= 0.9);
  CHECK(accuracy(examples::held_out_questions) >= 0.8);
}

TEST_CASE("the title of each category leads back to it") {
  for (const auto& t : topics()) {
    if (t.category.empty()) continue;
    INFO(t.title);
    CHECK(best_category("Is there anything on " + std::string{t.title} + "?") == t.category);
  }
}

TEST_CASE("a question outside the categories is uncertain and brings terms to look for") {
  const auto known = understand("How are disputes settled by arbitration?");
  CHECK(known.uncertain);
  CHECK(known.topic == "dispute resolution");
  CHECK(std::set<std::string>(known.terms.begin(), known.terms.end()).contains("venue"));

  const auto unknown = understand("Does the seller have to feed the llamas?");
  CHECK(unknown.uncertain);
  CHECK(unknown.topic.empty());
  CHECK(std::set<std::string>(unknown.terms.begin(), unknown.terms.end()).contains("llama"));
}

TEST_CASE("the form of the question tells what kind of answer is wanted") {
  CHECK(understand("May we audit?").kind == "yes_no");
  CHECK(understand("What is the liability cap?").kind == "what");
  CHECK(understand("How long is the warranty?").kind == "what");
  CHECK(understand("When does it expire?").kind == "when");
  CHECK(understand("List the licence grants").kind == "list");
}

TEST_CASE("names in the question do not change what it is about") {
  CHECK(best_category("Can Zyxocorp terminate this Agreement without cause?") == "Termination For Convenience");
}

TEST_CASE("a question without words is refused with the remedy") {
  for (const auto* empty : {"", "  ", "???"}) {
    const auto u = understand_question({empty});
    REQUIRE_FALSE(u);
    CHECK(u.error().code == errc::bad_input);
    CHECK(u.error().message.find("--ask") != std::string::npos);
  }
}

TEST_CASE("stems join the forms of a word and drop the words that say nothing") {
  CHECK(stems("Is the licence terminated? Termination, terminating: terminate") ==
        std::vector<std::string>{"licens", "terminat", "terminat", "terminat", "terminat"});
  CHECK(stems("the agreement of the parties").empty());
  CHECK(stem("renewal") == stem("renewed"));
  CHECK(stem("assignment") == stem("assigned"));
}
