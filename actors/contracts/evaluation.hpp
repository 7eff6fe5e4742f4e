// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "actors/evaluate/evaluation.hpp"

namespace agents::contracts {

struct answer_evaluation_options {
  std::uint64_t seed = 1;
  unsigned threads = 1;        ///< for training
  evaluate::holdout held_out;  ///< used when both folders are the same
};

/// Asks every contract of `test_dir` one yes/no question per category ("Is there a clause on …?") with a model trained
/// on `train_dir`, and compares the answers with the labels. The same functions run as in a plan.
///
/// Metrics (the names are stable; docs/contract_review.md defines them): `answer_accuracy` (undecided counts as wrong),
/// `answer_coverage` (share decided), `answer_accuracy_decided`, `answer_f1_micro`, `answer_f1_macro`, the same for
/// `model_…` and `rules_…` alone, `citation_precision`, `citation_recall`, `citation_hit` (right yes answers with at
/// least one citation on a gold span), `citation_exact`, `us_per_question`. Errors: those of loading and training.
[[nodiscard]] expected<evaluate::evaluation> evaluate_contract_answers(const std::filesystem::path& train_dir,
                                                                       const std::filesystem::path& test_dir,
                                                                       const answer_evaluation_options& options = {});

}  // namespace agents::contracts
