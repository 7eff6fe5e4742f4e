// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actors/classify/feature_space.hpp"
#include "actors/classify/linear.hpp"
#include "actors/classify/logistic.hpp"
#include "actors/evaluate/task_rows.hpp"

namespace agents::evaluate {

/// Answers many yes/no questions about short texts, learned from labelled rows.
///
/// The tasks share their texts: what is "yes" for one is mostly "no" for the others. So each question is judged twice,
/// by a scorer that saw all texts of all tasks and by one that saw the rows of its own task, and a logistic regression
/// learned on held-out texts weighs the two, and how well the best rival question fits.
///
/// Callers: any thread.
class task_model {
 public:
  [[nodiscard]] static task_model train(const task_rows& rows, std::uint64_t seed, unsigned threads);

  /// The probability of "yes" for each task, in the order of `tasks()`.
  [[nodiscard]] std::vector<double> answer(std::string_view text) const;
  [[nodiscard]] const std::vector<std::string>& tasks() const noexcept { return tasks_; }

 private:
  /// A distinct text with what is known about it: for each task yes (1), no (0) or not asked (-1).
  struct labelled_text {
    classify::feature_keys keys;
    std::uint64_t hash = 0;
    std::vector<std::int8_t> answers;
  };
  struct scorers {
    classify::feature_space space;
    classify::linear_scorer shared;
    std::vector<classify::linear_scorer> own;
  };
  static constexpr std::size_t signal_count = 4;

  [[nodiscard]] static std::vector<labelled_text> collect(const task_rows& rows);
  [[nodiscard]] static scorers learn(const std::vector<const labelled_text*>& texts, std::size_t tasks,
                                     std::uint64_t seed, unsigned threads);
  /// tasks × signal_count
  [[nodiscard]] static std::vector<float> signals(const scorers& s, const classify::feature_keys& keys);

  std::vector<std::string> tasks_;
  scorers scorers_;
  classify::fusion fusion_;
};

}  // namespace agents::evaluate
