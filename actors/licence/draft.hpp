// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/licence/types.hpp"

namespace agents::licence {

struct draft_request {
  std::string subject;
  std::vector<review> reviews;
  std::vector<open_point> undecided;  ///< of the collection: packages without documents, libraries without packages

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor& visit) {
    visit("subject", self.subject, {.optional = true, .doc = "what is reviewed"});
    visit("reviews", self.reviews);
    visit("undecided", self.undecided, {.optional = true});
  }
};

struct memo {
  std::string memo;                 ///< Markdown; every «…» is exactly the text of a citation
  std::string verdict;              ///< "yes", "conditions", "open" or "no"
  std::vector<citation> citations;  ///< sorted, without repetitions
  std::vector<review> packages;
  std::vector<open_point> undecided;
  AGENTS_FIELDS(memo, verdict, citations, packages, undecided)
};

/// Writes the memo: verdict and counts, then package by package, then what must be shipped, then what is undecided.
[[nodiscard]] memo draft(const draft_request& request);

}  // namespace agents::licence
