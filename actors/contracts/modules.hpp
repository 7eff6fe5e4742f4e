// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "actors/contracts/training.hpp"
#include "libagents/module.hpp"

namespace agents::contracts {

/// The modules of the contract review, each one replica's worth of state:
///
/// | module             | offers                                        |
/// |--------------------|-----------------------------------------------|
/// | contract-reader    | `contract.read@1`, `contract.parties@1`       |
/// | question-words     | `question.understand@1`                       |
/// | clause-trainer     | `clause.train@1` (dedicated thread)           |
/// | clause-classifier  | `clause.find@1`                               |
/// | clause-rules       | `clause.judge@1`                              |
/// | contract-answers   | `contract.answer@1`                           |
[[nodiscard]] agents::module contract_reader();
[[nodiscard]] agents::module question_words();
[[nodiscard]] agents::module clause_trainer(training_places places = default_training_places());
/// Keeps the last model it was asked for in memory; reads it again when the file has changed.
[[nodiscard]] agents::module clause_classifier();
[[nodiscard]] agents::module clause_rules();
[[nodiscard]] agents::module contract_answers();

/// Factories of all of them, for the node.
[[nodiscard]] std::vector<module_factory> modules(const training_places& places = default_training_places());

}  // namespace agents::contracts
