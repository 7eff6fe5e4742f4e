// SPDX-License-Identifier: Apache-2.0
#include "actors/evaluate/evaluate_legalbench.hpp"

#include <set>

#include "actors/evaluate/task_model.hpp"
#include "actors/evaluate/task_rows.hpp"
#include "libagents/core/clock.hpp"

namespace agents::evaluate {
namespace {

const std::string prefix{"CUAD_"};

struct split_rows {
  task_rows train;
  task_rows test;
};

std::set<std::string> texts_of(const task_rows& rows) {
  std::set<std::string> out;
  for (const auto& [task, list] : rows)
    for (const auto& row : list) out.insert(row.text);
  return out;
}

/// All rows of a folder for training: train.tsv and test.tsv.
expected<task_rows> load_training(const std::filesystem::path& folder) {
  auto rows = load_task_rows(folder, prefix, "test.tsv");
  if (!rows) return rows;
  auto more = load_task_rows(folder, prefix, "train.tsv");
  if (!more) return more.error().code == errc::not_found ? std::move(rows) : std::move(more);
  for (auto& [task, list] : *more) {
    auto& all = (*rows)[task];
    all.insert(all.end(), list.begin(), list.end());
  }
  return rows;
}

expected<split_rows> load_split(const std::filesystem::path& train, const std::filesystem::path& test,
                                const legalbench_options& options) {
  std::error_code ignored;
  const bool same = std::filesystem::equivalent(train, test, ignored);
  if (same && !options.split)
    return unexpected{errc::bad_input, "training and test folder are both " + train.string() +
                                           "; give another folder or ask for a split"};
  auto learn = load_training(train);
  if (!learn) return learn.propagate();
  auto judge = load_task_rows(test, prefix, "test.tsv");
  if (!judge) return judge.propagate();
  if (same)
    for (auto& [task, list] : *judge)
      std::erase_if(list, [&](const auto& row) { return !is_held_out(*options.split, row.text); });
  const auto tested = texts_of(*judge);
  for (auto& [task, list] : *learn) std::erase_if(list, [&](const auto& row) { return tested.contains(row.text); });
  if (tested.empty() || texts_of(*learn).empty())
    return unexpected{errc::bad_input,
                      "no rows are left to train or to test on; the folders must differ in their texts"};
  return split_rows{std::move(*learn), std::move(*judge)};
}

/// Right answers of each task.
struct tally {
  double right = 0;
  double all = 0;
};

std::map<std::string, tally> count_right(const task_model& model, const task_rows& rows) {
  std::map<std::string, tally> out;
  for (std::size_t t = 0; t < model.tasks().size(); ++t) {
    const auto list = rows.find(model.tasks()[t]);
    if (list == rows.end()) continue;
    for (const auto& row : list->second) {
      auto& task = out[list->first];
      task.right += (model.answer(row.text)[t] >= 0.5) == row.yes ? 1 : 0;
      ++task.all;
    }
  }
  return out;
}

void report(const std::map<std::string, tally>& tasks, evaluation& out) {
  tally sum;
  double shares = 0;
  for (const auto& [name, task] : tasks) {
    out.metrics["accuracy/" + name] = task.right / task.all;
    shares += task.right / task.all;
    sum.right += task.right;
    sum.all += task.all;
  }
  out.examples = static_cast<std::int64_t>(sum.all);
  out.metrics["micro_accuracy"] = sum.all > 0 ? sum.right / sum.all : 0;
  out.metrics["macro_accuracy"] = tasks.empty() ? 0 : shares / static_cast<double>(tasks.size());
}

}  // namespace

expected<evaluation> evaluate_legalbench(const std::filesystem::path& train_folder,
                                         const std::filesystem::path& test_folder, const legalbench_options& options) {
  const system_clock clock;
  const auto begin = clock.now();
  const auto rows = load_split(train_folder, test_folder, options);
  if (!rows) return rows.propagate();
  const auto model = task_model::train(rows->train, options.seed, options.threads);
  const auto trained = clock.now();
  evaluation out{.dataset = "legal_legalbench",
                 .metrics = {},
                 .baseline = {{"micro_accuracy", 0.940}, {"macro_accuracy", 0.916}},
                 .examples = 0,
                 .seconds = 0};
  report(count_right(model, rows->test), out);
  out.metrics["micros_per_row"] =
      seconds(clock.now() - trained) * 1e6 / static_cast<double>(std::max<std::int64_t>(1, out.examples));
  out.metrics["training_seconds"] = seconds(trained - begin);
  out.seconds = seconds(clock.now() - begin);
  return out;
}

}  // namespace agents::evaluate
