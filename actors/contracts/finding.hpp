// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actors/contracts/clauses.hpp"
#include "actors/contracts/question.hpp"

namespace agents::classify {
class clause_model;
}

namespace agents::contracts {

struct find_request {
  std::string source;
  std::string text;
  std::vector<weighted_category> categories;  ///< empty: look for `terms`
  std::vector<std::string> terms;
  std::string model;  ///< path of a trained clause model

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("source", s.source);
    v("text", s.text);
    v("categories", s.categories, {.optional = true});
    v("terms", s.terms, {.optional = true});
    v("model", s.model, {.optional = true, .doc = "path of a clause model; not needed when there are no categories"});
  }
};

/// The places of a contract that speak about the categories, by the clause model; a few unlikely ones are kept, for
/// "not found; nearest is …". Without categories: the passages with the words of `terms`, by BM25, and no opinions.
///
/// Cost: a few milliseconds per 60 kB.
[[nodiscard]] found_clauses find_clauses(const classify::clause_model& model, const find_request& request);

/// The retrieval part alone.
[[nodiscard]] found_clauses find_by_terms(const find_request& request);

}  // namespace agents::contracts
