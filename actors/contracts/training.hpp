// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "libagents/contract/fields.hpp"

namespace agents::contracts {

struct train_request {
  std::string model;   ///< path of a model to use as it is; "": the default one, trained from `folder` when needed
  std::string folder;  ///< labelled contracts, laid out as examples/contract_review; "": those that ship

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("model", s.model, {.optional = true});
    v("folder", s.folder, {.optional = true});
  }
};

struct trained_model {
  std::string model;           ///< absolute path
  bool trained = false;        ///< false: it was there and fresh
  std::int64_t documents = 0;  ///< learned from; 0 when not trained now
  std::int64_t clauses = 0;
  AGENTS_FIELDS(model, trained, documents, clauses)
};

/// Where the default model is kept and what it is learned from.
struct training_places {
  std::filesystem::path model;
  std::filesystem::path folder;
};

/// model: contract_review.model in the home folder; empty when there is none.
/// folder: $AGENTS_CONTRACTS, else examples/contract_review of the source tree or of the installation.
[[nodiscard]] training_places default_training_places();

/// Makes sure that there is a model. Idempotent. A named model is only checked for existence. The default one is
/// trained when it is missing or when the labels have changed since (a fingerprint is kept beside it, in FILE.from); a
/// default model without fingerprint was put there by somebody (`agents train`) and is used as it is. The file appears
/// by renaming: no reader ever sees a half-written one.
///
/// Errors: `not_found` (the named model, or the training folder), those of training and saving.
/// Cost: about a second for the contracts that ship; microseconds when fresh.
[[nodiscard]] expected<trained_model> ensure_model(const train_request& request, const training_places& places);

}  // namespace agents::contracts
