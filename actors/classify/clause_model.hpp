// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/classify/feature_keys.hpp"
#include "actors/classify/labelled_document.hpp"
#include "libagents/contract/fields.hpp"
#include "libagents/core/expected.hpp"

namespace agents::classify {

/// A place of a document that speaks about a category. `begin` and `end` are bytes of the text that was searched and
/// never split a UTF-8 character.
struct clause_hit {
  std::string category;
  double score = 0;        ///< for ranking within one category only
  double probability = 0;  ///< calibrated: that this place is such a clause
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::string heading;  ///< path of the section headings above, " > " between them; may be empty
  AGENTS_FIELDS(category, score, probability, begin, end, heading)
};

/// Whether a document has a clause of a category at all.
struct category_presence {
  std::string category;
  double probability = 0;
  bool present = false;  ///< `probability` against the category's own trained threshold
  AGENTS_FIELDS(category, probability, present)
};

/// One type that a clause may have.
struct type_score {
  std::string category;
  double probability = 0;
  AGENTS_FIELDS(category, probability)
};

/// Everything that is said about one document.
struct document_review {
  std::vector<category_presence> presence;  ///< in the order of the categories asked for
  std::vector<clause_hit> hits;             ///< per category, best first, at most `top_k` each
};

struct train_options {
  std::uint64_t seed = 1;
  unsigned threads = 1;  ///< the result does not depend on it
  int folds = 4;         ///< for thresholds and calibration; documents are never split between folds
  /// Names of categories to learn; empty: all that occur in the documents.
  std::vector<std::string> categories = {};
  /// What a person would ask to find a category, by its name in lower case; the name itself serves where there is none.
  std::map<std::string, std::string> questions = {};
};

/// All that was learned from labelled documents: which type a clause has, where in a document a category is spoken
/// about, and whether it is there at all. Linear models on hashed word n-grams; no names or numbers of categories are
/// built in.
///
/// Use it for clause-like text in the language it was trained on. A category with fewer than about five examples is
/// ranked sensibly but its probabilities mean little.
///
/// Owner:   whoever loaded it; copies share the weights, which never change.
/// Callers: any thread.
/// Cost:    about 10-40 MB of memory; tens of microseconds per clause, a few hundred with its surroundings; a few
/// milliseconds per document of 60 kB.
class clause_model {
 public:
  /// A model without categories: finds nothing.
  clause_model();

  [[nodiscard]] const std::vector<std::string>& categories() const noexcept;
  [[nodiscard]] bool knows(std::string_view category) const noexcept;

  /// The types of a clause cut out of a document, most probable first; the probabilities sum to 1.
  /// `heading` is the heading of the section it came from ("" when unknown).
  [[nodiscard]] std::vector<type_score> classify(std::string_view clause, std::string_view heading = {}) const;
  /// The same with the surroundings of the clause, which help.
  [[nodiscard]] std::vector<type_score> classify(const clause_place& place) const;

  /// Searches `text` for `categories` (empty: all). Unknown categories are left out of the answer.
  [[nodiscard]] document_review review(std::string_view text, std::span<const std::string> categories, int top_k) const;

  /// The parts, for training, storage and evaluation.
  struct parts;
  explicit clause_model(std::shared_ptr<const parts> p);
  [[nodiscard]] const parts& inside() const noexcept { return *parts_; }

 private:
  std::shared_ptr<const parts> parts_;
};

/// The best places for each of `categories` (empty: all), best first, at most `top_k` for each.
[[nodiscard]] std::vector<clause_hit> find_clauses(const clause_model& model, std::string_view text,
                                                   std::span<const std::string> categories, int top_k);

/// Learns a model. Works with ten documents and two categories as well as with hundreds and 41.
/// Deterministic: same documents, same options, same model, byte by byte.
///
/// Errors: `bad_input` when there are no documents or no clauses to learn from.
[[nodiscard]] expected<clause_model> train_clause_model(std::span<const labelled_document> documents,
                                                        const train_options& options = {});

/// The same from a folder: `load_labelled_documents`, `load_category_questions` and `train_clause_model`.
[[nodiscard]] expected<clause_model> train_clause_model(const std::filesystem::path& folder,
                                                        const train_options& options = {});

/// Writes the format of docs/model_format.md: first beside `path`, then renamed over it. Errors: `io`.
[[nodiscard]] expected<void> save(const clause_model& model, const std::filesystem::path& path);

/// Errors: `not_found`, `io`; `corrupt` (any damage: the file carries a checksum); `unsupported` (another version of
/// the format).
[[nodiscard]] expected<clause_model> load_clause_model(const std::filesystem::path& path);

}  // namespace agents::classify
