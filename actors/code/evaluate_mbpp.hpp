// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

#include "actors/code/snippet.hpp"
#include "actors/evaluate/evaluation.hpp"

namespace agents::code {

/// Runs a snippet. Called from several threads.
using run_snippet = std::function<expected<snippet_result>(const snippet&)>;

/// Runs the reference solutions of `folder`/mbpp.jsonl against their tests, and after that wrong programs that are made
/// of each: one that returns nothing, one that returns something else, one that raises, one that ends early as if all
/// were well, and for each fiftieth one that never ends. `threads` at once.
///
/// Metrics: `right` of the reference solutions, `caught_nothing`, `caught_else`, `caught_raise`, `caught_exit`,
/// `caught_endless` (shares); `runs`, `runs_per_second`, `milliseconds` (median of a reference solution, with waiting).
/// Wrong is certain: a solution runs in a namespace of its own, so that what it calls itself stays right, and the value
/// that its test gets is unequal by construction.
///
/// Errors: `not_found` without the file; `corrupt` names the line; those of `run`.
[[nodiscard]] expected<evaluate::evaluation> evaluate_mbpp(const std::filesystem::path& folder, const run_snippet& run,
                                                           unsigned threads);

}  // namespace agents::code
