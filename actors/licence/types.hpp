// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/text/citation.hpp"
#include "libagents/contract/fields.hpp"

/// What the steps of the licence review hand to each other: collect → segment → classify → retrieve → obligations →
/// draft.
namespace agents::licence {

using text::citation;

/// A package to review and the documents that state its terms.
struct package_documents {
  std::string name;
  std::string version;
  std::vector<std::string> documents;  ///< absolute paths, symbolic links resolved
  AGENTS_FIELDS(name, version, documents)
};

/// Something the review could not decide, and why. Reported, never guessed.
struct open_point {
  std::string package;
  std::string reason;
  std::vector<citation> citations;
  AGENTS_FIELDS(package, reason, citations)
};

/// A part of a document that states terms.
struct segment {
  std::string document;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::string text;                ///< the bytes [begin, end)
  std::string kind;                ///< "header", "files", "licence" (stanzas of DEP-5) or "text" (free form)
  std::vector<std::string> files;  ///< of a Files stanza
  std::string declared;            ///< the DEP-5 short name or synopsis
  std::int64_t declared_begin = 0;
  std::int64_t declared_end = 0;
  AGENTS_FIELDS(document, begin, end, text, kind, files, declared, declared_begin, declared_end)
};

struct segmentation {
  std::string package;
  std::string version;
  std::vector<segment> segments;
  std::vector<open_point> undecided;
  AGENTS_FIELDS(package, version, segments, undecided)
};

/// A licence that applies to a part of a package.
struct finding {
  std::string licences;                    ///< SPDX expression
  std::string chosen;                      ///< the alternative that asks least: identifiers joined by " AND "
  double score = 0;                        ///< see `recognition`
  std::string scope;                       ///< see `scope.hpp`
  std::string applies_to;                  ///< file patterns, or what the document says
  citation evidence;                       ///< the words of the grant
  std::optional<citation> exception = {};  ///< the words of an additional permission
  std::int64_t text_begin = 0;             ///< where in `evidence.source` its terms stand
  std::int64_t text_end = 0;
  AGENTS_FIELDS(licences, chosen, score, scope, applies_to, evidence, exception, text_begin, text_end)
};

struct classification {
  std::string package;
  std::string version;
  std::vector<finding> findings;
  std::vector<open_point> undecided;
  AGENTS_FIELDS(package, version, findings, undecided)
};

/// A paragraph of a licence that may answer a question.
struct passage {
  std::string licence;  ///< identifier as in the table of rules, without "-or-later" and exception
  std::string question;
  std::string document;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::string text;  ///< the bytes [begin, end)
  double score = 0;
  AGENTS_FIELDS(licence, question, document, begin, end, text, score)
};

struct retrieval {
  classification classified;
  std::vector<passage> passages;
  AGENTS_FIELDS(classified, passages)
};

/// What must be done, by which licence, and where it says so.
struct obligation {
  std::string rule;
  std::string licence;
  std::string question;
  std::string text;
  std::string condition;  ///< when it applies; empty: always
  std::vector<citation> citations;
  AGENTS_FIELDS(rule, licence, question, text, condition, citations)
};

/// Why a package must not be part of a closed-source product as it is.
struct conflict {
  std::string rule;
  std::string licence;
  std::string text;
  std::string remedy;
  std::vector<citation> citations;
  AGENTS_FIELDS(rule, licence, text, remedy, citations)
};

/// The result for one package.
struct review {
  std::string name;
  std::string version;
  std::vector<finding> licences;
  std::vector<obligation> obligations;
  std::vector<conflict> conflicts;
  std::vector<open_point> undecided;
  AGENTS_FIELDS(name, version, licences, obligations, conflicts, undecided)
};

}  // namespace agents::licence
