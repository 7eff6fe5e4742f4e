// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/licence/machine.hpp"
#include "libagents/contract/fields.hpp"

namespace agents::licence {

/// How well one licence family is recognised.
struct family_score {
  std::string family;
  std::int64_t support = 0;  ///< paragraphs that declare it
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  AGENTS_FIELDS(family, support, precision, recall, f1)
};

/// One paragraph that was recognised otherwise than it is declared.
struct disagreement {
  std::string source;
  std::int64_t begin = 0;
  std::string declared;
  std::string recognised;
  AGENTS_FIELDS(source, begin, declared, recognised)
};

/// The classifier measured on texts with declared names. Each distinct text counts once.
struct dep5_scores {
  std::int64_t files = 0;       ///< machine-readable copyright files read
  std::int64_t paragraphs = 0;  ///< distinct licence texts
  std::int64_t scored = 0;      ///< of these, with a name of agreed meaning: what the numbers below are about
  double accuracy = 0;          ///< share whose set of families is exactly the declared one
  double micro_f1 = 0;
  double macro_f1 = 0;   ///< mean over families with at least 3 paragraphs
  double exact_gnu = 0;  ///< GPL, LGPL, AGPL: share with exactly the declared version, "or later" and exception
  double undecided = 0;  ///< share of scored paragraphs in which nothing was recognised
  double wrong = 0;      ///< share with a family that is not declared: what a reader must fear
  std::vector<family_score> families;
  std::vector<disagreement> disagreements;
  double microseconds_per_document = 0;
  AGENTS_FIELDS(files, paragraphs, scored, accuracy, micro_f1, macro_f1, exact_gnu, undecided, wrong, families,
                disagreements, microseconds_per_document)
};

/// Which distinct texts to measure: a text belongs to one half for ever, by a hash of its words. The knowledge base was
/// written by looking at failures in `development` only, so `held_out` is the honest number.
enum class half { all, development, held_out };

/// Measures `recognise` against the short names in DEP-5 files: `dir` is laid out as /usr/share/doc (`*/copyright`).
/// The recogniser sees the text of a License paragraph only, never its short name.
[[nodiscard]] expected<dep5_scores> evaluate_on_dep5(const machine& m, const std::string& dir, half which = half::all);

}  // namespace agents::licence
