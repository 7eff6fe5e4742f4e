// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libagents/contract/fields.hpp"

namespace agents::contracts {

struct question_request {
  std::string question;

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("question", s.question, {.max_length = 2000, .doc = "a question about a contract, in English"});
  }
};

/// A clause category that a question is about. The weight is between 0 and 1, and comparable within one question.
struct weighted_category {
  std::string name;
  double weight = 0;
  AGENTS_FIELDS(name, weight)
};

/// What a question wants to know.
struct understanding {
  std::vector<weighted_category> categories;  ///< best first, at most three; empty when `uncertain`
  std::vector<weighted_category> look_for;    ///< the same and those that a full answer needs as well (weight 0)
  std::string kind;                           ///< "yes_no", "what", "when" or "list"
  std::vector<std::string> terms;             ///< words to look for in the contract
  std::string topic;                          ///< in words: "termination for convenience"; "" when nothing fits
  bool uncertain = false;                     ///< no clause category fits: look for `terms` instead

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("categories", s.categories);
    v("look_for", s.look_for);
    v("kind", s.kind, {.one_of = {"yes_no", "what", "when", "list"}});
    v("terms", s.terms);
    v("topic", s.topic);
    v("uncertain", s.uncertain);
  }
};

/// Maps a free question to clause categories by the words of `topics()`: BM25 against all words of a topic, and the
/// likeness to its nearest phrase. Error: `bad_input` for a question without words.
///
/// Cost: about 0.1 ms, once the tables are built.
[[nodiscard]] expected<understanding> understand_question(const question_request& request);

}  // namespace agents::contracts
