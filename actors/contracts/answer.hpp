// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/contracts/clauses.hpp"
#include "actors/contracts/parties.hpp"
#include "actors/contracts/question.hpp"
#include "actors/text/citation.hpp"

namespace agents::contracts {

struct answer_request {
  std::string question;
  contracts::understanding understanding;
  found_clauses clauses;                ///< from `clause.find@1`
  std::optional<found_clauses> judged;  ///< from `clause.judge@1`: a second opinion
  std::vector<contract_party> parties;

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("question", s.question);
    v("understanding", s.understanding);
    v("clauses", s.clauses);
    v("judged", s.judged);
    v("parties", s.parties, {.optional = true});
  }
};

/// One thing that the contract says, with its proof.
struct finding {
  std::string category;
  std::string statement;  ///< without full stop
  std::string value;      ///< the fact alone ("90 days"); may be empty
  text::citation citation;
  AGENTS_FIELDS(category, statement, value, citation)
};

struct contract_answer {
  std::string answer;   ///< for people; every statement has the number of its citation
  std::string verdict;  ///< "yes", "no", "one_party", "restricted", "found", "not_found", "undecided"
  std::vector<finding> findings;
  std::vector<text::citation> citations;  ///< in the order of their numbers: of the findings, else the nearest passages
  bool decided = false;
  std::string why_undecided;
  double confidence = 0;  ///< that the verdict is right, as far as the modules know
  AGENTS_FIELDS(answer, verdict, findings, citations, decided, why_undecided, confidence)
};

/// Answers by explicit rules over the words of the clauses that were found. Nothing is stated without a citation,
/// except that nothing was found. When the clause model and the rules contradict each other, or the question fits no
/// category, the answer is undecided, says why, and cites the nearest passages.
[[nodiscard]] contract_answer answer_question(const answer_request& request);

/// How the two modules' opinions on one category come together.
struct presence {
  enum class verdict : std::uint8_t { present, absent, unclear };
  verdict is = verdict::unclear;
  double confidence = 0;  ///< of the verdict
  std::string why;        ///< in words, for people
};
[[nodiscard]] presence weigh_opinions(std::string_view category, const found_clauses& model,
                                      const std::optional<found_clauses>& rules);

/// The clauses that support a category, best first: those that both modules found come first, overlapping ones are
/// joined.
[[nodiscard]] std::vector<clause> supporting_clauses(std::string_view category, const found_clauses& model,
                                                     const std::optional<found_clauses>& rules);

}  // namespace agents::contracts
