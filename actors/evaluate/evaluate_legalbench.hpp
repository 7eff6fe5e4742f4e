// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "actors/evaluate/evaluation.hpp"
#include "libagents/core/expected.hpp"

namespace agents::evaluate {

struct legalbench_options {
  std::uint64_t seed = 1;
  unsigned threads = 1;
  /// Split one folder by the rows' texts instead of using two.
  std::optional<holdout> split = {};
};

/// The yes/no tasks `CUAD_*` of LegalBench: trains on all rows (train.tsv and test.tsv) of one folder and measures on
/// the rows of test.tsv of another. Texts that are tested are never trained on, in any task.
///
/// Errors: those of `load_task_rows`; `bad_input` when both folders are the same and no split was asked for, or when
/// nothing is left.
[[nodiscard]] expected<evaluation> evaluate_legalbench(const std::filesystem::path& train_folder,
                                                       const std::filesystem::path& test_folder,
                                                       const legalbench_options& options = {});

}  // namespace agents::evaluate
