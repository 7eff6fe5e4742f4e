// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "actors/classify/clause_model.hpp"
#include "actors/classify/labelled_document.hpp"
#include "actors/evaluate/evaluation.hpp"

namespace agents::evaluate {

struct cuad_options {
  std::uint64_t seed = 1;
  unsigned threads = 1;
  /// Split one folder by the contracts' titles instead of using two.
  std::optional<holdout> split = {};
};

/// Trains on one folder and measures on another, both laid out as legal_cuad: `contracts/*/*.txt`, `labels_*.jsonl`,
/// and `category_descriptions.csv` in the training folder if there is one. Contracts of the test folder that the
/// training folder also has are not trained on.
///
/// Errors: those of `load_labelled_documents` and `train_clause_model`; `bad_input` when both folders are the same and
/// no split was asked for, or when nothing is left to train or to test on.
[[nodiscard]] expected<evaluation> evaluate_cuad(const std::filesystem::path& train_folder,
                                                 const std::filesystem::path& test_folder,
                                                 const cuad_options& options = {});

/// Measures a trained model on documents that it has not seen.
[[nodiscard]] evaluation measure_clause_model(const classify::clause_model& model,
                                              std::span<const classify::labelled_document> documents);

}  // namespace agents::evaluate
